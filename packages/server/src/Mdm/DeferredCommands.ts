/**
 * The commands that each channel answered with `NotNow` since its last `Idle`. They must not be sent again in the same connection: a backend that
 * alternates two of them would keep the device busy without end.
 *
 * **Gotchas**
 *
 * A device begins a connection with `Idle`; its TCP connection says nothing, because proxies share theirs. The memory is this process's: where several
 * servers share a device's connection, each of them remembers only its own part.
 */

/** The number of channels that are remembered; the oldest is forgotten first. A device with deferred commands polls again within minutes. */
const capacity = 10_000

/**
 * @category models
 * @since 0.1.0
 */
export interface DeferredCommands {
  /** A channel begins a connection. */
  readonly begin: (channel: string) => void
  /** A channel deferred a command. */
  readonly add: (channel: string, command: string) => void
  readonly has: (channel: string, command: string) => boolean
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (): DeferredCommands => {
  const channels = new Map<string, Set<string>>()
  return {
    begin: (channel) => void channels.delete(channel),
    add: (channel, command) => {
      const commands = channels.get(channel) ?? new Set()
      channels.set(channel, commands.add(command))
      const [oldest] = channels.keys()
      if (channels.size > capacity && oldest !== undefined) channels.delete(oldest)
    },
    has: (channel, command) => channels.get(channel)?.has(command) === true,
  }
}
