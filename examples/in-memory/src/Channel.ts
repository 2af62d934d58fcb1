/**
 * A channel: a device, or one user on a device. Commands, declarations and status belong to channels.
 */
import type { Scope } from "@espalier/schema"
import { Schema } from "effect"

/**
 * A device's own channel, or with `userId` a user's.
 *
 * @category schemas
 */
export const Channel = Schema.Struct({
  udid: Schema.NonEmptyString,
  userId: Schema.optionalKey(Schema.NonEmptyString),
})
/** @category models */
export type Channel = typeof Channel.Type

/**
 * The channel that a webhook is about.
 *
 * @category conversions
 */
export const ofScope = (scope: Scope): Channel =>
  scope._tag === "user" ? { udid: scope.udid, userId: scope.userId } : { udid: scope.udid }

/**
 * A key for maps; no two channels share one.
 *
 * @category conversions
 */
export const keyOf = ({ udid, userId }: Channel): string =>
  JSON.stringify(userId === undefined ? [udid] : [udid, userId])

/**
 * Is `channel` that device's, its own or one of its users'?
 *
 * @category predicates
 */
export const isOf = (channel: Channel, scope: Channel): boolean =>
  channel.udid === scope.udid && (scope.userId === undefined || channel.userId === scope.userId)
