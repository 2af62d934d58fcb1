/**
 * A device's message: a check-in, or a report on the command channel.
 */
import { type Channel, type CheckIn, type CommandReport, Message } from "@espalier/apple"
import { Problem } from "@espalier/http"
import type { Plist } from "@espalier/plist"
import { Effect, Result } from "effect"
import type { Situation } from "./ErrorReply.ts"

/**
 * A message with its name in Apple's words: the `MessageType` of a check-in, the `Status` of a report.
 *
 * @category models
 * @since 0.1.0
 */
export type MdmMessage =
  | { readonly _tag: "CheckIn"; readonly name: CheckIn.MessageType; readonly message: CheckIn.CheckInMessage }
  | {
      readonly _tag: "CommandReport"
      readonly name: CommandReport.Status
      readonly report: CommandReport.CommandReport
    }

/**
 * Decodes a property list: a check-in has a `MessageType`, a report a `Status`.
 *
 * **Details**
 *
 * The content type does not decide: both kinds of messages use one URL when a profile has no `CheckInURL`, and proxies drop, replace or double the header.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (value: Plist.Value): Effect.Effect<MdmMessage, Problem.Problem> =>
  Effect.fromResult(decoded(value)).pipe(
    Effect.mapError(({ message }) => new Problem.Problem({ status: 400, detail: message })),
    Effect.tap((message) => logInvalidKeys(message._tag === "CheckIn" ? message.message : message.report)),
  )

const logInvalidKeys = (message: Parameters<typeof Message.invalidKeys>[0]) => {
  const keys = Message.invalidKeys(message)
  return keys.length === 0
    ? Effect.void
    : Effect.logWarning(`Accepted a message with values of an unexpected type: ${keys.join(", ")}`)
}

const decoded = (value: Plist.Value): Result.Result<MdmMessage, { readonly message: string }> => {
  switch (Message.sniff(value)) {
    case "CheckIn":
      return Result.map(Message.checkIn(value), (message) => ({ _tag: "CheckIn", name: message.MessageType, message }))
    case "CommandReport":
      return Result.map(Message.commandReport(value), (report) => ({
        _tag: "CommandReport",
        name: report.Status,
        report,
      }))
    case "Unknown":
      return Result.fail({ message: "The message has neither a MessageType nor a Status" })
  }
}

/**
 * The situation of the device that sends this message.
 *
 * @category accessors
 * @since 0.1.0
 */
export const situationOf = ({ name }: MdmMessage): Situation => {
  switch (name) {
    case "Authenticate":
      return "authenticate"
    case "UserAuthenticate":
      return "userAuthenticate"
    case "DeclarativeManagement":
      return "declarative"
    case "SetBootstrapToken":
    case "GetBootstrapToken":
    case "GetToken":
    case "ReturnToService":
      return "question"
    default:
      return "checkin"
  }
}

/**
 * The identifying keys of the sender.
 *
 * @category accessors
 * @since 0.1.0
 */
export const enrollmentIds = (message: MdmMessage): Channel.EnrollmentIds =>
  message._tag === "CheckIn" ? message.message : message.report
