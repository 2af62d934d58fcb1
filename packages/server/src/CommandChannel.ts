/**
 * The command channel: a device reports on its last command and asks for the next, in one request.
 *
 * The report goes to the backend first, and only then the question; a report that was not taken is answered 503 and comes again.
 * A command that the device has just reported on is never sent back in the same connection: after `NotNow` it would loop.
 */
import { Command, CommandReport } from "@espalier/apple"
import { type ErrorChainItem, type Event, Manifest, type Scope } from "@espalier/schema"
import { Effect } from "effect"
import type { HttpServerResponse } from "effect/http"
import { type BackendError, ManagementBackend } from "./Backend/index.ts"
import * as DdmSync from "./DdmSync.ts"
import * as DeviceResponse from "./DeviceResponse.ts"
import * as PropertyList from "./PropertyList.ts"
import type { Refusal } from "./Refusal.ts"

/**
 * Tells the backend what the device reports, and the device what to do next.
 *
 * @category answers
 * @since 0.1.0
 */
export const answer = (
  report: CommandReport.CommandReport,
  scope: Scope,
): Effect.Effect<HttpServerResponse.HttpServerResponse, BackendError | Refusal, ManagementBackend> =>
  Effect.gen(function* () {
    const backend = yield* ManagementBackend
    if (report.Status !== "Idle" && !DdmSync.isOwn(report.CommandUUID)) {
      yield* backend
        .event({ scope, event: yield* commandResult(report) })
        .pipe(Effect.catchTag("ManagementNotSupported", () => Effect.void))
    }
    const manifest = yield* backend.checkin({ scope })
    if (wouldLoop(report, manifest)) {
      yield* Effect.logDebug(`${manifest._tag} not repeated in the connection that reported on it`)
      return DeviceResponse.empty
    }
    return yield* Manifest.match(manifest, {
      Idle: () => Effect.succeed(DeviceResponse.empty),
      Command: ({ commandUUID, requestType, payload }) =>
        Effect.flatMap(PropertyList.fromJson(payload), (dictionary) =>
          PropertyList.toResponse(Command.make(commandUUID, requestType, dictionary)),
        ),
      DdmSync: (sync) => Effect.flatMap(DdmSync.command(sync), PropertyList.toResponse),
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
      return DdmSync.carried(report.CommandUUID, manifest)
  }
}

type Result = Exclude<CommandReport.CommandReport, { readonly Status: "Idle" }>

const commandResult = (report: Result): Effect.Effect<Event, Refusal> =>
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

/** A code beyond JSON's integers is nobody's; the result that it came with must not be lost for it. */
const safeInteger = (code: number | bigint): number =>
  Math.min(Math.max(Number(code), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
