/**
 * Removes finished deliveries, their attempts, and events that nothing waits for, once they are old.
 */
import { Clock, Duration, Effect } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import type { Deliveries } from "./Deliveries.ts"

/** How many rows a statement looks at: other writers get their turn in between. */
const size = 500

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (sql: SqlClient.SqlClient): Deliveries["Service"]["prune"] => {
  /** Goes through a table by its key, which grows with time, as far as there is something from before the cutoff. */
  const walk = Effect.fnUntraced(function* (
    table: "notification_delivery" | "notification_event",
    cutoff: number,
    remove: (among: Statement.Fragment) => Effect.Effect<number, SqlError.SqlError>,
  ) {
    let total = 0
    for (let rest = sql.literal("true"); ; ) {
      const [stretch] = yield* sql<{ readonly last: number | string | null; readonly oldest: number | null }>`
        SELECT max(id) AS last, min(created_at) AS oldest
        FROM (SELECT id, created_at FROM ${sql(table)} WHERE ${rest} ORDER BY id LIMIT ${size}) one`
      const { last = null, oldest = null } = stretch ?? {}
      if (last === null || oldest === null || oldest >= cutoff) return total
      total += yield* sql.withTransaction(remove(sql.and([rest, sql`id <= ${last}`])))
      rest = sql`id > ${last}`
      yield* Effect.yieldNow
    }
  })

  const deliveries = (cutoff: number) =>
    walk(
      "notification_delivery",
      cutoff,
      Effect.fnUntraced(function* (among) {
        const rows = yield* sql<{ readonly id: number }>`DELETE FROM notification_delivery
          WHERE ${among} AND state <> 'pending' AND updated_at < ${cutoff} RETURNING id`
        const ids = rows.map(({ id }) => id)
        if (ids.length > 0) yield* sql`DELETE FROM notification_attempt WHERE ${sql.in("delivery_id", ids)}`
        return ids.length
      }),
    )

  const events = (cutoff: number) =>
    walk("notification_event", cutoff, (among) =>
      Effect.map(
        sql`DELETE FROM notification_event WHERE ${among} AND created_at < ${cutoff}
          AND NOT EXISTS (SELECT 1 FROM notification_delivery WHERE event_id = notification_event.id) RETURNING id`,
        (rows) => rows.length,
      ),
    )

  /** What was published to an integration while it was being deleted, which SQLite with its one writer does not let happen. */
  const orphans = sql.onDialectOrElse({
    pg: () =>
      Effect.asVoid(sql`DELETE FROM notification_delivery
        WHERE integration_id NOT IN (SELECT id FROM notification_integration)`),
    orElse: () => Effect.void,
  })

  return Effect.fnUntraced(function* (olderThan) {
    const age = Duration.toMillis(Duration.fromInputUnsafe(olderThan))
    const cutoff = (yield* Clock.currentTimeMillis) - age
    yield* orphans
    const pruned = yield* deliveries(cutoff)
    yield* events(cutoff)
    return pruned
  })
}
