/**
 * Writes what became of tries: attempt, delivery and, where it changes, integration, in one transaction.
 *
 * Tries that end while a transaction is being written share the next one, a statement for all of them each. A try counts as made when
 * this has committed; a worker that dies before makes it again.
 *
 * What surprises: a worker whose lease ran out still adds to the log, but changes no delivery that another holds now.
 */
import { type Array as Arr, Effect, Exit, FiberSet, Metric, type Scope } from "effect"
import { SqlClient, type SqlError, type Statement } from "effect/sql"
import { GroupCommit } from "./GroupCommit.ts"
import * as JsonRows from "./JsonRows.ts"
import type { Answer } from "./Sender.ts"
import * as Values from "./Values.ts"
import type { Verdict } from "./Verdict.ts"

/**
 * One try that ended. Times in Unix milliseconds: when it began, and now.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tried {
  readonly delivery: number
  readonly integration: string
  readonly number: number
  readonly at: number
  readonly now: number
  readonly answer: Answer
  readonly verdict: Verdict
}

/**
 * Calls back when the try is committed, or when the database failed for longer than a lease has patience.
 *
 * @category models
 * @since 0.1.0
 */
export type Settle = (tried: Tried, done: () => void) => void

type Tries = Arr.NonEmptyReadonlyArray<Tried>

const attempts = Metric.counter("espalier_notifications_attempts_total", {
  description: "Recorded tries of deliveries, by what they came to",
  incremental: true,
})

const counters = {
  Delivered: Metric.withAttributes(attempts, { verdict: "delivered" }),
  Retry: Metric.withAttributes(attempts, { verdict: "retry" }),
  Dead: Metric.withAttributes(attempts, { verdict: "dead" }),
  Gone: Metric.withAttributes(attempts, { verdict: "gone" }),
}

/** After this long with nothing but failure an integration is disabled, in milliseconds. */
const patience = 5 * 24 * 60 * 60 * 1000

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  worker: string,
): Effect.fn.Return<Settle, never, SqlClient.SqlClient | GroupCommit | Scope.Scope> {
  const sql = yield* SqlClient.SqlClient
  const commits = yield* GroupCommit
  const write = commits.batched((tries: Tries) =>
    Effect.gen(function* () {
      yield* log(sql, tries)
      yield* move(sql, worker, tries)
      yield* judge(sql, tries)
      return tries.map(() => undefined)
    }),
  )
  const fork = yield* FiberSet.makeRuntime<never, void, never>()
  const context = yield* Effect.context()
  const count = ({ verdict }: Tried) => counters[verdict._tag].updateUnsafe(1, context)
  const again = (tried: Tried) =>
    Effect.callback<void, SqlError.SqlError>((resume) => write(tried, resume)).pipe(
      Effect.delay("500 millis"),
      Effect.retry({ times: 9 }),
      Effect.andThen(Effect.sync(() => count(tried))),
      Effect.catch((error) => Effect.logError("a try could not be recorded; it will be made again", error.reason._tag)),
    )
  return (tried, done) =>
    write(tried, (exit) => {
      if (Exit.isSuccess(exit)) {
        count(tried)
        done()
      } else fork(Effect.ensuring(again(tried), Effect.sync(done)))
    })
})

const log = (sql: SqlClient.SqlClient, tries: Tries) =>
  Values.forEach(
    tries.map(({ delivery, number, at, answer: { duration, status = null, error = null, excerpt } }) => ({
      delivery_id: delivery,
      number,
      at,
      duration,
      status,
      error,
      answer: excerpt,
    })),
    (values) =>
      sql`INSERT INTO notification_attempt ${sql.insert(values)} ON CONFLICT (delivery_id, number) DO NOTHING`,
  )

const states = { Delivered: "delivered", Dead: "dead", Gone: "dead", Retry: "pending" } as const

const move = (sql: SqlClient.SqlClient, worker: string, tries: Tries) =>
  sql`UPDATE notification_delivery
    SET state = tried.state, due_at = tried.due_at, attempts = attempts + 1, worker = NULL, updated_at = tried.now
    FROM (
      SELECT CAST(value ->> 0 AS bigint) AS id, value ->> 1 AS state, CAST(value ->> 2 AS bigint) AS due_at,
        CAST(value ->> 3 AS bigint) AS now
      FROM ${JsonRows.from(
        sql,
        tries.map(({ delivery, verdict, now }) => [
          delivery,
          states[verdict._tag],
          verdict._tag === "Retry" ? now + verdict.wait : now,
          now,
        ]),
      )}
    ) AS tried
    WHERE notification_delivery.id = tried.id AND worker = ${worker}`

/** What tries say about their integrations. A row is written only when that is news. */
const judge = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, tries: Tries) {
  const [{ now }] = tries
  const delivered = new Set<string>()
  const gone = new Set<string>()
  const failing = new Map<string, number>()
  for (const { integration, verdict, at } of tries) {
    if (verdict._tag === "Delivered") delivered.add(integration)
    else if (verdict._tag === "Gone") gone.add(integration)
    else failing.set(integration, Math.min(at, failing.get(integration) ?? at))
  }
  for (const id of gone) delivered.delete(id)
  for (const id of [...gone, ...delivered]) failing.delete(id)
  const among = (ids: Iterable<string>) =>
    sql`id IN (SELECT value ->> 0 FROM ${JsonRows.from(
      sql,
      [...ids].sort().map((id) => [id]),
    )})`
  const disable = Effect.fnUntraced(function* (reason: "Gone" | "Failing", which: Statement.Fragment) {
    const disabled = yield* sql<{ readonly id: string }>`UPDATE notification_integration
      SET enabled = 0, disabled_reason = ${reason}, updated_at = ${now} WHERE enabled = 1 AND ${which} RETURNING id`
    for (const { id } of disabled) yield* Effect.logWarning("integration disabled", { integration: id, reason })
  })

  if (gone.size > 0) yield* disable("Gone", among(gone))
  if (delivered.size > 0) {
    yield* sql`UPDATE notification_integration SET failing_since = NULL
      WHERE failing_since IS NOT NULL AND ${among(delivered)}`
  }
  if (failing.size > 0) {
    yield* sql`UPDATE notification_integration SET failing_since = failing.since
      FROM (
        SELECT value ->> 0 AS id, CAST(value ->> 1 AS bigint) AS since
        FROM ${JsonRows.from(sql, [...failing].sort())}
      ) AS failing
      WHERE notification_integration.id = failing.id AND failing_since IS NULL`
    yield* disable("Failing", sql`failing_since <= ${now - patience} AND ${among(failing.keys())}`)
  }
})
