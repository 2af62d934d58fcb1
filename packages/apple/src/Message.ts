/**
 * From a device's bytes to a message: property list, then `MessageType` or `Status`, then the schema of that one message.
 *
 * **Details**
 *
 * Decoding never throws and reads at most `maxBytes` bytes (10 MiB by default). Every error may be logged.
 *
 * Both protocols come to the same URL when a profile has no `CheckInURL`, and proxies lose content types: {@link decode}
 * distinguishes them by their content.
 */

import { Plist } from "@espalier/plist"
import { Result, type SchemaIssue, SchemaParser } from "effect"
import { CheckInMessage, type MessageType } from "./CheckIn.ts"
import { CommandReport, type Status } from "./CommandReport.ts"
import * as DeclarativeManagement from "./DeclarativeManagement.ts"
import * as Json from "./Json.ts"
import { fromIssue, type InvalidMessage, invalid, type MessageError, unknownMessageType } from "./MessageError.ts"

/**
 * A message of either protocol.
 *
 * @category models
 * @since 0.1.0
 */
export type Incoming =
  | { readonly _tag: "CheckIn"; readonly message: CheckInMessage }
  | { readonly _tag: "CommandReport"; readonly report: CommandReport }

/**
 * The protocol of a property list: it has a `MessageType`, or else a `Status`, or neither.
 *
 * @category guards
 * @since 0.1.0
 */
export const sniff = (value: Plist.Value): "CheckIn" | "CommandReport" | "Unknown" => {
  if (!Plist.isDictionary(value)) return "Unknown"
  if (Object.hasOwn(value, "MessageType")) return "CheckIn"
  return Object.hasOwn(value, "Status") ? "CommandReport" : "Unknown"
}

const checkIns = {
  Authenticate: SchemaParser.decodeUnknownResult(CheckInMessage.cases.Authenticate),
  TokenUpdate: SchemaParser.decodeUnknownResult(CheckInMessage.cases.TokenUpdate),
  CheckOut: SchemaParser.decodeUnknownResult(CheckInMessage.cases.CheckOut),
  UserAuthenticate: SchemaParser.decodeUnknownResult(CheckInMessage.cases.UserAuthenticate),
  SetBootstrapToken: SchemaParser.decodeUnknownResult(CheckInMessage.cases.SetBootstrapToken),
  GetBootstrapToken: SchemaParser.decodeUnknownResult(CheckInMessage.cases.GetBootstrapToken),
  GetToken: SchemaParser.decodeUnknownResult(CheckInMessage.cases.GetToken),
  DeclarativeManagement: SchemaParser.decodeUnknownResult(CheckInMessage.cases.DeclarativeManagement),
  ReturnToService: SchemaParser.decodeUnknownResult(CheckInMessage.cases.ReturnToService),
} satisfies { readonly [Type in MessageType]: unknown }

const reports = {
  Idle: SchemaParser.decodeUnknownResult(CommandReport.cases.Idle),
  Acknowledged: SchemaParser.decodeUnknownResult(CommandReport.cases.Acknowledged),
  Error: SchemaParser.decodeUnknownResult(CommandReport.cases.Error),
  CommandFormatError: SchemaParser.decodeUnknownResult(CommandReport.cases.CommandFormatError),
  NotNow: SchemaParser.decodeUnknownResult(CommandReport.cases.NotNow),
} satisfies { readonly [S in Status]: unknown }

const isKeyOf = <T extends object>(table: T, key: string): key is Extract<keyof T, string> => Object.hasOwn(table, key)

/** The text under a key that every message of a protocol has. */
const textOf = (value: Plist.Value, key: string): Result.Result<string, InvalidMessage> => {
  if (!Plist.isDictionary(value)) return Result.fail(invalid([], "Expected a dictionary"))
  if (!Object.hasOwn(value, key)) return Result.fail(invalid([key], "Missing key"))
  const text = value[key]
  return typeof text === "string" ? Result.succeed(text) : Result.fail(invalid([key], "Expected string"))
}

/**
 * A property list as a check-in message.
 *
 * @category decoding
 * @since 0.1.0
 */
export const checkIn = (value: Plist.Value): Result.Result<CheckInMessage, MessageError> =>
  Result.flatMap(
    textOf(value, "MessageType"),
    (type): Result.Result<CheckInMessage, MessageError> =>
      isKeyOf(checkIns, type)
        ? Result.mapError<CheckInMessage, SchemaIssue.Issue, MessageError>(checkIns[type](value), fromIssue)
        : Result.fail(unknownMessageType(type)),
  )

/**
 * A property list as a command report.
 *
 * @category decoding
 * @since 0.1.0
 */
export const commandReport = (value: Plist.Value): Result.Result<CommandReport, MessageError> =>
  Result.flatMap(
    textOf(value, "Status"),
    (status): Result.Result<CommandReport, MessageError> =>
      isKeyOf(reports, status)
        ? Result.mapError<CommandReport, SchemaIssue.Issue, MessageError>(reports[status](value), fromIssue)
        : Result.fail(invalid(["Status"], `Expected one of ${Object.keys(reports).join(", ")}`)),
  )

/**
 * Bytes of a check-in (`application/x-apple-aspen-mdm-checkin`).
 *
 * @category decoding
 * @since 0.1.0
 */
export const decodeCheckIn = (bytes: Uint8Array, limits?: Plist.Limits): Result.Result<CheckInMessage, MessageError> =>
  Result.flatMap(Plist.parse(bytes, limits), checkIn)

/**
 * Bytes of a command report (`application/x-apple-aspen-mdm`).
 *
 * @category decoding
 * @since 0.1.0
 */
export const decodeCommandReport = (
  bytes: Uint8Array,
  limits?: Plist.Limits,
): Result.Result<CommandReport, MessageError> => Result.flatMap(Plist.parse(bytes, limits), commandReport)

/**
 * Bytes of either protocol, distinguished by {@link sniff}.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (bytes: Uint8Array, limits?: Plist.Limits): Result.Result<Incoming, MessageError> =>
  Result.flatMap(Plist.parse(bytes, limits), (value): Result.Result<Incoming, MessageError> => {
    switch (sniff(value)) {
      case "CheckIn":
        return Result.map(checkIn(value), (message) => ({ _tag: "CheckIn", message }))
      case "CommandReport":
        return Result.map(commandReport(value), (report) => ({ _tag: "CommandReport", report }))
      case "Unknown":
        return Result.fail(invalid([], "Expected a MessageType or a Status"))
    }
  })

const statusReport = SchemaParser.decodeUnknownResult(DeclarativeManagement.StatusReport)

/**
 * The `Data` of a `DeclarativeManagement` check-in at `status`: JSON bytes, under the same limits as a property list.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decodeStatusReport = (
  data: Uint8Array,
  limits?: Plist.Limits,
): Result.Result<DeclarativeManagement.StatusReport, InvalidMessage> =>
  Result.flatMap(Json.parse(data, limits), (json) => Result.mapError(statusReport(json), fromIssue))
