/**
 * A managed device and its users, as a backend that has a devices page tells them.
 */
import { Authenticate, PropertyListDictionary, StatusReport, TokenUpdate } from "@espalier/schema"
import { Schema, Struct } from "effect"

/**
 * A device's own channel, or with `userId` a user's. All users of a Shared iPad have the same `userId`; there `userShortName` tells them apart.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Channel = Schema.Struct({
  udid: Schema.NonEmptyString,
  userId: Schema.optionalKey(Schema.NonEmptyString),
  userShortName: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "Channel" })
/**
 * @category models
 * @since 0.1.0
 */
export type Channel = typeof Channel.Type

const channelFields = {
  status: Schema.Literals(["enrolling", "enrolled", "checkedOut"]),
  /** What an APNs push needs to wake the channel. */
  push: Schema.optionalKey(Schema.Struct(Struct.pick(TokenUpdate.fields, ["pushToken", "pushMagic", "topic"]))),
  lastSeen: Schema.DateTimeUtcFromString,
}

/**
 * A user's channel on a device.
 *
 * @category schemas
 * @since 0.1.0
 */
export const User = Schema.Struct({
  userId: Schema.NonEmptyString,
  userShortName: Schema.optionalKey(Schema.String),
  ...channelFields,
}).annotate({ identifier: "User" })
/**
 * @category models
 * @since 0.1.0
 */
export type User = typeof User.Type

/**
 * A device and its users. `about` is what it said when it enrolled, `information` what it last answered to `DeviceInformation`.
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
  ...channelFields,
  users: Schema.Array(User),
}).annotate({ identifier: "Device" })
/**
 * @category models
 * @since 0.1.0
 */
export type Device = typeof Device.Type

/**
 * How far a channel has come with its declarations. `token` is what is declared for it, `report` what it last said of itself.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Progress = Schema.Struct({
  token: Schema.String,
  synchronised: Schema.Boolean,
  report: Schema.optionalKey(StatusReport),
}).annotate({ identifier: "Progress" })
/**
 * @category models
 * @since 0.1.0
 */
export type Progress = typeof Progress.Type
