/**
 * The command loop of one connection: sends `Idle`, then executes and reports each command until the server has none.
 *
 * After `NotNow` a server must not send that command again in the same connection; a server that does would keep a real device busy
 * forever; here it is the error `Loop`.
 */
import { Command as Wire } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Ref, Result, Schema } from "effect"
import * as Command from "./Command.ts"
import * as DeviceContext from "./DeviceContext.ts"
import * as Enrollment from "./Enrollment.ts"
import * as MdmClient from "./MdmClient.ts"
import { invalidResponse, type SimulatorError, simulatorError } from "./SimulatorError.ts"
import type { ChannelName } from "./State.ts"
import type * as Transport from "./Transport.ts"

/**
 * A command and the status that the device reported.
 *
 * @category models
 * @since 0.1.0
 */
export interface Report {
  readonly channel: ChannelName
  readonly commandUUID: string
  readonly requestType: string
  readonly status: "Acknowledged" | "Error" | "CommandFormatError" | "NotNow"
}

/**
 * The most commands in one connection; more are the error `Loop`.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxCommands = 1000

const decode = Schema.decodeUnknownResult(Wire.Command)
const Addressed = Schema.Struct({ CommandUUID: Schema.NonEmptyString })
const isAddressed = Schema.is(Addressed)

interface Received {
  readonly commandUUID: string
  readonly payload: Plist.Dictionary & { readonly RequestType: string }
}

/** `undefined` without a command. A command with a UUID but an invalid content is reported as `CommandFormatError`. */
const commandIn = (answer: Transport.Response): Result.Result<Received | undefined, SimulatorError> => {
  if (answer.body.length === 0) return Result.succeed(undefined)
  return Result.flatMap(
    Result.mapError(Plist.parse(answer.body), () => invalidResponse("a property list")),
    (value): Result.Result<Received, SimulatorError> => {
      const read = decode(value)
      if (Result.isSuccess(read)) {
        return Result.succeed({ commandUUID: read.success.CommandUUID, payload: read.success.Command })
      }
      return isAddressed(value)
        ? Result.succeed({ commandUUID: value.CommandUUID, payload: { RequestType: "" } })
        : Result.fail(invalidResponse("a command"))
    },
  )
}

type Reply = Command.Outcome | { readonly _tag: "NotNow" }

const execute = Effect.fnUntraced(function* (
  table: Command.Table,
  command: Command.Command,
  requestType: string,
): Effect.fn.Return<Reply, SimulatorError> {
  const { context, channel } = command
  if (requestType === "") return Command.malformed("RequestType")
  const entry = Object.hasOwn(table, requestType) ? table[requestType] : undefined
  if (entry === undefined || (channel !== "device" && entry.channels === "device")) {
    const chain = [Command.link("MCMDMErrorDomain", 12021, `“${requestType}” is not a valid request type.`)]
    // A Mac reports `CommandFormatError`, the other kinds report `Error`.
    return context.profile.kind === "Mac" ? { _tag: "Malformed", chain } : { _tag: "Failed", chain }
  }
  const { locked } = yield* Ref.get(context.state)
  if (locked && entry.whenLocked === "NotNow") {
    yield* Ref.update(context.state, (state) => ({ ...state, postponed: true }))
    return { _tag: "NotNow" }
  }
  return yield* entry.execute(command)
})

const statuses = { Done: "Acknowledged", Failed: "Error", Malformed: "CommandFormatError", NotNow: "NotNow" } as const

const detailsOf = (reply: Reply): Plist.Dictionary => {
  switch (reply._tag) {
    case "NotNow":
      return {}
    case "Done":
      return reply.result
    case "Failed":
    case "Malformed":
      return { ErrorChain: reply.chain }
  }
}

/**
 * Polls one channel and returns its reports in order.
 *
 * @category verbs
 * @since 0.1.0
 */
export const poll = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  table: Command.Table,
  channel: ChannelName,
): Effect.fn.Return<ReadonlyArray<Report>, SimulatorError> {
  const { owesTokenUpdate } = yield* DeviceContext.channel(context, channel)
  if (owesTokenUpdate) yield* Enrollment.tokenUpdate(context, channel)
  const reports: Array<Report> = []
  const postponed = new Set<string>()
  let next = yield* Effect.fromResult(
    commandIn(yield* MdmClient.send(context, channel, "command", "Idle", { Status: "Idle" })),
  )
  while (next !== undefined) {
    const { commandUUID, payload } = next
    if (postponed.has(commandUUID)) {
      return yield* simulatorError(
        "Loop",
        "The server repeats a command that the device answered with NotNow in this connection",
      )
    }
    if (reports.length >= maxCommands) return yield* simulatorError("Loop", "The server never stops sending commands")
    const requestType = payload.RequestType
    const reply = yield* execute(table, { context, channel, payload }, requestType)
    const status = statuses[reply._tag]
    if (status === "NotNow") postponed.add(commandUUID)
    const answer = yield* MdmClient.send(context, channel, "command", `${status} ${commandUUID}`, {
      ...detailsOf(reply),
      CommandUUID: commandUUID,
      Status: status,
    })
    reports.push({ channel, commandUUID, requestType, status })
    if (reply._tag === "Done" && reply.then !== undefined && (yield* reply.then) === "stop") break
    next = yield* Effect.fromResult(commandIn(answer))
  }
  return reports
})

/**
 * Polls every channel: the device's, then the users'.
 *
 * @category verbs
 * @since 0.1.0
 */
export const pollAll = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  table: Command.Table,
): Effect.fn.Return<ReadonlyArray<Report>, SimulatorError> {
  const { channels } = yield* DeviceContext.enrollment(context)
  const reports: Array<Report> = []
  for (const name of channels.keys()) {
    // A command on an earlier channel may have ended the enrollment.
    if ((yield* Ref.get(context.state)).enrollment === undefined) break
    reports.push(...(yield* poll(context, table, name)))
  }
  return reports
})
