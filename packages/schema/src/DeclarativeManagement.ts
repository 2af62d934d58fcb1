/**
 * Declarative management: the tokens, the list of items, and single declarations that a device requests when it synchronizes.
 *
 * There are four kinds of declaration, each with its token. Apple's protocol has a single `DeclarationsToken`;
 * {@link combinedDeclarationsToken} computes it from the four, the same in server and backend.
 */
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import { Schema } from "effect"
import { Scope } from "./Scope.ts"

const scopeExample = {
  _tag: "device",
  udid: "DEVICE-UDID",
  mdmOrigin: { url: "https://mdm.example.com" },
} as const

/**
 * Body of `declaration-tokens` and of `declaration-items`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarativeRequest = Schema.Struct({ scope: Scope }).annotate({
  identifier: "DeclarativeRequest",
  description: "A channel synchronizes its declarations",
  examples: [{ scope: scopeExample }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarativeRequest = typeof DeclarativeRequest.Type

/**
 * One opaque token for each kind of declaration. It changes when a declaration of that kind changes.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarationTokens = Schema.Struct({
  activationsToken: Schema.String,
  configurationsToken: Schema.String,
  assetsToken: Schema.String,
  managementToken: Schema.String,
}).annotate({
  identifier: "DeclarationTokens",
  description: "One opaque token for each kind of declaration",
  examples: [
    { activationsToken: "token", configurationsToken: "token", assetsToken: "token", managementToken: "token" },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarationTokens = typeof DeclarationTokens.Type

/**
 * A declaration's identifier and the token of its current content.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarationItem = Schema.Struct({
  identifier: Schema.NonEmptyString,
  serverToken: Schema.NonEmptyString,
}).annotate({
  identifier: "DeclarationItem",
  description: "A declaration's identifier and the token of its current content",
  examples: [{ identifier: "activation-id", serverToken: "token" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarationItem = typeof DeclarationItem.Type

const items = Schema.Array(DeclarationItem)

/**
 * All declarations of a channel, by kind.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarationItems = Schema.Struct({
  activations: items,
  configurations: items,
  assets: items,
  management: items,
}).annotate({
  identifier: "DeclarationItems",
  description: "All declarations of a channel, by kind",
  examples: [
    {
      activations: [{ identifier: "activation-id", serverToken: "token" }],
      configurations: [{ identifier: "configuration-id", serverToken: "token" }],
      assets: [],
      management: [],
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarationItems = typeof DeclarationItems.Type

/**
 * The four kinds of declaration.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarationType = Schema.Literals(["activation", "configuration", "asset", "management"]).annotate({
  identifier: "DeclarationType",
  description: "The four kinds of declaration",
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarationType = typeof DeclarationType.Type

/**
 * Body of `declaration`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarationRequest = Schema.Struct({
  scope: Scope,
  type: DeclarationType,
  identifier: Schema.NonEmptyString,
}).annotate({
  identifier: "DeclarationRequest",
  description: "A channel asks for one declaration",
  examples: [{ scope: scopeExample, type: "configuration", identifier: "configuration-id" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarationRequest = typeof DeclarationRequest.Type

/**
 * One declaration as Apple defines it: `Type`, `Identifier`, `ServerToken` and `Payload`. Other keys are kept. Write an integer
 * beyond 2^53 as `{"$integer": "…"}`, since JSON parsers would round it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Declaration = Schema.StructWithRest(
  Schema.Struct({
    Type: Schema.NonEmptyString.annotate({
      description: "Apple's type, such as com.apple.configuration.passcode.settings",
    }),
    Identifier: Schema.NonEmptyString,
    ServerToken: Schema.NonEmptyString.annotate({ description: "Changes when the declaration changes" }),
    Payload: Schema.JsonObject,
  }),
  [Schema.JsonObject],
).annotate({
  identifier: "Declaration",
  description: "One declaration as Apple defines it",
  examples: [
    {
      Type: "com.apple.configuration.passcode.settings",
      Identifier: "configuration-id",
      ServerToken: "token",
      Payload: { RequirePasscode: true },
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type Declaration = typeof Declaration.Type

/**
 * Answer of `declaration`. `null` makes the device delete that declaration.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarationAnswer = Schema.NullOr(Declaration).annotate({
  identifier: "DeclarationAnswer",
  description: "A declaration; null makes the device delete it",
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarationAnswer = typeof DeclarationAnswer.Type

/**
 * Computes Apple's single `DeclarationsToken` from the four: lower-case hex SHA-256 over each token preceded by its
 * UTF-8 length as four big-endian bytes, in the order activations, configurations, assets, management.
 *
 * @category tokens
 * @since 0.1.0
 */
export const combinedDeclarationsToken = (tokens: DeclarationTokens): string => {
  const hash = sha256.create()
  for (const token of [
    tokens.activationsToken,
    tokens.configurationsToken,
    tokens.assetsToken,
    tokens.managementToken,
  ]) {
    const bytes = utf8ToBytes(token)
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, bytes.length)
    hash.update(length).update(bytes)
  }
  return bytesToHex(hash.digest())
}
