/**
 * From a device's bytes to a message: property list, then `MessageType` or `Status`, then the schema of that one message.
 *
 * **Details**
 *
 * Decoding is tolerant, see `Plist.parseTolerant` and {@link invalidKeys}: one odd value does not lose a message. It never throws and reads
 * at most `maxBytes` bytes (10 MiB by default). Every error may be logged.
 *
 * Every rejection, and the rule that requires it. Anything else is accepted.
 *
 * | rejected | rule |
 * |---|---|
 * | not a property list with a dictionary, even for a tolerant reader | Apple, "Check-in": the body is a property list |
 * | larger or deeper than the limits | own limit against exhaustion |
 * | neither `MessageType` nor `Status`, or an unknown one | Apple: required keys with these values; nothing else says what the message is |
 * | `UDID`, `EnrollmentID`, `UserID`, `EnrollmentUserID`, `UserShortName` that is not a string of at most 256 units | who sends it; the certificate is pinned to it |
 * | `TokenUpdate` without `Topic`, `Token` or `PushMagic` | Apple, "TokenUpdateRequest": required; without them no push is possible |
 * | `UserAuthenticate` without `UserID`, `GetToken` without `TokenServiceType`, `DeclarativeManagement` without `Endpoint` | Apple: required; there is no answer without them |
 * | `SetBootstrapToken` whose `BootstrapToken` is not data | it would delete the escrowed token: Apple, "SetBootstrapTokenRequest" |
 *
 * Both protocols come to the same URL when a profile has no `CheckInURL`, and proxies lose content types: {@link decode}
 * distinguishes them by their content.
 */

import { Plist } from "@espalier/plist"
import { Result, Schema, type SchemaIssue, SchemaParser } from "effect"
import { CheckInMessage, type MessageType } from "./CheckIn.ts"
import { CommandReport, ErrorChainItem, type Status } from "./CommandReport.ts"
import * as DeclarativeManagement from "./DeclarativeManagement.ts"
import * as Json from "./Json.ts"
import { type InvalidMessage, invalid, type MessageError, unknownMessageType } from "./MessageError.ts"
import * as Tolerant from "./Tolerant.ts"

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

/** Who sends the message. A value of another type there leaves the sender unknown. */
const identifying = ["UDID", "EnrollmentID", "UserID", "EnrollmentUserID", "UserShortName"]

const tolerant = <A>(
  decode: (input: unknown) => Result.Result<A, SchemaIssue.Issue>,
  required: ReadonlyArray<string>,
  replace?: { readonly ErrorChain: ReturnType<typeof Tolerant.partition> },
) =>
  Tolerant.decoder(decode, {
    required: new Set([...identifying, ...required]),
    ...(replace === undefined ? {} : { replace }),
  })

const checkInOf = <A>(
  decode: (input: unknown) => Result.Result<A, SchemaIssue.Issue>,
  ...required: ReadonlyArray<string>
) => tolerant(decode, ["MessageType", ...required])

const { cases } = CheckInMessage
const decodeUnknown = SchemaParser.decodeUnknownResult

/** What is required beside the envelope is what Apple requires and a server cannot do without. */
const checkIns = {
  Authenticate: checkInOf(decodeUnknown(cases.Authenticate)),
  TokenUpdate: checkInOf(decodeUnknown(cases.TokenUpdate), "Topic", "Token", "PushMagic"),
  CheckOut: checkInOf(decodeUnknown(cases.CheckOut)),
  UserAuthenticate: checkInOf(decodeUnknown(cases.UserAuthenticate)),
  SetBootstrapToken: checkInOf(decodeUnknown(cases.SetBootstrapToken), "BootstrapToken"),
  GetBootstrapToken: checkInOf(decodeUnknown(cases.GetBootstrapToken)),
  GetToken: checkInOf(decodeUnknown(cases.GetToken), "TokenServiceType"),
  DeclarativeManagement: checkInOf(decodeUnknown(cases.DeclarativeManagement), "Endpoint"),
  ReturnToService: checkInOf(decodeUnknown(cases.ReturnToService)),
} satisfies { readonly [Type in MessageType]: unknown }

const reportOf = <A>(decode: (input: unknown) => Result.Result<A, SchemaIssue.Issue>) =>
  tolerant(decode, ["Status"], { ErrorChain: Tolerant.partition(Schema.is(ErrorChainItem)) })

const reports = {
  Idle: reportOf(decodeUnknown(CommandReport.cases.Idle)),
  Acknowledged: reportOf(decodeUnknown(CommandReport.cases.Acknowledged)),
  Error: reportOf(decodeUnknown(CommandReport.cases.Error)),
  CommandFormatError: reportOf(decodeUnknown(CommandReport.cases.CommandFormatError)),
  NotNow: reportOf(decodeUnknown(CommandReport.cases.NotNow)),
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
      isKeyOf(checkIns, type) ? checkIns[type](value) : Result.fail(unknownMessageType(type)),
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
        ? reports[status](value)
        : Result.fail(invalid(["Status"], `Expected one of ${Object.keys(reports).join(", ")}`)),
  )

/**
 * Bytes of a check-in (`application/x-apple-aspen-mdm-checkin`).
 *
 * @category decoding
 * @since 0.1.0
 */
export const decodeCheckIn = (bytes: Uint8Array, limits?: Plist.Limits): Result.Result<CheckInMessage, MessageError> =>
  Result.flatMap(Plist.parseTolerant(bytes, limits), ({ value }) => checkIn(value))

/**
 * Bytes of a command report (`application/x-apple-aspen-mdm`).
 *
 * @category decoding
 * @since 0.1.0
 */
export const decodeCommandReport = (
  bytes: Uint8Array,
  limits?: Plist.Limits,
): Result.Result<CommandReport, MessageError> =>
  Result.flatMap(Plist.parseTolerant(bytes, limits), ({ value }) => commandReport(value))

/**
 * Bytes of either protocol, distinguished by {@link sniff}.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (bytes: Uint8Array, limits?: Plist.Limits): Result.Result<Incoming, MessageError> =>
  Result.flatMap(Plist.parseTolerant(bytes, limits), ({ value }): Result.Result<Incoming, MessageError> => {
    switch (sniff(value)) {
      case "CheckIn":
        return Result.map(checkIn(value), (message) => ({ _tag: "CheckIn", message }))
      case "CommandReport":
        return Result.map(commandReport(value), (report) => ({ _tag: "CommandReport", report }))
      case "Unknown":
        return Result.fail(invalid([], "Expected a MessageType or a Status"))
    }
  })

const statusReport = Tolerant.decoder(SchemaParser.decodeUnknownResult(DeclarativeManagement.StatusReport), {
  required: new Set(),
})

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
  Result.flatMap(Json.parse(data, limits), statusReport)

/**
 * The names of the values that a message keeps although they have another type than Apple's, such as `InvalidNotOnConsole`, for a log.
 *
 * @category accessors
 * @since 0.1.0
 */
export const invalidKeys: (
  message: CheckInMessage | CommandReport | DeclarativeManagement.StatusReport,
) => ReadonlyArray<string> = Tolerant.invalidKeys
