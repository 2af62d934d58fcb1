/**
 * The imperative commands, one queue a channel, first in first out.
 *
 * A command is `queued`, then `sent`, until the device says `acknowledged`, `error` or `notNow`. What was sent and never answered is
 * sent again, under the same `commandUUID`, so that a lost connection loses nothing. What was put off by `NotNow` stays away until
 * the next connection: a device that gets it back at once would loop. An answer heard twice changes nothing.
 */
import { CommandUnknown, type QueuedCommand } from "@espalier/dashboard/devices-api"
import type { CommandResult, CommandStatus } from "@espalier/schema"
import { Context, DateTime, Effect, Layer } from "effect"
import * as Channel from "./Channel.ts"

/** How many answered commands a channel keeps. */
const history = 100

interface Queue {
  readonly channel: Channel.Channel
  /** In the order they were queued. */
  readonly commands: ReadonlyArray<QueuedCommand>
  /** A result was heard, and the check-in that belongs to it was not yet. */
  readonly isAnswering: boolean
}

/**
 * What devices are to do, and what they said to it.
 *
 * @category services
 */
export class Commands extends Context.Service<
  Commands,
  {
    readonly enqueue: (
      channel: Channel.Channel,
      command: Pick<QueuedCommand, "requestType" | "payload">,
    ) => Effect.Effect<QueuedCommand>
    /** The command that an answer would be about: one that is ours and not answered for good. */
    readonly awaiting: (channel: Channel.Channel, commandUUID: string) => Effect.Effect<QueuedCommand | undefined>
    /** Takes a device's answer. One to a command that is not ours, or that was answered for good, changes nothing. */
    readonly answered: (channel: Channel.Channel, result: typeof CommandResult.Type) => Effect.Effect<void>
    /**
     * A channel checks in: does a connection begin? It does unless a result came just before: a device reports and asks for
     * more in one request. When it does, what was put off is queued again.
     */
    readonly connected: (channel: Channel.Channel) => Effect.Effect<boolean>
    /** The next command, if any; from now on it counts as sent. */
    readonly next: (channel: Channel.Channel) => Effect.Effect<QueuedCommand | undefined>
    readonly get: (commandUUID: string) => Effect.Effect<QueuedCommand, CommandUnknown>
    /** A channel's commands, oldest first, answered or not. */
    readonly list: (channel: Channel.Channel) => Effect.Effect<ReadonlyArray<QueuedCommand>>
    /** Drops a channel's commands; a device's with those of its users. */
    readonly clear: (channel: Channel.Channel) => Effect.Effect<void>
  }
>()("@espalier/example-in-memory/Commands") {
  static readonly layer = Layer.sync(Commands, () => {
    const queues = new Map<string, Queue>()

    const queueOf = (channel: Channel.Channel): Queue =>
      queues.get(Channel.keyOf(channel)) ?? { channel, commands: [], isAnswering: false }
    const update = (channel: Channel.Channel, change: Partial<Queue>) => {
      queues.set(Channel.keyOf(channel), { ...queueOf(channel), ...change })
    }
    const awaiting = (channel: Channel.Channel, commandUUID: string) =>
      queueOf(channel).commands.find((command) => command.commandUUID === commandUUID && !isDone(command))
    const replace = (command: QueuedCommand) =>
      update(command.channel, {
        commands: queueOf(command.channel).commands.map((old) =>
          old.commandUUID === command.commandUUID ? command : old,
        ),
      })

    return Commands.of({
      enqueue: Effect.fn("Commands.enqueue")(function* (channel, { requestType, payload }) {
        const command: QueuedCommand = {
          commandUUID: crypto.randomUUID(),
          channel,
          requestType,
          payload,
          state: "queued",
          queuedAt: yield* DateTime.now,
        }
        update(channel, { commands: [...forgetOld(queueOf(channel).commands), command] })
        return command
      }),

      awaiting: (channel, commandUUID) => Effect.sync(() => awaiting(channel, commandUUID)),

      answered: Effect.fn("Commands.answered")(function* (channel, { _tag, commandUUID, ...answer }) {
        const answeredAt = yield* DateTime.now
        update(channel, { isAnswering: true })
        const command = awaiting(channel, commandUUID)
        if (command === undefined) return
        replace({ ...command, state: states[answer.status], answeredAt, answer })
      }),

      connected: (channel) =>
        Effect.sync(() => {
          const { commands, isAnswering } = queueOf(channel)
          if (isAnswering) {
            update(channel, { isAnswering: false })
          } else if (commands.some(({ state }) => state === "notNow")) {
            update(channel, {
              commands: commands.map((command) =>
                command.state === "notNow" ? { ...command, state: "queued" } : command,
              ),
            })
          }
          return !isAnswering
        }),

      next: Effect.fn("Commands.next")(function* (channel) {
        const sentAt = yield* DateTime.now
        const next = queueOf(channel).commands.find(({ state }) => state === "queued" || state === "sent")
        if (next === undefined) return undefined
        const sent: QueuedCommand = { ...next, state: "sent", sentAt }
        replace(sent)
        return sent
      }),

      get: (commandUUID) =>
        Effect.suspend(() => {
          for (const { commands } of queues.values()) {
            const command = commands.find((command) => command.commandUUID === commandUUID)
            if (command !== undefined) return Effect.succeed(command)
          }
          return Effect.fail(new CommandUnknown({}))
        }),

      list: (channel) => Effect.sync(() => queueOf(channel).commands),

      clear: (channel) =>
        Effect.sync(() => {
          for (const [key, queue] of queues) {
            if (Channel.isOf(queue.channel, channel)) queues.delete(key)
          }
        }),
    })
  })
}

const states = {
  Acknowledged: "acknowledged",
  Error: "error",
  CommandFormatError: "error",
  NotNow: "notNow",
} as const satisfies Record<CommandStatus, QueuedCommand["state"]>

const isDone = ({ state }: QueuedCommand) => state === "acknowledged" || state === "error"

const forgetOld = (commands: ReadonlyArray<QueuedCommand>) => {
  const surplus = commands.filter(isDone).length - history
  if (surplus <= 0) return commands
  const old = new Set(commands.filter(isDone).slice(0, surplus))
  return commands.filter((command) => !old.has(command))
}
