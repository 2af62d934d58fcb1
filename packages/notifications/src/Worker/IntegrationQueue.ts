/**
 * The queue of one integration: claims due deliveries, attempts them, and ends when none are due.
 *
 * It claims twice as many deliveries as it attempts at a time; the rest waits in its prefetch buffer. A change of the integration (disabled,
 * another URL or secret) takes effect within a second.
 */
import { type Clock, Effect, Latch } from "effect"
import type { SqlError } from "effect/sql"
import type { GroupCommit } from "../Storage/GroupCommit.ts"
import type { Attempt } from "./Attempt.ts"
import type { Leases, Target } from "./Leases.ts"
import * as PrefetchBuffer from "./PrefetchBuffer.ts"
import type { RateLimit } from "./RateLimit.ts"

/**
 * What the queues of a worker share.
 *
 * @category models
 * @since 0.1.0
 */
export interface QueueOptions {
  /** The attempts of a queue at a time. */
  readonly concurrency: number
  /** How long an attempt may take, in milliseconds. */
  readonly timeout: number
  readonly rates: RateLimit
  readonly leases: Leases
  readonly commits: GroupCommit["Service"]
  readonly clock: Clock.Clock
  readonly attempt: Attempt
  /** Whether the worker is stopping: nothing more is attempted. */
  readonly isStopping: () => boolean
}

/**
 * @category models
 * @since 0.1.0
 */
export interface IntegrationQueue {
  /** Deliveries may be due. Returns `false` when the queue has ended, so that a new one is needed. */
  readonly notify: () => boolean
  /** Ends its wait, so that it looks at `isStopping`. */
  readonly interrupt: () => void
  /** Runs until no deliveries are due, or until the worker is stopping. */
  readonly run: Effect.Effect<void, SqlError.SqlError>
}

/** How long a target is used without reading it again, in milliseconds. */
const targetLifetime = 1000

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  id: string,
  { concurrency, timeout, rates, leases, commits, clock, attempt, isStopping }: QueueOptions,
): IntegrationQueue => {
  const buffer = PrefetchBuffer.make()
  const changed = Latch.makeUnsafe(false)
  let target: Target | undefined
  /** When `target` was read, in Unix milliseconds. */
  let readAt = 0
  let inFlight = 0
  /** Whether more deliveries may be due. */
  let more = true
  /** The responses that stop the queue (410, `Retry-After`) and are not yet recorded. */
  let stops = 0
  let ended = false

  /** Starts the attempts that may start now. */
  const fill = () => {
    const now = clock.currentTimeMillisUnsafe()
    while (!isStopping() && inFlight < concurrency && target !== undefined && now < readAt + targetLifetime) {
      const next = buffer.take(now + (target.timeout ?? timeout))
      if (next === undefined) break
      inFlight++
      attempt(id, target, next, ({ _tag, outcome }) => {
        const isStop = outcome._tag === "Gone" || outcome.pause !== undefined
        if (_tag === "Responded") {
          inFlight--
          if (isStop) {
            target = undefined
            stops++
          }
          fill()
          changed.openUnsafe()
        } else if (isStop) {
          stops--
          changed.openUnsafe()
        }
      })
    }
  }

  const setTarget = (read: Target | undefined, now: number) => {
    target = read
    readAt = now
  }

  const release = Effect.suspend(() => {
    const ids = buffer.clear()
    return ids.length === 0 ? Effect.void : Effect.ignore(leases.release(ids, clock.currentTimeMillisUnsafe()))
  })

  /** Claims deliveries, or waits until something changes. Returns `false` when none are due and no attempt is in flight. */
  const step = Effect.fnUntraced(function* (): Effect.fn.Return<boolean, SqlError.SqlError> {
    changed.closeUnsafe()
    const now = clock.currentTimeMillisUnsafe()
    if (target === undefined && buffer.size() > 0) {
      yield* release
      return true
    }
    const wants = more && stops === 0 && buffer.size() <= concurrency / 2
    const wait = wants ? rates.wait(id, now) : 0
    if (wants && wait === 0) {
      more = false
      const {
        target: read,
        claimed,
        limit,
      } = yield* commits.run(
        leases.claim(id, {
          now,
          limit: ({ rateLimit }) => {
            rates.setRate(id, rateLimit)
            return Math.min(2 * concurrency - inFlight - buffer.size(), rates.allowed(id, now))
          },
        }),
      )
      rates.take(id, claimed.length)
      setTarget(read, now)
      buffer.add(claimed)
      fill()
      if (claimed.length === limit) more = true
      return true
    }
    if (buffer.size() > 0 && now >= readAt + targetLifetime) {
      setTarget(yield* leases.target(id, now), now)
      fill()
      return true
    }
    if (buffer.size() === 0 && inFlight === 0 && !more && stops === 0) return false
    yield* wait > 0 ? Effect.raceFirst(changed.await, Effect.sleep(wait)) : changed.await
    return true
  })

  return {
    notify: () => {
      if (ended) return false
      more = true
      changed.openUnsafe()
      return true
    },
    interrupt: () => changed.openUnsafe(),
    run: Effect.whileLoop({
      while: () => !ended && !isStopping(),
      body: step,
      step: (active) => {
        // `notify` may have been called in between.
        if (!active && !more) ended = true
      },
    }).pipe(
      Effect.ensuring(
        Effect.suspend(() => {
          ended = true
          return release
        }),
      ),
    ),
  }
}
