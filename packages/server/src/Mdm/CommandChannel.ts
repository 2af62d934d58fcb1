/**
 * The command channel: a device reports on its last command and asks for the next, in one request.
 *
 * **Details**
 *
 * The report goes to the backend first, then the question. A report that the backend did not accept is answered 503, and the device repeats it. A
 * command that the device has just reported on is not sent again in the same connection: after `NotNow` it would loop.
 */
import { Command, CommandReport } from "@espalier/apple"
import type { Problem } from "@espalier/http"
import { type ErrorChainItem, type Event, Manifest, type Scope } from "@espalier/schema"
import { Effect } from "effect"
import { type BackendError, ManagementBackend } from "../Backend/index.ts"
import * as DdmSync from "./DdmSync.ts"
import * as MdmReply from "./MdmReply.ts"
import * as PropertyList from "./PropertyList.ts"

/**
 * Sends the report to the backend, and replies with the next command.
 *
 * @category replies
 * @since 0.1.0
 */
export const reply = (
  report: CommandReport.CommandReport,
  scope: Scope,
): Effect.Effect<MdmReply.MdmReply, BackendError | Problem.Problem, ManagementBackend> =>
  Effect.gen(function* () {
    const backend = yield* ManagementBackend
    if (report.Status !== "Idle" && !DdmSync.isDdmSync(report.CommandUUID)) {
      yield* backend
        .event({ scope, event: yield* commandResult(report) })
        .pipe(Effect.catchTag("ManagementNotSupported", () => Effect.void))
    }
    const manifest = yield* backend.checkin({ scope })
    if (wouldLoop(report, manifest)) {
      yield* Effect.logDebug(`${manifest._tag} is not repeated in the connection that reported on it`)
      return MdmReply.empty
    }
    return yield* Manifest.match(manifest, {
      Idle: () => Effect.succeed(MdmReply.empty),
      Command: ({ commandUUID, requestType, payload }) =>
        Effect.flatMap(PropertyList.fromJson(payload), (dictionary) =>
          MdmReply.propertyList(Command.make(commandUUID, requestType, dictionary)),
        ),
      DdmSync: (sync) => Effect.flatMap(DdmSync.command(sync), MdmReply.propertyList),
    })
  })

const wouldLoop = (report: CommandReport.CommandReport, manifest: Manifest): boolean => {
  if (report.Status === "Idle") return false
  switch (manifest._tag) {
    case "Idle":
      return false
    case "Command":
      return manifest.commandUUID === report.CommandUUID
    case "DdmSync":
      return DdmSync.isFor(report.CommandUUID, manifest)
  }
}

type Result = Exclude<CommandReport.CommandReport, { readonly Status: "Idle" }>

const commandResult = (report: Result): Effect.Effect<Event, Problem.Problem> =>
  Effect.map(PropertyList.toJson(CommandReport.result(report)), (payload) => ({
    _tag: "CommandResult",
    commandUUID: report.CommandUUID,
    status: report.Status,
    ...(report.ErrorChain === undefined ? {} : { errorChain: report.ErrorChain.map(errorChainItem) }),
    payload,
  }))

const errorChainItem = (item: CommandReport.ErrorChainItem): ErrorChainItem => ({
  errorCode: safeInteger(item.ErrorCode),
  errorDomain: item.ErrorDomain,
  localizedDescription: item.LocalizedDescription ?? "",
  ...(item.USEnglishDescription === undefined ? {} : { usEnglishDescription: item.USEnglishDescription }),
})

/** No known code is beyond JSON's integers; the result that contains one must still be delivered. */
const safeInteger = (code: number | bigint): number =>
  Math.min(Math.max(Number(code), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
