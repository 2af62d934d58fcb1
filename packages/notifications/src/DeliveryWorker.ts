/**
 * Delivers what is due. Any number of workers may share a PostgreSQL; over SQLite one process has one.
 *
 * Each integration with something due has a lane of its own, with its own concurrency and rate: a receiver that is slow, or never
 * answers, holds up its own lane and nobody else's.
 *
 * A worker whose scope ends claims nothing more, waits for the tries that are under way, which takes no longer than a try may, records
 * them and gives back what it has claimed.
 *
 * What surprises: the rate is a worker's; two workers together may send twice as much. What a worker that is killed was trying is tried
 * again: at least once, never exactly once.
 */
import { WebhookSignature } from "@espalier/signing"
import { type Array as Arr, Clock, Duration, Effect, Layer, Random, type Scope } from "effect"
import type { SqlClient } from "effect/sql"
import type { AddressGuard } from "./AddressGuard.ts"
import * as Claims from "./Claims.ts"
import type { GroupCommit } from "./GroupCommit.ts"
import * as identifier from "./Identifier.ts"
import * as Lanes from "./Lanes.ts"
import * as Sender from "./Sender.ts"
import * as Settlement from "./Settlement.ts"
import * as Verdict from "./Verdict.ts"
import { Wakeup } from "./Wakeup.ts"

/**
 * @category models
 * @since 0.1.0
 */
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

const userAgent = "espalier-notifications"

/**
 * Runs a worker until the scope ends.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* (
  options: WorkerOptions = {},
): Effect.fn.Return<void, never, SqlClient.SqlClient | AddressGuard | GroupCommit | Wakeup | Scope.Scope> {
  const { concurrency = 10, ratePerSecond = 100, lanes: mostLanes = 1000 } = options
  const millis = (input: Duration.Input) => Duration.toMillis(Duration.fromInputUnsafe(input))
  const timeout = millis(options.timeout ?? "15 seconds")
  const waits = options.waits?.map(millis)
  const wakeup = yield* Wakeup
  const worker = yield* identifier.make("wrk")
  const claims = yield* Claims.make({ worker, lease: Math.max(millis(options.lease ?? "1 minute"), 2 * timeout) })
  const sender = yield* Sender.make({ timeout })
  const settle = yield* Settlement.make(worker)

  const clock = yield* Clock.Clock
  const random = yield* Random.Random

  // Not effects: there may be tens of thousands in a second, and a fiber each would cost as much as the rest.
  const attempt: Lanes.Attempt = (integration, target, { id, event, body, attempts }, { answered, recorded }) => {
    const at = clock.currentTimeMillisUnsafe()
    const number = attempts + 1
    const tell = (answer: Sender.Answer, now: number, verdict: Verdict.Verdict) => {
      answered(verdict)
      settle({ delivery: id, integration, number, at, now, answer, verdict }, recorded)
    }
    if (body === null) {
      tell({ error: "EventMissing", excerpt: "", duration: 0 }, at, { _tag: "Dead" })
      return
    }
    const signed = WebhookSignature.sign({ id: event, body, secrets: target.secrets, timestamp: at / 1000 })
    const headers = { "content-type": "application/json", "user-agent": userAgent, ...signed }
    sender.post(target.url, headers, body, (answer) => {
      const now = clock.currentTimeMillisUnsafe()
      tell(answer, now, Verdict.of(answer, { number, now, random: random.nextDoubleUnsafe(), waits }))
    })
  }

  const nudge = yield* Lanes.make({ concurrency, ratePerSecond, most: mostLanes, timeout, claims, attempt })
  yield* wakeup.listen(nudge)

  const look = Clock.currentTimeMillis.pipe(
    Effect.flatMap(claims.due),
    Effect.map((due) => due.forEach(nudge)),
    Effect.catch((error) => Effect.logError("deliveries cannot be looked for", error.reason._tag)),
  )
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
 * @since 0.1.0
 */
export const layer = (
  options?: WorkerOptions,
): Layer.Layer<never, never, SqlClient.SqlClient | AddressGuard | GroupCommit | Wakeup> =>
  Layer.effectDiscard(run(options))
