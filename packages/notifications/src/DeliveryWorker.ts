/**
 * Delivers what is due. Any number of workers may share a PostgreSQL; over SQLite one process has one.
 *
 * Each integration with something due has a lane of its own, with its own concurrency and rate: a receiver that is slow, or never
 * answers, holds up its own lane and nobody else's. A lane claims what it has room for, tries it, and ends when nothing is due.
 *
 * What surprises: the rate is a worker's; two workers together may send twice as much. The last tries of a worker that is
 * stopped are made again by another: at least once, never exactly once.
 */
import { WebhookSignature } from "@espalier/signing"
import { type Array as Arr, Clock, Duration, Effect, FiberSet, Latch, Layer, Random, type Scope } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { AddressGuard } from "./AddressGuard.ts"
import * as Claims from "./Claims.ts"
import { GroupCommit } from "./GroupCommit.ts"
import * as identifier from "./identifier.ts"
import * as RateLimit from "./RateLimit.ts"
import * as Sender from "./Sender.ts"
import * as Settlement from "./Settlement.ts"
import * as Verdict from "./Verdict.ts"
import { Wakeup } from "./Wakeup.ts"

/** @category models */
export interface WorkerOptions {
  /** How many tries an integration has at a time. Defaults to 10. */
  readonly concurrency?: number | undefined
  /** How many tries an integration gets in a second, at most. Defaults to 100. */
  readonly ratePerSecond?: number | undefined
  /** How many integrations are served at a time. Defaults to 1000. */
  readonly lanes?: number | undefined
  /** How long a try may take, in real time. Defaults to 15 seconds. */
  readonly timeout?: Duration.Input | undefined
  /** How long a delivery is this worker's own: at least twice `timeout`, whatever is given. Defaults to a minute. */
  readonly lease?: Duration.Input | undefined
  /** The waits before each try, so as many as there are tries. Defaults to `RetrySchedule.standard`. */
  readonly waits?: Arr.NonEmptyReadonlyArray<Duration.Input> | undefined
  /** How often to look for what has become due, or what another process has published. Defaults to a second. */
  readonly pollInterval?: Duration.Input | undefined
}

interface Lane {
  inFlight: number
  nudged: boolean
  readonly signal: Latch.Latch
}

const userAgent = "espalier-notifications"

/**
 * Runs a worker until the scope ends.
 *
 * @category running
 */
export const run = Effect.fnUntraced(function* (
  options: WorkerOptions = {},
): Effect.fn.Return<void, never, SqlClient.SqlClient | AddressGuard | GroupCommit | Wakeup | Scope.Scope> {
  const { concurrency = 10, ratePerSecond = 100, lanes: mostLanes = 1000 } = options
  const millis = (input: Duration.Input) => Duration.toMillis(Duration.fromInputUnsafe(input))
  const timeout = millis(options.timeout ?? "15 seconds")
  const waits = options.waits?.map(millis)
  const wakeup = yield* Wakeup
  const commits = yield* GroupCommit
  const worker = yield* identifier.make("wrk")
  const claims = yield* Claims.make({ worker, lease: Math.max(millis(options.lease ?? "1 minute"), 2 * timeout) })
  yield* Effect.addFinalizer(() =>
    Clock.currentTimeMillis.pipe(
      Effect.flatMap(claims.release),
      Effect.ignore,
      Effect.timeout("5 seconds"),
      Effect.ignore,
    ),
  )
  const sender = yield* Sender.make({ timeout })
  const settle = yield* Settlement.make(worker)
  const fork = yield* FiberSet.makeRuntime<never, void, never>()
  const rates = RateLimit.make(ratePerSecond)
  const lanes = new Map<string, Lane>()

  const attempt = Effect.fnUntraced(function* (integration: string, target: Claims.Target, claimed: Claims.Claimed) {
    const { id, event, body, attempts } = claimed
    const at = yield* Clock.currentTimeMillis
    const signed = WebhookSignature.sign({ id: event, body, secrets: target.secrets, timestamp: at / 1000 })
    const headers = { "content-type": "application/json", "user-agent": userAgent, ...signed }
    const answer = yield* sender.post(target.url, headers, body)
    const now = yield* Clock.currentTimeMillis
    const number = attempts + 1
    const verdict = Verdict.of(answer, { number, now, random: yield* Random.next, waits })
    yield* settle({ delivery: id, integration, number, at, now, answer, verdict })
  })

  /** Claims what there is room for, or waits until something changes. `false` when nothing is due and nothing is being tried. */
  const step = Effect.fnUntraced(function* (id: string, lane: Lane): Effect.fn.Return<boolean, SqlError.SqlError> {
    lane.signal.closeUnsafe()
    lane.nudged = false
    const free = concurrency - lane.inFlight
    if (free > 0) {
      const now = yield* Clock.currentTimeMillis
      const wait = rates.wait(id, now)
      if (wait > 0) {
        yield* Effect.sleep(wait)
        return true
      }
      const limit = Math.min(free, rates.allowed(id, now))
      const { target, claimed } = yield* commits.run(claims.claim(id, { now, limit }))
      rates.take(id, claimed.length)
      for (const one of claimed) {
        if (target === undefined) break
        lane.inFlight++
        const ended = Effect.sync(() => {
          lane.inFlight--
          lane.signal.openUnsafe()
        })
        fork(Effect.ensuring(attempt(id, target, one), ended))
      }
      if (claimed.length > 0) return true
      if (lane.inFlight === 0 && !lane.nudged) return false
    }
    yield* lane.signal.await
    return true
  })

  const serve = (id: string): Effect.Effect<void> => {
    const lane: Lane = { inFlight: 0, nudged: false, signal: Latch.makeUnsafe(false) }
    lanes.set(id, lane)
    return Effect.whileLoop({
      while: () => lanes.get(id) === lane,
      body: () => step(id, lane),
      step: (more) => {
        if (!more) lanes.delete(id)
      },
    }).pipe(
      Effect.catch((error) => Effect.logError("a lane stopped: the database failed", error.reason._tag)),
      Effect.ensuring(
        Effect.sync(() => {
          // Another lane may have begun since this one took itself off the list.
          if (lanes.get(id) === lane) lanes.delete(id)
        }),
      ),
    )
  }

  const look = Effect.gen(function* () {
    for (const id of yield* claims.due(yield* Clock.currentTimeMillis)) {
      const lane = lanes.get(id)
      if (lane !== undefined) {
        lane.nudged = true
        lane.signal.openUnsafe()
      } else if (lanes.size < mostLanes) fork(serve(id))
    }
  }).pipe(Effect.catch((error) => Effect.logError("deliveries cannot be looked for", error.reason._tag)))

  yield* look.pipe(
    Effect.andThen(Effect.raceFirst(wakeup.wait, Effect.sleep(options.pollInterval ?? "1 second"))),
    Effect.forever,
    Effect.forkScoped,
  )
})

/**
 * `run` as a layer.
 *
 * @category layers
 */
export const layer = (
  options?: WorkerOptions,
): Layer.Layer<never, never, SqlClient.SqlClient | AddressGuard | GroupCommit | Wakeup> =>
  Layer.effectDiscard(run(options))
