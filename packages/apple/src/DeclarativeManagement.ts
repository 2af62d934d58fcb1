/**
 * Declarative management, carried by the older protocol: the server's `DeclarativeManagement` command announces a change, and
 * the device then sends `DeclarativeManagement` check-ins, one for every {@link Endpoint}.
 *
 * **Gotchas**
 *
 * It is JSON inside property lists. `Data` in either direction is the UTF-8 bytes of a JSON object, and
 * the responses to the check-ins are plain JSON bodies (`application/json`).
 *
 * A `declaration/…/…` answered with HTTP 404 makes the device delete that declaration.
 *
 * Source: Apple, "Declarative Management" (check-in), "DeclarativeManagementCommand", and the schema files
 * `declarative/protocol`.
 */
import { Schema } from "effect"
import * as Command from "./Command.ts"

/**
 * The four kinds of declarations, as an endpoint names them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarationType = Schema.Literals(["activation", "asset", "configuration", "management"])
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarationType = typeof DeclarationType.Type

/**
 * What a device asks for. `Unknown` keeps the text, which the device wrote: escape it before printing.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Endpoint = Schema.TaggedUnion({
  Tokens: {},
  DeclarationItems: {},
  Status: {},
  Declaration: { type: DeclarationType, identifier: Schema.NonEmptyString },
  Unknown: { endpoint: Schema.String },
})
/**
 * @category models
 * @since 0.1.0
 */
export type Endpoint = typeof Endpoint.Type

const isDeclarationType = Schema.is(DeclarationType)

/**
 * Reads the `Endpoint` key of a check-in.
 *
 * A declaration is `declaration/{type}/{identifier}`. Apple describes three segments with `/` between them and no escaping,
 * while an `Identifier` may be any text (at most 64 octets advised). So the identifier is everything after the second slash,
 * verbatim: slashes stay in it, and `%2F` is not decoded, for it may well be what the server named the declaration. An
 * identifier is not a URL: escape it before it becomes part of one.
 *
 * @example
 * DeclarativeManagement.parseEndpoint("declaration/asset/logo/2x") // Declaration, asset, "logo/2x"
 *
 * @category decoding
 * @since 0.1.0
 */
export const parseEndpoint = (endpoint: string): Endpoint => {
  switch (endpoint) {
    case "tokens":
      return { _tag: "Tokens" }
    case "declaration-items":
      return { _tag: "DeclarationItems" }
    case "status":
      return { _tag: "Status" }
  }
  const [, type, identifier] = /^declaration\/([a-z]+)\/(.+)$/s.exec(endpoint) ?? []
  return isDeclarationType(type) && identifier !== undefined
    ? { _tag: "Declaration", type, identifier }
    : { _tag: "Unknown", endpoint }
}

/**
 * The response to `tokens`, and the `Data` of the command. `DeclarationsToken` changes with the set of declarations (opaque,
 * at most 256 octets); `Timestamp` is an RFC 3339 date-time.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SyncTokensResponse = Schema.Struct({
  SyncTokens: Schema.Struct({ DeclarationsToken: Schema.String, Timestamp: Schema.String }),
})
/**
 * @category models
 * @since 0.1.0
 */
export type SyncTokensResponse = typeof SyncTokensResponse.Type

/**
 * Sync tokens as of a moment, to the second as Apple writes it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const syncTokens = (declarationsToken: string, at: Date): SyncTokensResponse => ({
  SyncTokens: { DeclarationsToken: declarationsToken, Timestamp: at.toISOString().replace(/\.\d+Z$/, "Z") },
})

/**
 * A declaration in the manifest: which, and which version of it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarationItem = Schema.Struct({ Identifier: Schema.String, ServerToken: Schema.String })
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarationItem = typeof DeclarationItem.Type

/**
 * The response to `declaration-items`: all declarations of the device. The device removes what is not listed. All four arrays are
 * required.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeclarationItemsResponse = Schema.Struct({
  Declarations: Schema.Struct({
    Activations: Schema.Array(DeclarationItem),
    Configurations: Schema.Array(DeclarationItem),
    Assets: Schema.Array(DeclarationItem),
    Management: Schema.Array(DeclarationItem),
  }),
  DeclarationsToken: Schema.String,
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeclarationItemsResponse = typeof DeclarationItemsResponse.Type

/**
 * What a device reports to `status`: only what changed since the last report, unless `FullReport`. Other keys are kept.
 *
 * @category schemas
 * @since 0.1.0
 */
export const StatusReport = Schema.StructWithRest(
  Schema.Struct({
    StatusItems: Schema.optionalKey(Schema.JsonObject),
    Errors: Schema.optionalKey(Schema.Array(Schema.Json)),
    FullReport: Schema.optionalKey(Schema.Boolean),
  }),
  [Schema.JsonObject],
)
/**
 * @category models
 * @since 0.1.0
 */
export type StatusReport = typeof StatusReport.Type

/**
 * The `DeclarativeManagement` command: turns declarative management on the first time, and later makes the device compare
 * tokens. A device that has this token already does nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const command = (commandUUID: string, tokens: SyncTokensResponse): Command.Command =>
  Command.make(commandUUID, "DeclarativeManagement", { Data: new TextEncoder().encode(JSON.stringify(tokens)) })
