/**
 * The command channel: a device reports on the last command and asks for the next, in one message.
 *
 * `Idle` reports nothing. `Acknowledged`, `Error` and `CommandFormatError` finish the command that
 * `CommandUUID` names; `NotNow` leaves it open, and the server must not send the same command again on this connection: the device would
 * answer `NotNow` in a loop.
 *
 * The result of a command is in further keys (`QueryResponses`, `ProfileList`, …): unknown keys
 * are kept, and {@link result} returns them.
 *
 * Source: Apple, "Commands and queries" and the schema files `mdm/commands`.
 */

import type { Plist } from "@espalier/plist"
import { Effect, Schema } from "effect"
import * as Channel from "./Channel.ts"
import { openStruct } from "./PropertyList.ts"

/**
 * One item of the error chain, outermost first. `ErrorCode` is a number within `ErrorDomain`;
 * `LocalizedDescription` is in the language of the device and `USEnglishDescription` is not.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ErrorChainItem = openStruct({
  ErrorCode: Schema.Union([Schema.Int, Schema.BigInt]),
  ErrorDomain: Schema.String,
  LocalizedDescription: Schema.optionalKey(Schema.String),
  USEnglishDescription: Schema.optionalKey(Schema.String),
})
/**
 * @category models
 * @since 0.1.0
 */
export type ErrorChainItem = typeof ErrorChainItem.Type

/** A device that could not read a command may not know its UUID: then it is empty. */
const report = <const Status extends string>(status: Status) =>
  openStruct({
    Status: Schema.Literal(status),
    ...Channel.fields,
    CommandUUID: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed(""))),
    ErrorChain: Schema.optionalKey(Schema.Array(ErrorChainItem)),
  })

/**
 * Nothing to report; the device asks for a command.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Idle = openStruct({ Status: Schema.Literal("Idle"), ...Channel.fields })

/**
 * The command is done; its result is in the other keys.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Acknowledged = report("Acknowledged")

/**
 * The command failed, see `ErrorChain`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ErrorReport = report("Error")

/**
 * The device does not understand the command.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CommandFormatError = report("CommandFormatError")

/**
 * The device cannot do it now (locked, asleep) and polls again automatically.
 *
 * @category schemas
 * @since 0.1.0
 */
export const NotNow = report("NotNow")

/**
 * Any report. `CommandReport.match(report, { Idle: …, … })` needs a case for every `Status`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CommandReport = Schema.Union([Idle, Acknowledged, ErrorReport, CommandFormatError, NotNow]).pipe(
  Schema.toTaggedUnion("Status"),
)
/**
 * @category models
 * @since 0.1.0
 */
export type CommandReport = typeof CommandReport.Type

/**
 * Every `Status` a device reports.
 *
 * @category models
 * @since 0.1.0
 */
export type Status = CommandReport["Status"]

const envelope: ReadonlySet<string> = new Set([...Channel.keys, "Status", "CommandUUID", "ErrorChain"])

/**
 * The result of the command: every key except those of the envelope (identifiers, `Status`, `CommandUUID`, `ErrorChain`).
 *
 * @category accessors
 * @since 0.1.0
 */
export const result = (report: CommandReport): Plist.Dictionary =>
  Object.fromEntries(Object.entries<Plist.Value>(report).filter(([key]) => !envelope.has(key)))
