/**
 * The lanes of a worker: each integration with something due has one, and it ends when nothing is due.
 *
 * A lane claims what it has room for and as much again, its stock, so that a try that ends is followed by another without asking the
 * database in between. What an integration has become since, disabled or with another URL or secret, is heeded within a second.
 *
 * What surprises: what has lain in the stock for so long that a try could outlast its lease is not tried, but left to fall due again.
 */
import { Clock, Effect, FiberSet, Latch, type Scope } from "effect"
import type { SqlError } from "effect/sql"
import type { Claimed, Claims, Target } from "./Claims.ts"
import { GroupCommit } from "./GroupCommit.ts"
import * as RateLimit from "./RateLimit.ts"
import type { Verdict } from "./Verdict.ts"

/**
 * Tries a delivery. Tells what the answer means, then that it is recorded, each once.
 *
 * @category models
 * @since 0.1.0
 */
export type Attempt = (
  integration: string,
  target: Target,
  claimed: Claimed,
  told: { readonly answered: (verdict: Verdict) => void; readonly recorded: () => void },
) => void

/**
 * @category models
 * @since 0.1.0
 */
export interface LanesOptions {
  /** How many tries a lane has at a time. */
  readonly concurrency: number
  readonly ratePerSecond: number
  /** How many lanes there are at most. */
  readonly most: number
  /** How long a try may take, in milliseconds. */
  readonly timeout: number
  readonly claims: Claims
  readonly attempt: Attempt
}

interface Lane {
  readonly id: string
  readonly stock: Array<Claimed>
  target: Target | undefined
  /** When `target` was read, in Unix milliseconds. */
  readAt: number
  inFlight: number
  /** Whether there may be more to claim. */
  more: boolean
  /** Whether the receiver wants no more, which the database is just being told. */
  gone: boolean
  readonly signal: Latch.Latch
}

/** How long a target counts, in milliseconds. */
const fresh = 1000

/**
 * Gives what tells that an integration may have something due.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  concurrency,
  ratePerSecond,
  most,
  timeout,
  claims,
  attempt,
}: LanesOptions): Effect.fn.Return<(integration: string) => void, never, GroupCommit | Scope.Scope> {
  const commits = yield* GroupCommit
  const clock = yield* Clock.Clock
  const rates = RateLimit.make(ratePerSecond)
  const lanes = new Map<string, Lane>()
  const lanesRunning = yield* FiberSet.make<void>()
  const fork = yield* FiberSet.runtime(lanesRunning)()
  let stopped = false
  let unrecorded = 0
  const settled = Latch.makeUnsafe(true)

  /** Starts what may start now. */
  const fill = (lane: Lane) => {
    const now = clock.currentTimeMillisUnsafe()
    while (!stopped && lane.inFlight < concurrency && lane.target !== undefined && now < lane.readAt + fresh) {
      const next = lane.stock.shift()
      if (next === undefined) break
      if (next.until < now + timeout) continue
      lane.inFlight++
      unrecorded++
      settled.closeUnsafe()
      let gone = false
      attempt(lane.id, lane.target, next, {
        answered: ({ _tag }) => {
          lane.inFlight--
          if (_tag === "Gone") {
            lane.target = undefined
            gone = lane.gone = true
          }
          fill(lane)
          lane.signal.openUnsafe()
        },
        recorded: () => {
          if (--unrecorded === 0) settled.openUnsafe()
          if (!gone) return
          lane.gone = false
          lane.signal.openUnsafe()
        },
      })
    }
  }

  const read = (lane: Lane, target: Target | undefined, now: number) => {
    lane.target = target
    lane.readAt = now
  }

  /** Gives back what is not tried. */
  const release = ({ stock }: Lane) =>
    stock.length === 0
      ? Effect.void
      : Effect.ignore(
          claims.release(
            stock.splice(0).map(({ id }) => id),
            clock.currentTimeMillisUnsafe(),
          ),
        )

  /** Claims what there is room for, or waits until something changes. `false` when nothing is due and nothing is being tried. */
  const step = Effect.fnUntraced(function* (lane: Lane): Effect.fn.Return<boolean, SqlError.SqlError> {
    const { id, stock, signal } = lane
    signal.closeUnsafe()
    const now = clock.currentTimeMillisUnsafe()
    if (lane.target === undefined && stock.length > 0) {
      yield* release(lane)
      return true
    }
    const wants = lane.more && !lane.gone && stock.length <= concurrency / 2
    const wait = wants ? rates.wait(id, now) : 0
    if (wants && wait === 0) {
      lane.more = false
      const limit = Math.min(2 * concurrency - lane.inFlight - stock.length, rates.allowed(id, now))
      const { target, claimed } = yield* commits.run(claims.claim(id, { now, limit }))
      rates.take(id, claimed.length)
      read(lane, target, now)
      stock.push(...claimed)
      fill(lane)
      if (claimed.length === limit) lane.more = true
      return true
    }
    if (stock.length > 0 && now >= lane.readAt + fresh) {
      read(lane, yield* claims.target(id, now), now)
      fill(lane)
      return true
    }
    if (stock.length === 0 && lane.inFlight === 0 && !lane.more && !lane.gone) return false
    yield* wait > 0 ? Effect.raceFirst(signal.await, Effect.sleep(wait)) : signal.await
    return true
  })

  const serve = (lane: Lane): Effect.Effect<void> =>
    Effect.whileLoop({
      while: () => !stopped && lanes.get(lane.id) === lane,
      body: () => step(lane),
      step: (more) => {
        // Somebody may have called in between.
        if (!more && !lane.more) lanes.delete(lane.id)
      },
    }).pipe(
      Effect.catch((error) => Effect.logError("a lane stopped: the database failed", error.reason._tag)),
      Effect.ensuring(
        Effect.suspend(() => {
          // Another lane may have begun since this one took itself off the list.
          if (lanes.get(lane.id) === lane) lanes.delete(lane.id)
          return release(lane)
        }),
      ),
    )

  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      stopped = true
      for (const { signal } of lanes.values()) signal.openUnsafe()
      return Effect.andThen(FiberSet.awaitEmpty(lanesRunning), settled.await)
    }),
  )

  return (id) => {
    const lane = lanes.get(id)
    if (lane !== undefined) {
      lane.more = true
      lane.signal.openUnsafe()
    } else if (!stopped && lanes.size < most) {
      const lane: Lane = {
        id,
        stock: [],
        target: undefined,
        readAt: 0,
        inFlight: 0,
        more: true,
        gone: false,
        signal: Latch.makeUnsafe(false),
      }
      lanes.set(id, lane)
      fork(serve(lane))
    }
  }
})
