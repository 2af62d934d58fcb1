/**
 * The queue of commands: one a channel, first in, first out.
 *
 * **Details**
 *
 * A command is `queued`, then `sent`, until the device answers `acknowledged`, `error` or `notNow`. A sent command without an answer is sent again
 * under the same `commandUUID`, so that a broken connection loses nothing. After `NotNow` a command waits until the next connection: a device that
 * receives it again at once would loop. A repeated answer changes nothing.
 */
import type { CommandResult, CommandStatus } from "@espalier/schema"
import { Context, DateTime, Effect, Layer } from "effect"
import * as Channel from "../Devices/Channel.ts"
import type { StorageError } from "../StorageError.ts"
import type { QueuedCommand } from "./Command.ts"
import { CommandNotFound } from "./CommandNotFound.ts"

/** How many answered commands are kept for a channel. */
const history = 100

interface Queue {
  readonly channel: Channel.Channel
  /** In the order they were queued. */
  readonly commands: ReadonlyArray<QueuedCommand>
  /** A result has arrived, the check-in that belongs to it has not. */
  readonly isAnswering: boolean
}

/**
 * @category models
 * @since 0.1.0
 */
export interface CommandQueueService {
  readonly enqueue: (
    channel: Channel.Channel,
    command: Pick<QueuedCommand, "requestType" | "payload">,
  ) => Effect.Effect<QueuedCommand, StorageError>
  /** The command that a result is about: one of this queue that has no final answer. */
  readonly findUnanswered: (
    channel: Channel.Channel,
    commandUUID: string,
  ) => Effect.Effect<QueuedCommand | undefined, StorageError>
  /** Stores a device's answer. An answer to a command of another queue, or after a final answer, changes nothing. */
  readonly recordResult: (
    channel: Channel.Channel,
    result: typeof CommandResult.Type,
  ) => Effect.Effect<void, StorageError>
  /**
   * Whether a connection starts with this check-in. It does unless a result came just before: a device reports and asks for the next command in
   * one request. When it does, commands that were put off are queued again.
   */
  readonly connect: (channel: Channel.Channel) => Effect.Effect<boolean, StorageError>
  /** Takes the next command, if there is one: its state is `sent` from now on. */
  readonly next: (channel: Channel.Channel) => Effect.Effect<QueuedCommand | undefined, StorageError>
  readonly get: (commandUUID: string) => Effect.Effect<QueuedCommand, CommandNotFound | StorageError>
  /** A channel's commands, oldest first, answered or not. */
  readonly list: (channel: Channel.Channel) => Effect.Effect<ReadonlyArray<QueuedCommand>, StorageError>
  /** Deletes a channel's commands; with a device's also those of its users. */
  readonly clear: (channel: Channel.Channel) => Effect.Effect<void, StorageError>
}

/**
 * The commands of all channels.
 *
 * @category services
 * @since 0.1.0
 */
export class CommandQueue extends Context.Service<CommandQueue, CommandQueueService>()(
  "@espalier/devices/CommandQueue",
) {
  /** Keeps commands in memory: they are gone when the process ends. The last 100 answered commands of a channel are kept. */
  static readonly layerMemory: Layer.Layer<CommandQueue> = Layer.sync(CommandQueue, () => makeMemory())
}

const makeMemory = (): CommandQueueService => {
  const queues = new Map<string, Queue>()

  const queueOf = (channel: Channel.Channel): Queue =>
    queues.get(Channel.key(channel)) ?? { channel, commands: [], isAnswering: false }
  const update = (channel: Channel.Channel, change: Partial<Queue>) => {
    queues.set(Channel.key(channel), { ...queueOf(channel), ...change })
  }
  const unanswered = (channel: Channel.Channel, commandUUID: string) =>
    queueOf(channel).commands.find((command) => command.commandUUID === commandUUID && !isDone(command))
  const replace = (command: QueuedCommand) =>
    update(command.channel, {
      commands: queueOf(command.channel).commands.map((old) =>
        old.commandUUID === command.commandUUID ? command : old,
      ),
    })

  return {
    enqueue: Effect.fn("CommandQueue.enqueue")(function* (channel, { requestType, payload }) {
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

    findUnanswered: (channel, commandUUID) => Effect.sync(() => unanswered(channel, commandUUID)),

    recordResult: Effect.fn("CommandQueue.recordResult")(function* (channel, { _tag, commandUUID, ...answer }) {
      const answeredAt = yield* DateTime.now
      update(channel, { isAnswering: true })
      const command = unanswered(channel, commandUUID)
      if (command === undefined) return
      replace({ ...command, state: states[answer.status], answeredAt, answer })
    }),

    connect: (channel) =>
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

    next: Effect.fn("CommandQueue.next")(function* (channel) {
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
        return Effect.fail(new CommandNotFound({}))
      }),

    list: (channel) => Effect.sync(() => queueOf(channel).commands),

    clear: (channel) =>
      Effect.sync(() => {
        for (const [key, queue] of queues) {
          if (Channel.isWithin(queue.channel, channel)) queues.delete(key)
        }
      }),
  }
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
