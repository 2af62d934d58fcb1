/**
 * A channel: a device, or one user on a device. Commands, declarations and status belong to channels.
 *
 * All users of a Shared iPad have the same `userId`; what tells them apart there is their short name.
 */
import { Channel as Apple } from "@espalier/apple"
import type { Channel } from "@espalier/dashboard/devices-api"
import type { Scope } from "@espalier/schema"

export type { Channel } from "@espalier/dashboard/devices-api"

/**
 * The channel that a webhook is about.
 *
 * @category conversions
 */
export const ofScope = (scope: Scope): Channel =>
  scope._tag === "user" ? ofUser(scope.udid, scope) : { udid: scope.udid }

/**
 * A user's channel.
 *
 * @category conversions
 */
export const ofUser = (udid: string, user: Pick<Channel, "userId" | "userShortName">): Channel => ({
  udid,
  ...(user.userId === undefined ? {} : { userId: user.userId }),
  ...(user.userShortName === undefined ? {} : { userShortName: user.userShortName }),
})

/**
 * What tells a user from the others of the same device; nothing for the device itself.
 *
 * @category conversions
 */
export const userKey = ({ userId, userShortName }: Pick<Channel, "userId" | "userShortName">): string | undefined =>
  userId?.toUpperCase() === Apple.sharedIPadUserID ? `${userId} ${userShortName ?? ""}` : userId

/**
 * A key for maps; no two channels share one.
 *
 * @category conversions
 */
export const keyOf = (channel: Channel): string => JSON.stringify([channel.udid, userKey(channel)])

/**
 * Is `channel` that device's, its own or one of its users'?
 *
 * @category predicates
 */
export const isOf = (channel: Channel, scope: Channel): boolean =>
  channel.udid === scope.udid && (scope.userId === undefined || userKey(channel) === userKey(scope))
