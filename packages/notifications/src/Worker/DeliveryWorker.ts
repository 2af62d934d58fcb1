/**
 * The delivery worker: it finds due deliveries and has them attempted. Any number of workers may share a PostgreSQL database; over SQLite one
 * process has one.
 *
 * Each integration has its own queue, concurrency and rate: a receiver that is slow or never responds delays only its own deliveries.
 *
 * A worker whose scope ends claims nothing more, waits for the attempts in flight, which takes no longer than `timeout`, records them and
 * releases its other deliveries.
 *
 * **Gotchas**
 *
 * The rate is a worker's; two workers together may send twice as much. An attempt of a worker that is killed is made again: at least once,
 * never exactly once.
 */
import type { Sealing } from "@espalier/sql"
import { type Array as Arr, Clock, Duration, Effect, Layer, type Scope } from "effect"
import type { SqlClient } from "effect/sql"
import type { AddressGuard } from "../Addresses/AddressGuard.ts"
import type { GroupCommit } from "../Storage/GroupCommit.ts"
import * as Id from "../Storage/Id.ts"
import * as Attempt from "./Attempt.ts"
import * as Dispatcher from "./Dispatcher.ts"
import * as Leases from "./Leases.ts"
import { Wakeup } from "./Wakeup.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface WorkerOptions {
  /** The attempts for an integration at a time. Defaults to 10. */
  readonly concurrency?: number | undefined
  /** The attempts for an integration in a second, at most. Defaults to 100. */
  readonly ratePerSecond?: number | undefined
  /** The integrations that are served at a time. Defaults to 1000. */
  readonly maxQueues?: number | undefined
  /** How long an attempt may take, in real time. Defaults to 15 seconds. */
  readonly timeout?: Duration.Input | undefined
  /** How long an attempt may take whose integration has a time-out of its own. Defaults to half of `lease`. */
  readonly maxTimeout?: Duration.Input | undefined
  /** How long a worker holds a delivery: at least twice the longest time-out, whatever is given. Defaults to a minute. */
  readonly lease?: Duration.Input | undefined
  /** The delay before each attempt, so as many as there are attempts. Defaults to `RetrySchedule.standard`. */
  readonly retryDelays?: Arr.NonEmptyReadonlyArray<Duration.Input> | undefined
  /** How often to look for deliveries that have become due, or that another process has published. Defaults to a second. */
  readonly pollInterval?: Duration.Input | undefined
}

/**
 * Runs a worker until the scope ends.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* (
  options: WorkerOptions = {},
): Effect.fn.Return<
  void,
  never,
  SqlClient.SqlClient | Sealing.Sealing | AddressGuard | GroupCommit | Wakeup | Scope.Scope
> {
  const { concurrency = 10, ratePerSecond = 100, maxQueues = 1000 } = options
  const millis = (input: Duration.Input) => Duration.toMillis(Duration.fromInputUnsafe(input))
  const timeout = millis(options.timeout ?? "15 seconds")
  const wakeup = yield* Wakeup
  const worker = yield* Id.make("wrk")
  const lease = Math.max(millis(options.lease ?? "1 minute"), 2 * timeout, 2 * millis(options.maxTimeout ?? 0))
  const leases = yield* Leases.make({ worker, lease })
  const attempt = yield* Attempt.make({ worker, timeout, retryDelays: options.retryDelays?.map(millis) })
  const notify = yield* Dispatcher.make({ concurrency, ratePerSecond, maxQueues, timeout, leases, attempt })
  yield* wakeup.listen(notify)

  const poll = Clock.currentTimeMillis.pipe(
    Effect.flatMap(leases.due),
    Effect.map((due) => due.forEach(notify)),
    Effect.catch((error) => Effect.logError("due deliveries cannot be read", error.reason._tag)),
  )
  yield* poll.pipe(
    Effect.andThen(Effect.raceFirst(wakeup.wait, Effect.sleep(options.pollInterval ?? "1 second"))),
    Effect.forever,
    Effect.forkScoped,
  )
})

/**
 * `run` as a layer.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options?: WorkerOptions,
): Layer.Layer<never, never, SqlClient.SqlClient | Sealing.Sealing | AddressGuard | GroupCommit | Wakeup> =>
  Layer.effectDiscard(run(options))
