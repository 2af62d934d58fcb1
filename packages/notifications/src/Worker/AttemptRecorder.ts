/**
 * Writes the results of attempts: the attempt, its delivery and, where it changes, its integration, in one transaction.
 *
 * Attempts that end while a transaction is being written share the next one, with one statement for all of them. An attempt counts as made
 * once this has committed; when a worker dies before, another worker makes it again.
 *
 * **Gotchas**
 *
 * A worker whose lease has ended still writes the attempt, but changes no delivery that another worker holds.
 */
import { type Array as Arr, Effect, Exit, FiberSet, Metric, Schedule, type Scope } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { GroupCommit } from "../Storage/GroupCommit.ts"
import * as InsertMany from "../Storage/InsertMany.ts"
import * as JsonRows from "../Storage/JsonRows.ts"
import { updateIntegrationHealth } from "./IntegrationHealth.ts"
import type { Outcome } from "./Outcome.ts"
import type { Response } from "./WebhookClient.ts"

/**
 * An attempt that has ended. `at` is when it began, `now` when it ended, in Unix milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface AttemptResult {
  readonly delivery: number
  readonly integration: string
  readonly number: number
  readonly at: number
  readonly now: number
  readonly response: Response
  readonly outcome: Outcome
}

/**
 * Calls `done` when the result is committed, or when the database has failed for longer than a lease lasts.
 *
 * @category models
 * @since 0.1.0
 */
export type Record = (result: AttemptResult, done: () => void) => void

type Results = Arr.NonEmptyReadonlyArray<AttemptResult>

const attempts = Metric.counter("espalier_notifications_attempts_total", {
  description: "Recorded attempts of deliveries, by outcome",
  incremental: true,
})

const counters = {
  Delivered: Metric.withAttributes(attempts, { outcome: "delivered" }),
  Retry: Metric.withAttributes(attempts, { outcome: "retry" }),
  Dead: Metric.withAttributes(attempts, { outcome: "dead" }),
  Gone: Metric.withAttributes(attempts, { outcome: "gone" }),
}

/** A result that cannot be written is written again, ten times within five seconds. */
const pause = "500 millis"

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  worker: string,
): Effect.fn.Return<Record, never, SqlClient.SqlClient | GroupCommit | Scope.Scope> {
  const sql = yield* SqlClient.SqlClient
  const commits = yield* GroupCommit
  const write = commits.batched((results: Results) =>
    Effect.gen(function* () {
      yield* insertAttempts(sql, results)
      yield* updateDeliveries(sql, worker, results)
      yield* updateIntegrationHealth(sql, results, results[0].now)
      return results.map(() => undefined)
    }),
  )
  const fork = yield* FiberSet.makeRuntime<never, void, never>()
  const context = yield* Effect.context()
  const count = ({ outcome }: AttemptResult) => counters[outcome._tag].updateUnsafe(1, context)
  const writeAgain = (result: AttemptResult) =>
    Effect.callback<void, SqlError.SqlError>((resume) => write(result, resume)).pipe(
      Effect.retry({ schedule: Schedule.spaced(pause), times: 9 }),
      Effect.delay(pause),
      Effect.andThen(Effect.sync(() => count(result))),
      Effect.catch((error) =>
        Effect.logError("an attempt could not be recorded; it will be made again", error.reason._tag),
      ),
    )
  return (result, done) =>
    write(result, (exit) => {
      if (Exit.isSuccess(exit)) {
        count(result)
        done()
      } else fork(Effect.ensuring(writeAgain(result), Effect.sync(done)))
    })
})

const insertAttempts = (sql: SqlClient.SqlClient, results: Results) =>
  InsertMany.forEach(
    results.map(({ delivery, number, at, response: { duration, status = null, error = null, bodyExcerpt } }) => ({
      delivery_id: delivery,
      number,
      at,
      duration,
      status,
      error,
      body_excerpt: bodyExcerpt,
    })),
    (values) => sql`INSERT INTO espalier_attempt ${sql.insert(values)} ON CONFLICT (delivery_id, number) DO NOTHING`,
  )

const states = { Delivered: "delivered", Dead: "dead", Gone: "dead", Retry: "pending" } as const

const updateDeliveries = (sql: SqlClient.SqlClient, worker: string, results: Results) =>
  sql`UPDATE espalier_delivery
    SET state = result.state, due_at = result.due_at, attempts = attempts + 1, worker = NULL, updated_at = result.now
    FROM (
      SELECT CAST(value ->> 0 AS bigint) AS id, value ->> 1 AS state, CAST(value ->> 2 AS bigint) AS due_at,
        CAST(value ->> 3 AS bigint) AS now
      FROM ${JsonRows.from(
        sql,
        results.map(({ delivery, outcome, now }) => [
          delivery,
          states[outcome._tag],
          outcome._tag === "Retry" ? now + outcome.delay : now,
          now,
        ]),
      )}
    ) AS result
    WHERE espalier_delivery.id = result.id AND worker = ${worker}`
