/**
 * The command channel: a device reports on its last command and asks for the next, in one request.
 *
 * **Details**
 *
 * The report goes to the backend first, then the question. A report that the backend did not accept is answered 503, and the device repeats it. A
 * command that the device has just reported on, or deferred with `NotNow`, is not sent again in the same connection: the device would loop. Of a
 * `DdmSync` the backend receives every report but `Acknowledged`.
 */
import { Command, CommandReport } from "@espalier/apple"
import type { Problem } from "@espalier/http"
import { type ErrorChainItem, type Event, Manifest, type Scope } from "@espalier/schema"
import { Effect } from "effect"
import { type BackendError, ManagementBackend } from "../Backend/index.ts"
import * as DdmSync from "./DdmSync.ts"
import * as DeferredCommands from "./DeferredCommands.ts"
import * as MdmReply from "./MdmReply.ts"
import * as PropertyList from "./PropertyList.ts"

/**
 * Makes the function that sends a report to the backend and replies with the next command.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): ((
  report: CommandReport.CommandReport,
  scope: Scope,
) => Effect.Effect<MdmReply.MdmReply, BackendError | Problem.Problem, ManagementBackend>) => {
  const deferred = DeferredCommands.make()
  return Effect.fnUntraced(function* (report, scope) {
    const backend = yield* ManagementBackend
    const channel = JSON.stringify([scope.udid, scope._tag === "user" ? [scope.userId, scope.userShortName] : []])
    if (report.Status === "Idle") deferred.begin(channel)
    else {
      if (report.Status === "NotNow") deferred.add(channel, DdmSync.keyOf(report.CommandUUID))
      if (report.Status !== "Acknowledged" || !DdmSync.isDdmSync(report.CommandUUID)) yield* send(report, scope)
    }
    const manifest = yield* backend.checkin({ scope })
    const key = keyOf(manifest)
    if (key === undefined) return MdmReply.empty
    const wasReported = report.Status !== "Idle" && DdmSync.keyOf(report.CommandUUID) === key
    if (wasReported || deferred.has(channel, key)) {
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
}

/** A report that the backend does not support counts as delivered. */
const send = (report: Result, scope: Scope) =>
  Effect.gen(function* () {
    const backend = yield* ManagementBackend
    yield* backend.event({ scope, event: yield* commandResult(report) })
  }).pipe(Effect.catchTag("ManagementNotSupported", () => Effect.void))

/** What identifies the command of a manifest among the reports on it. */
const keyOf = Manifest.match({
  Idle: () => undefined,
  Command: ({ commandUUID }) => commandUUID,
  DdmSync: DdmSync.keyOfManifest,
})

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
