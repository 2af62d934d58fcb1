/**
 * Adoption (optional webhook): decides about a device that was enrolled with another server and never enrolled here.
 */
import { Schema } from "effect"
import { Scope } from "./Scope.ts"

/**
 * Body of `adopt`. The server verified that the device holds the key of `scope.identityCertificate`, and nothing else about it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const AdoptRequest = Schema.Struct({
  scope: Scope,
  messageType: Schema.NonEmptyString.annotate({
    description:
      "The message that the device sent: Apple's MessageType, such as TokenUpdate, or Status for a command poll",
  }),
}).annotate({
  identifier: "AdoptRequest",
  description: "A device that never enrolled here sends a message",
  examples: [
    {
      scope: { _tag: "device", udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } },
      messageType: "TokenUpdate",
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type AdoptRequest = typeof AdoptRequest.Type

/**
 * `Allow`: the server pins the identity that the device showed and handles its message. `Deny`: the server refuses the message.
 *
 * @category schemas
 * @since 0.1.0
 */
export const AdoptAnswer = Schema.Union([
  Schema.TaggedStruct("Allow", {}).annotate({ identifier: "AdoptionAllowed", examples: [{ _tag: "Allow" }] }),
  Schema.TaggedStruct("Deny", {}).annotate({ identifier: "AdoptionDenied", examples: [{ _tag: "Deny" }] }),
])
  .annotate({ identifier: "AdoptAnswer", description: "Whether the server accepts the device" })
  .pipe(Schema.toTaggedUnion("_tag"))
/**
 * @category models
 * @since 0.1.0
 */
export type AdoptAnswer = typeof AdoptAnswer.Type
