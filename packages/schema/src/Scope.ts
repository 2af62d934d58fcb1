/**
 * The channel that a webhook is about: a device, or one of its users.
 *
 * The whitelabel server builds a scope from Apple's message and from the identity that it verified. A backend can trust `udid`, `userId`
 * and `identityCertificate` as far as it trusts the server's signature.
 */
import { Schema } from "effect"

/**
 * The origin that the device called, one of the server's configured origins: one server can serve many brands.
 *
 * @category schemas
 * @since 0.1.0
 */
export const MdmOrigin = Schema.Struct({
  url: Schema.String.check(
    Schema.isPattern(/^https?:\/\/[^/\s?#@]+$/u, { message: "Expected an origin such as https://mdm.example.com" }),
  ),
}).annotate({
  identifier: "MdmOrigin",
  description: "The origin the device called, such as https://mdm.example.com",
  examples: [{ url: "https://mdm.example.com" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type MdmOrigin = typeof MdmOrigin.Type

const channel = {
  udid: Schema.NonEmptyString.annotate({
    description: "Apple's UDID, or the EnrollmentID where User Enrollment hides the UDID",
  }),
  enrollmentKind: Schema.optionalKey(
    Schema.Literals(["device", "userEnrollment"]).annotate({
      description: "`userEnrollment` when an EnrollmentID stands in for the UDID",
    }),
  ),
  identityCertificate: Schema.optionalKey(
    Schema.String.annotate({ description: "PEM of the verified device identity; absent when the device showed none" }),
  ),
  mdmOrigin: MdmOrigin,
}

/**
 * The channel of a device.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeviceScope = Schema.TaggedStruct("device", channel).annotate({
  identifier: "DeviceScope",
  description: "The channel of a device",
  examples: [{ _tag: "device", udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeviceScope = typeof DeviceScope.Type

/**
 * One user's channel on a device: a Mac's directory or local user, a Shared iPad's Managed Apple Account.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UserScope = Schema.TaggedStruct("user", {
  ...channel,
  userId: Schema.NonEmptyString.annotate({ description: "Apple's UserID, or the EnrollmentUserID" }),
  userShortName: Schema.optionalKey(Schema.String),
}).annotate({
  identifier: "UserScope",
  description: "One user's channel on a device",
  examples: [
    {
      _tag: "user",
      udid: "DEVICE-UDID",
      userId: "USER-ID",
      userShortName: "shortname",
      mdmOrigin: { url: "https://mdm.example.com" },
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type UserScope = typeof UserScope.Type

/**
 * The channel that a webhook is about.
 *
 * **Example** (The owner of a channel)
 *
 * ```ts
 * import { Scope } from "@espalier/schema"
 *
 * const owner = (scope: Scope) => Scope.match(scope, { device: (_) => _.udid, user: (_) => _.userId })
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const Scope = Schema.Union([DeviceScope, UserScope])
  .annotate({ identifier: "Scope", description: "The device or user channel a webhook is about" })
  .pipe(Schema.toTaggedUnion("_tag"))
/**
 * @category models
 * @since 0.1.0
 */
export type Scope = typeof Scope.Type
