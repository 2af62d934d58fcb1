/**
 * Bootstrap tokens (optional webhook): a Mac escrows its token, and later asks for it to grant secure tokens.
 */
import { Schema } from "effect"
import { Scope } from "./Scope.ts"

const base64 = Schema.String.check(Schema.isBase64())

/**
 * Body of `bootstrap-token`: with `set` the device escrows a token, without it the device asks for its escrowed token.
 *
 * @category schemas
 * @since 0.1.0
 */
export const BootstrapTokenRequest = Schema.Struct({ scope: Scope, set: Schema.optionalKey(base64) }).annotate({
  identifier: "BootstrapTokenRequest",
  description: "A Mac escrows its bootstrap token (`set`), or asks for it",
  examples: [
    { scope: { _tag: "device", udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } }, set: "dG9rZW4=" },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type BootstrapTokenRequest = typeof BootstrapTokenRequest.Type

/**
 * The escrowed token, base64; `null` when the Mac escrowed none.
 *
 * @category schemas
 * @since 0.1.0
 */
export const BootstrapTokenAnswer = Schema.Struct({ bootstrapToken: Schema.NullOr(base64) }).annotate({
  identifier: "BootstrapTokenAnswer",
  description: "The escrowed bootstrap token",
  examples: [{ bootstrapToken: null }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type BootstrapTokenAnswer = typeof BootstrapTokenAnswer.Type
