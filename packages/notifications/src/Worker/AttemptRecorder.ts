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
import * as OperationalEvents from "../OperationalWebhooks/OperationalEvents.ts"
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
  readonly request: { readonly url: string; readonly headers: { readonly [name: string]: string } }
  readonly response: Response
  readonly outcome: Outcome
  readonly test: boolean
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
      const updated = yield* updateDeliveries(sql, worker, results)
      yield* insertAttempts(sql, yield* existing(sql, results, new Set(updated.map(({ id }) => id))))
      yield* updateIntegrationHealth(sql, results, results[0].now)
      yield* OperationalEvents.publish(sql, results, results[0].now)
      return results.map(() => undefined)
    }),
  )
  const fork = yield* FiberSet.makeRuntime<never, void, never>()
  const context = yield* Effect.context()
  const count = ({ outcome, test }: AttemptResult) => {
    if (!test) counters[outcome._tag].updateUnsafe(1, context)
  }
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

/** The results whose delivery exists: that of a deleted integration does not. `updated` are known to. */
const existing = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  results: Results,
  updated: ReadonlySet<number>,
) {
  const others = results.filter(({ delivery }) => !updated.has(delivery))
  if (others.length === 0) return results
  const found = yield* sql<{ readonly id: number }>`SELECT id FROM espalier_delivery
    WHERE id IN (SELECT CAST(value ->> 0 AS bigint) FROM ${JsonRows.ids(
      sql,
      others.map(({ delivery }) => delivery),
    )})`
  const known = new Set([...updated, ...found.map(({ id }) => id)])
  return results.filter(({ delivery }) => known.has(delivery))
})

const insertAttempts = (sql: SqlClient.SqlClient, results: ReadonlyArray<AttemptResult>) =>
  InsertMany.forEach(
    results.map(({ delivery, number, at, request, response: { duration, status = null, error = null, ...rest } }) => ({
      delivery_id: delivery,
      number,
      at,
      duration,
      status,
      error,
      body_excerpt: rest.bodyExcerpt,
      url: request.url,
      request_headers: JSON.stringify(request.headers),
      remote_address: rest.remoteAddress ?? null,
      dns_ms: rest.timing?.dns ?? null,
      connect_ms: rest.timing?.connect ?? null,
      tls_ms: rest.timing?.tls ?? null,
      first_byte_ms: rest.timing?.firstByte ?? null,
    })),
    (values) => sql`INSERT INTO espalier_attempt ${sql.insert(values)} ON CONFLICT (delivery_id, number) DO NOTHING`,
  )

const states = { Delivered: "delivered", Dead: "dead", Gone: "dead", Retry: "pending" } as const

const updateDeliveries = (sql: SqlClient.SqlClient, worker: string, results: Results) =>
  sql<{ readonly id: number }>`UPDATE espalier_delivery
    SET state = result.state, due_at = result.due_at, attempts = attempts + 1, worker = NULL, updated_at = result.now,
      last_status = result.status, last_error = result.error
    FROM (
      SELECT CAST(value ->> 0 AS bigint) AS id, value ->> 1 AS state, CAST(value ->> 2 AS bigint) AS due_at,
        CAST(value ->> 3 AS bigint) AS now, CAST(value ->> 4 AS integer) AS status, value ->> 5 AS error
      FROM ${JsonRows.from(
        sql,
        results.map(({ delivery, outcome, now, response: { status = null, error = null } }) => [
          delivery,
          states[outcome._tag],
          outcome._tag === "Retry" ? now + outcome.delay : now,
          now,
          status,
          error,
        ]),
      )}
    ) AS result
    WHERE espalier_delivery.id = result.id AND worker = ${worker} RETURNING espalier_delivery.id`
