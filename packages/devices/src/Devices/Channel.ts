/**
 * A channel: a device, or one user on a device. Commands, declarations and status reports belong to channels.
 *
 * **Gotchas**
 *
 * All users of a Shared iPad have the same `userId`; their short names tell them apart.
 */
import type { Scope } from "@espalier/schema"
import { Schema } from "effect"

/**
 * A device's own channel, or with `userId` a user's.
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

/**
 * What identifies a user on a device.
 *
 * @category models
 * @since 0.1.0
 */
export type UserIdentity = Pick<Channel, "userId" | "userShortName">

/**
 * The `UserID` that Apple gives to every user of a Shared iPad.
 *
 * @see https://developer.apple.com/documentation/devicemanagement/tokenupdaterequest
 */
const sharedIPadUserId = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"

/**
 * The channel of a webhook's scope.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromScope = (scope: Scope): Channel =>
  scope._tag === "user" ? forUser(scope.udid, scope) : { udid: scope.udid }

/**
 * A user's channel; the device's own where `user` has no `userId`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const forUser = (udid: string, user: UserIdentity): Channel => ({
  udid,
  ...(user.userId === undefined ? {} : { userId: user.userId }),
  ...(user.userShortName === undefined ? {} : { userShortName: user.userShortName }),
})

/**
 * A key that is unique among the users of a device; `undefined` for the device itself.
 *
 * @category conversions
 * @since 0.1.0
 */
export const userKey = ({ userId, userShortName }: UserIdentity): string | undefined =>
  userId?.toUpperCase() === sharedIPadUserId ? `${userId} ${userShortName ?? ""}` : userId

/**
 * A key that is unique among all channels.
 *
 * @category conversions
 * @since 0.1.0
 */
export const key = (channel: Channel): string => JSON.stringify([channel.udid, userKey(channel)])

/**
 * Whether `channel` is `parent` itself, or a user of the device `parent`.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isWithin = (channel: Channel, parent: Channel): boolean =>
  channel.udid === parent.udid && (parent.userId === undefined || userKey(channel) === userKey(parent))
