/**
 * The dispatcher of a worker: it has a queue for each integration with due deliveries, so that a slow receiver delays only its own.
 *
 * When the scope ends, the queues claim nothing more, and the dispatcher waits until every attempt in flight is recorded.
 */
import { Clock, Effect, FiberSet, Latch, type Scope } from "effect"
import { GroupCommit } from "../Storage/GroupCommit.ts"
import type { Attempt } from "./Attempt.ts"
import * as IntegrationQueue from "./IntegrationQueue.ts"
import type { Leases } from "./Leases.ts"
import * as RateLimit from "./RateLimit.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface DispatcherOptions {
  /** The attempts of a queue at a time. */
  readonly concurrency: number
  readonly ratePerSecond: number
  /** The queues at a time. */
  readonly maxQueues: number
  /** How long an attempt may take, in milliseconds. */
  readonly timeout: number
  readonly leases: Leases
  readonly attempt: Attempt
}

/**
 * Returns a function that says that an integration may have due deliveries.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  concurrency,
  ratePerSecond,
  maxQueues,
  timeout,
  leases,
  attempt,
}: DispatcherOptions): Effect.fn.Return<(integration: string) => void, never, GroupCommit | Scope.Scope> {
  const commits = yield* GroupCommit
  const clock = yield* Clock.Clock
  const queues = new Map<string, IntegrationQueue.IntegrationQueue>()
  const running = yield* FiberSet.make<void>()
  const fork = yield* FiberSet.runtime(running)()
  let stopping = false
  let unrecorded = 0
  const recorded = Latch.makeUnsafe(true)

  const countedAttempt: Attempt = (integration, target, delivery, onProgress) => {
    unrecorded++
    recorded.closeUnsafe()
    attempt(integration, target, delivery, (progress) => {
      if (progress._tag === "Recorded" && --unrecorded === 0) recorded.openUnsafe()
      onProgress(progress)
    })
  }

  const options: IntegrationQueue.QueueOptions = {
    concurrency,
    timeout,
    rates: RateLimit.make(ratePerSecond),
    leases,
    commits,
    clock,
    attempt: countedAttempt,
    isStopping: () => stopping,
  }

  const start = (id: string) => {
    const queue = IntegrationQueue.make(id, options)
    queues.set(id, queue)
    fork(
      queue.run.pipe(
        Effect.catch((error) => Effect.logError("a queue stopped: the database failed", error.reason._tag)),
        Effect.ensuring(
          Effect.sync(() => {
            // A new queue may have replaced this one.
            if (queues.get(id) === queue) queues.delete(id)
          }),
        ),
      ),
    )
  }

  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      stopping = true
      for (const queue of queues.values()) queue.interrupt()
      return Effect.andThen(FiberSet.awaitEmpty(running), recorded.await)
    }),
  )

  return (id) => {
    const queue = queues.get(id)
    if (queue?.notify() === true || stopping) return
    if (queue !== undefined || queues.size < maxQueues) start(id)
  }
})
