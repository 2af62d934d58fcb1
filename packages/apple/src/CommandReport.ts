/**
 * The command channel: a device reports on the last command and asks for the next, in one message.
 *
 * `Idle` has nothing to report. `Acknowledged`, `Error` and `CommandFormatError` settle the command named by
 * `CommandUUID`; `NotNow` leaves it open, and the same command must not be sent again on this connection: the device would
 * refuse it in a loop.
 *
 * A report's result stands beside these keys under names of its own (`QueryResponses`, `ProfileList`, …): unknown keys
 * are kept, and {@link result} picks them out.
 *
 * Source: Apple, "Commands and queries" and the schema files `mdm/commands`.
 */

import type { Plist } from "@espalier/plist"
import { Schema } from "effect"
import * as Channel from "./Channel.ts"
import { openStruct } from "./PropertyList.ts"

/**
 * One link of why a command failed, outermost first. `ErrorCode` is a number within `ErrorDomain`;
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

const report = <const Status extends string>(status: Status) =>
  openStruct({
    Status: Schema.Literal(status),
    ...Channel.fields,
    CommandUUID: Schema.String,
    ErrorChain: Schema.optionalKey(Schema.Array(ErrorChainItem)),
  })

/**
 * Nothing to report: is there a command?
 *
 * @category schemas
 * @since 0.1.0
 */
export const Idle = openStruct({ Status: Schema.Literal("Idle"), ...Channel.fields })

/**
 * The command is done; its result stands in the other keys.
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
 * The device cannot do it now (locked, asleep) and will ask again by itself.
 *
 * @category schemas
 * @since 0.1.0
 */
export const NotNow = report("NotNow")

/**
 * Any report. `CommandReport.match(report, { Idle: …, … })` wants a case for every `Status`.
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
 * The result proper: every key but those that say who, which command and how it went.
 *
 * @category accessors
 * @since 0.1.0
 */
export const result = (report: CommandReport): Plist.Dictionary =>
  Object.fromEntries(Object.entries<Plist.Value>(report).filter(([key]) => !envelope.has(key)))
