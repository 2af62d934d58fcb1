/**
 * Return to Service (optional webhook): a supervised device that was erased asks how it sets itself up again (iOS 26, visionOS 26).
 */
import { Schema } from "effect"
import { Scope } from "./Scope.ts"

const base64 = Schema.String.check(Schema.isBase64())

/**
 * Body of `return-to-service`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReturnToServiceRequest = Schema.Struct({ scope: Scope }).annotate({
  identifier: "ReturnToServiceRequest",
  description: "A device asks how it returns to service after it was erased",
  examples: [{ scope: { _tag: "device", udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } } }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type ReturnToServiceRequest = typeof ReturnToServiceRequest.Type

/**
 * Apple's answer to `ReturnToService`: without `enabled` the device goes through Setup Assistant as usual.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReturnToServiceAnswer = Schema.Struct({
  enabled: Schema.Boolean.annotate({ description: "Whether the device sets itself up without its user" }),
  wiFiProfileData: Schema.optionalKey(base64.annotate({ description: "A profile with a Wi-Fi payload, base64" })),
  mdmProfileData: Schema.optionalKey(base64.annotate({ description: "The enrollment profile to install, base64" })),
  bootstrapToken: Schema.optionalKey(base64.annotate({ description: "The escrowed bootstrap token, base64" })),
}).annotate({
  identifier: "ReturnToServiceAnswer",
  description: "How the device returns to service",
  examples: [{ enabled: true, wiFiProfileData: "cHJvZmlsZQ==" }, { enabled: false }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type ReturnToServiceAnswer = typeof ReturnToServiceAnswer.Type
