/**
 * The channel of a message: a device, or a user on a device, from the identifying keys that every message carries.
 *
 * | enrollment | device channel | user channel adds |
 * |---|---|---|
 * | device | `UDID` | `UserID` (macOS) |
 * | Shared iPad | `UDID` | `UserID` = {@link sharedIPadUserID} and `UserShortName`, the Managed Apple Account |
 * | User Enrollment | `EnrollmentID` | `EnrollmentUserID` (macOS) |
 *
 * **Gotchas**
 *
 * On Shared iPad every user has the same `UserID`, so there the short name identifies the user. A
 * message whose user cannot be identified is an error, not a message of the device: the two channels have separate queues.
 * `UserShortName` alone does not make a user channel.
 *
 * The keys are a claim of the sender until its identity certificate has been checked.
 *
 * Source: Apple, "TokenUpdateRequest" and "DeclarativeManagementRequest" (keys `UserID`, `UserShortName`).
 */
import { Result, Schema } from "effect"

/**
 * The `UserID` of every user of a Shared iPad.
 *
 * @category constants
 * @since 0.1.0
 */
export const sharedIPadUserID = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"

/**
 * Longest identifier accepted, in UTF-16 units. Apple's are at most 40 characters, an account name at most 254.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxIdentifierLength = 256

const identifier = Schema.optionalKey(Schema.String.check(Schema.isMaxLength(maxIdentifierLength)))
const name = Schema.optionalKey(Schema.String)

/**
 * The identifying keys, under Apple's names, as part of every message's schema. All are optional there: which of them are
 * needed depends on the enrollment, and {@link of} decides it.
 *
 * `AuthToken` comes from network users of a Mac after `UserAuthenticate` and is a secret.
 *
 * @category schemas
 * @since 0.1.0
 */
export const fields = {
  UDID: identifier,
  EnrollmentID: identifier,
  UserID: identifier,
  EnrollmentUserID: identifier,
  UserShortName: identifier,
  UserLongName: name,
  NotOnConsole: Schema.optionalKey(Schema.Boolean),
  AuthToken: name,
} as const

/**
 * The names in {@link fields}.
 *
 * @category constants
 * @since 0.1.0
 */
export const keys: ReadonlySet<string> = new Set(Object.keys(fields))

/**
 * What {@link of} reads. Every message of this package is one.
 *
 * @category models
 * @since 0.1.0
 */
export type EnrollmentIds = Schema.Struct.Type<typeof fields>

const device = {
  /** Names the device: `UDID`, else `EnrollmentID`. Never empty. */
  deviceChannelId: Schema.NonEmptyString,
  /** `userEnrollment` when `EnrollmentID` stood in for a missing `UDID`. */
  enrollment: Schema.Literals(["device", "userEnrollment"]),
  udid: Schema.optionalKey(Schema.String),
  enrollmentId: Schema.optionalKey(Schema.String),
}

/**
 * The channel of a message: `device`, or `user` on that device. The raw keys stay available beside the identifiers
 * made from them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Channel = Schema.TaggedUnion({
  device,
  user: {
    ...device,
    /** Names the user on this device: `UserID`, on Shared iPad `UserShortName`, else `EnrollmentUserID`. Never empty. */
    userChannelId: Schema.NonEmptyString,
    sharedIPad: Schema.Boolean,
    userId: Schema.optionalKey(Schema.String),
    enrollmentUserId: Schema.optionalKey(Schema.String),
    userShortName: Schema.optionalKey(Schema.String),
    userLongName: Schema.optionalKey(Schema.String),
    notOnConsole: Schema.optionalKey(Schema.Boolean),
  },
})

/**
 * A device, or a user on it.
 *
 * @category models
 * @since 0.1.0
 */
export type Channel = typeof Channel.Type

/**
 * A message that does not identify its sender. `missing` names the key that would: `UDID` (neither it nor `EnrollmentID`),
 * or `UserShortName` (a Shared iPad user without one).
 *
 * @category errors
 * @since 0.1.0
 */
export class ChannelNotFound extends Schema.TaggedError<ChannelNotFound>()("ChannelNotFound", {
  missing: Schema.Literals(["UDID", "UserShortName"]),
  message: Schema.String,
}) {}

/** Older devices send an empty string where they have no value. */
const present = (text: string | undefined): string | undefined => (text === "" ? undefined : text)

/** The entries that have a value, so that absent keys stay absent. */
const defined = <K extends string>(
  entries: { readonly [P in K]: string | undefined },
): { readonly [P in K]?: string } => {
  const out: { [P in K]?: string } = {}
  for (const key in entries) {
    const text = present(entries[key])
    if (text !== undefined) out[key] = text
  }
  return out
}

/**
 * The channel of a message.
 *
 * @example
 * Channel.of({ UDID: "00008110-000A", UserID: "0E2B…" }) // a user on 00008110-000A
 * Channel.of({ UserID: "0E2B…" })                        // fails: ChannelNotFound, missing UDID
 *
 * @category accessors
 * @since 0.1.0
 */
export const of = (message: EnrollmentIds): Result.Result<Channel, ChannelNotFound> => {
  const udid = present(message.UDID)
  const deviceChannelId = udid ?? present(message.EnrollmentID)
  if (deviceChannelId === undefined) {
    return Result.fail(
      new ChannelNotFound({ missing: "UDID", message: "The message has neither UDID nor EnrollmentID" }),
    )
  }
  const onDevice = {
    deviceChannelId,
    enrollment: udid === undefined ? ("userEnrollment" as const) : ("device" as const),
    ...defined({ udid, enrollmentId: message.EnrollmentID }),
  }
  const userId = present(message.UserID)
  const sharedIPad = userId?.toUpperCase() === sharedIPadUserID
  const own = userId ?? present(message.EnrollmentUserID)
  if (own === undefined) return Result.succeed({ _tag: "device", ...onDevice })

  const userChannelId = sharedIPad ? present(message.UserShortName) : own
  if (userChannelId === undefined) {
    return Result.fail(
      new ChannelNotFound({ missing: "UserShortName", message: "A Shared iPad user without UserShortName" }),
    )
  }
  return Result.succeed({
    _tag: "user",
    ...onDevice,
    userChannelId,
    sharedIPad,
    ...defined({
      userId,
      enrollmentUserId: message.EnrollmentUserID,
      userShortName: message.UserShortName,
      userLongName: message.UserLongName,
    }),
    ...(message.NotOnConsole === undefined ? {} : { notOnConsole: message.NotOnConsole }),
  })
}
