/**
 * The connections of a worker: one pool for receivers with public certificates, and one for each private authority, so that a connection
 * which was verified with one authority is never used for another.
 */
import * as Undici from "@effect/platform-node/Undici"
import { Effect, type Scope } from "effect"
import { AddressGuard } from "../Addresses/AddressGuard.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Agents {
  /** The pool for receivers whose certificates come from these authorities (PEM); `undefined` are the public ones. */
  readonly of: (ca: string | undefined) => Undici.Agent
}

/** CDNs send large headers; the default of 16 KiB would turn a 200 into a failure. */
const maxHeaderSize = 512 * 1024

/** Private authorities with open connections. The one that was not used for the longest time is closed for another. */
const maxPrivate = 100

/**
 * `timeout` is in milliseconds, for a connection.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  timeout,
}: {
  readonly timeout: number
}): Effect.fn.Return<Agents, never, AddressGuard | Scope.Scope> {
  const { connector } = yield* AddressGuard
  const open = (ca?: string) =>
    new Undici.Agent({
      connect: connector({ timeout, ca }),
      pipelining: 1,
      allowH2: false,
      maxHeaderSize,
      // The deadline of an attempt covers both.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  const agents = yield* Effect.acquireRelease(
    Effect.sync(() => ({ common: open(), own: new Map<string, Undici.Agent>() })),
    ({ common, own }) => Effect.promise(() => Promise.all([common, ...own.values()].map((agent) => agent.destroy()))),
  )

  return {
    of: (ca) => {
      if (ca === undefined) return agents.common
      const agent = agents.own.get(ca) ?? open(ca)
      // Moved to the end: a map is in the order of insertion.
      agents.own.delete(ca)
      agents.own.set(ca, agent)
      const [oldest] = agents.own
      if (agents.own.size > maxPrivate && oldest !== undefined) {
        agents.own.delete(oldest[0])
        void oldest[1].close()
      }
      return agent
    },
  }
})
