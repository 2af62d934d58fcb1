/**
 * A command in a channel's queue, with its result.
 */
import { CommandResult, PropertyListDictionary } from "@espalier/schema"
import { Schema, Struct } from "effect"
import { Channel } from "../Devices/Channel.ts"

/**
 * `answer` is the device's last answer to it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const QueuedCommand = Schema.Struct({
  commandUUID: Schema.NonEmptyString,
  channel: Channel,
  requestType: Schema.NonEmptyString,
  payload: PropertyListDictionary,
  state: Schema.Literals(["queued", "sent", "acknowledged", "error", "notNow"]),
  queuedAt: Schema.DateTimeUtcFromString,
  sentAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  answeredAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  answer: Schema.optionalKey(Schema.Struct(Struct.pick(CommandResult.fields, ["status", "errorChain", "payload"]))),
}).annotate({ identifier: "QueuedCommand" })
/**
 * @category models
 * @since 0.1.0
 */
export type QueuedCommand = typeof QueuedCommand.Type

/**
 * A command to queue: for the device itself, or with `userId` for one of its users.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CommandInput = Schema.Struct({
  requestType: Schema.NonEmptyString,
  payload: Schema.optionalKey(PropertyListDictionary),
  userId: Schema.optionalKey(Schema.NonEmptyString),
  userShortName: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "CommandInput" })
/**
 * @category models
 * @since 0.1.0
 */
export type CommandInput = typeof CommandInput.Type
