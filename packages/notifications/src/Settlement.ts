/**
 * Writes what became of tries: attempt, delivery and, where it changes, integration, in one transaction.
 *
 * Tries that end while a transaction is being written share the next one, so the more there is to do the less each costs. A try
 * counts as made when this has committed; a worker that dies before makes it again.
 *
 * What surprises: a worker whose lease ran out still adds to the log, but changes no delivery that another holds now.
 */
import { Array as Arr, Deferred, Effect, Queue, Schedule, type Scope } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { GroupCommit } from "./GroupCommit.ts"
import type { Answer } from "./Sender.ts"
import type { Verdict } from "./Verdict.ts"

/**
 * One try that ended. Times in Unix milliseconds: when it began, and now.
 *
 * @category models
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
 * Returns when the try is committed, or when the database failed for longer than a lease has patience.
 *
 * @category models
 */
export type Settle = (tried: Tried) => Effect.Effect<void>

type Tries = Arr.NonEmptyReadonlyArray<Tried>

const most = 256

/** After this long with nothing but failure an integration is disabled, in milliseconds. */
const patience = 5 * 24 * 60 * 60 * 1000

/**
 * @category constructors
 */
export const make = Effect.fnUntraced(function* (
  worker: string,
): Effect.fn.Return<Settle, never, SqlClient.SqlClient | GroupCommit | Scope.Scope> {
  const sql = yield* SqlClient.SqlClient
  const commits = yield* GroupCommit
  const queue = yield* Queue.unbounded<{ readonly tried: Tried; readonly done: Deferred.Deferred<void> }>()
  const write = writer(sql, worker)

  yield* Effect.gen(function* () {
    const batch = yield* Queue.takeBetween(queue, 1, most)
    if (!Arr.isArrayNonEmpty(batch)) return
    yield* commits.run(write(Arr.map(batch, ({ tried }) => tried))).pipe(
      Effect.retry({ schedule: Schedule.spaced("500 millis"), times: 10 }),
      Effect.catch((error) =>
        Effect.logError("tries could not be recorded; they will be made again", error.reason._tag),
      ),
    )
    for (const { done } of batch) Deferred.doneUnsafe(done, Effect.void)
  }).pipe(Effect.forever, Effect.forkScoped)

  return Effect.fnUntraced(function* (tried) {
    const done = yield* Deferred.make<void>()
    yield* Queue.offer(queue, { tried, done })
    yield* Deferred.await(done)
  })
})

const writer = (sql: SqlClient.SqlClient, worker: string) => {
  // One text for any number of ids where statements are kept by their text.
  const among = (ids: ReadonlyArray<number>) =>
    sql.onDialectOrElse({
      pg: () => sql.in("id", ids),
      orElse: () => sql`id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
    })

  const insert = (tries: Tries) =>
    sql`INSERT INTO notification_attempt ${sql.insert(
      Arr.map(tries, ({ delivery, number, at, answer }) => ({
        delivery_id: delivery,
        number,
        at,
        duration: answer.duration,
        status: answer.status ?? null,
        error: answer.error ?? null,
        answer: answer.excerpt,
      })),
    )} ON CONFLICT (delivery_id, number) DO NOTHING`

  const log = (tries: Tries) =>
    sql.onDialectOrElse({
      pg: () => Effect.asVoid(insert(tries)),
      orElse: () => Effect.forEach(tries, (tried) => insert([tried]), { discard: true }),
    })

  /** What is not to be tried again. */
  const finish = (state: "delivered" | "dead", tries: ReadonlyArray<Tried>) =>
    Arr.isReadonlyArrayNonEmpty(tries)
      ? sql`UPDATE notification_delivery
          SET state = ${state}, attempts = attempts + 1, worker = NULL, updated_at = ${tries[0].now}
          WHERE worker = ${worker} AND ${among(tries.map(({ delivery }) => delivery))}`
      : Effect.void

  const retry = ({ delivery, now }: Tried, wait: number) =>
    sql`UPDATE notification_delivery
      SET due_at = ${now + wait}, attempts = attempts + 1, worker = NULL, updated_at = ${now}
      WHERE worker = ${worker} AND id = ${delivery}`

  return (tries: Tries): Effect.Effect<void, SqlError.SqlError> =>
    Effect.gen(function* () {
      yield* log(tries)
      yield* finish("delivered", tries.filter(is("Delivered")))
      yield* finish("dead", tries.filter(is("Dead", "Gone")))
      for (const tried of tries) if (tried.verdict._tag === "Retry") yield* retry(tried, tried.verdict.wait)
      // Always in the same order, so that two workers never wait for each other.
      for (const [integration, own] of groups(tries)) yield* judge(sql, integration, own)
    })
}

const is =
  (...tags: ReadonlyArray<Verdict["_tag"]>) =>
  ({ verdict }: Tried): boolean =>
    tags.includes(verdict._tag)

const groups = (tries: Tries) =>
  Object.entries(Arr.groupBy(tries, ({ integration }) => integration)).sort(([a], [b]) => (a < b ? -1 : 1))

/** What an integration's tries say about it. Its row is written only when that is news. */
const judge = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, id: string, tries: Tries) {
  const { now } = tries[0]
  const disable = (reason: "Gone" | "Failing") =>
    sql`UPDATE notification_integration SET enabled = 0, disabled_reason = ${reason}, updated_at = ${now}
      WHERE id = ${id} AND enabled = 1`
  const warn = (reason: string) => Effect.logWarning("integration disabled", { integration: id, reason })

  if (tries.some(is("Gone"))) {
    yield* disable("Gone")
    return yield* warn("Gone")
  }
  const failed = tries.filter((tried) => !is("Delivered")(tried))
  if (failed.length < tries.length) {
    yield* sql`UPDATE notification_integration SET failing_since = NULL WHERE id = ${id} AND failing_since IS NOT NULL`
    return
  }
  const since = Math.min(...failed.map(({ at }) => at))
  yield* sql`UPDATE notification_integration SET failing_since = ${since} WHERE id = ${id} AND failing_since IS NULL`
  const [disabled] = yield* sql`SELECT id FROM notification_integration
    WHERE id = ${id} AND enabled = 1 AND failing_since <= ${now - patience}`
  if (disabled === undefined) return
  yield* disable("Failing")
  yield* warn("Failing")
})
