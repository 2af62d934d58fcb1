/**
 * A managed device and its users.
 */
import { Authenticate, PropertyListDictionary, TokenUpdate } from "@espalier/schema"
import { Schema, Struct } from "effect"

const enrollmentFields = {
  status: Schema.Literals(["enrolling", "enrolled", "checkedOut"]),
  lastSeen: Schema.DateTimeUtcFromString,
}

/**
 * What an APNs push needs to wake a channel: a secret, which no API returns.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PushTarget = Schema.Struct(Struct.pick(TokenUpdate.fields, ["pushToken", "pushMagic", "topic"])).annotate({
  identifier: "PushTarget",
})
/**
 * @category models
 * @since 0.1.0
 */
export type PushTarget = typeof PushTarget.Type

/**
 * A user's channel on a device.
 *
 * @category schemas
 * @since 0.1.0
 */
export const User = Schema.Struct({
  userId: Schema.NonEmptyString,
  userShortName: Schema.optionalKey(Schema.String),
  ...enrollmentFields,
}).annotate({ identifier: "User" })
/**
 * @category models
 * @since 0.1.0
 */
export type User = typeof User.Type

/**
 * A device and its users. `about` holds what the device sent when it enrolled, `information` its last answer to `DeviceInformation`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Device = Schema.Struct({
  udid: Schema.NonEmptyString,
  enrollmentKind: Schema.Literals(["device", "userEnrollment"]),
  mdmOrigin: Schema.String,
  about: Schema.Struct(Struct.omit(Authenticate.fields, ["_tag"])),
  information: Schema.optionalKey(PropertyListDictionary),
  awaitingConfiguration: Schema.Boolean,
  ...enrollmentFields,
  users: Schema.Array(User),
}).annotate({ identifier: "Device" })
/**
 * @category models
 * @since 0.1.0
 */
export type Device = typeof Device.Type
