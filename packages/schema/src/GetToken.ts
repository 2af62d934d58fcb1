/**
 * Apple's GetToken (optional webhook): a device asks for a token of a service, such as `com.apple.maid`.
 */
import { Schema } from "effect"
import { PropertyListDictionary } from "./PropertyList.ts"
import { Scope } from "./Scope.ts"

/**
 * Body of `token`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TokenRequest = Schema.Struct({
  scope: Scope,
  tokenServiceType: Schema.NonEmptyString,
  tokenParameters: Schema.optionalKey(PropertyListDictionary),
}).annotate({
  identifier: "TokenRequest",
  description: "A device asks for a token of a service",
  examples: [
    {
      scope: { _tag: "device", udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } },
      tokenServiceType: "com.apple.maid",
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type TokenRequest = typeof TokenRequest.Type

/**
 * The token, base64.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TokenAnswer = Schema.Struct({ tokenData: Schema.String.check(Schema.isBase64()) }).annotate({
  identifier: "TokenAnswer",
  description: "The token, base64",
  examples: [{ tokenData: "dG9rZW4=" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type TokenAnswer = typeof TokenAnswer.Type
