/**
 * Removes old finished deliveries, their attempts, and old events without deliveries.
 */
import { Clock, Duration, Effect } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"

/**
 * - `prune` removes finished deliveries, their attempts, and events without deliveries that are older than this. Returns the number of
 *   deliveries.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pruning {
  readonly prune: (olderThan: Duration.Input) => Effect.Effect<number, SqlError.SqlError>
}

/** The rows that a statement reads: other writers get their turn in between. */
const size = 500

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (sql: SqlClient.SqlClient): Pruning => {
  /** Goes through a table by its key, which grows with time, as long as there are rows from before the cutoff. */
  const walk = Effect.fnUntraced(function* (
    table: "espalier_delivery" | "espalier_event",
    cutoff: number,
    remove: (among: Statement.Fragment) => Effect.Effect<number, SqlError.SqlError>,
  ) {
    let total = 0
    for (let rest = sql.literal("true"); ; ) {
      const [batch] = yield* sql<{ readonly last: number | string | null; readonly oldest: number | null }>`
        SELECT max(id) AS last, min(created_at) AS oldest
        FROM (SELECT id, created_at FROM ${sql(table)} WHERE ${rest} ORDER BY id LIMIT ${size}) one`
      const { last = null, oldest = null } = batch ?? {}
      if (last === null || oldest === null || oldest >= cutoff) return total
      total += yield* sql.withTransaction(remove(sql.and([rest, sql`id <= ${last}`])))
      rest = sql`id > ${last}`
      yield* Effect.yieldNow
    }
  })

  const deliveries = (cutoff: number) =>
    walk(
      "espalier_delivery",
      cutoff,
      Effect.fnUntraced(function* (among) {
        const rows = yield* sql<{ readonly id: number }>`DELETE FROM espalier_delivery
          WHERE ${among} AND state <> 'pending' AND updated_at < ${cutoff} RETURNING id`
        const ids = rows.map(({ id }) => id)
        if (ids.length > 0) yield* sql`DELETE FROM espalier_attempt WHERE ${sql.in("delivery_id", ids)}`
        return ids.length
      }),
    )

  const events = (cutoff: number) =>
    walk("espalier_event", cutoff, (among) =>
      Effect.map(
        sql`DELETE FROM espalier_event WHERE ${among} AND created_at < ${cutoff}
          AND NOT EXISTS (SELECT 1 FROM espalier_delivery WHERE event_id = espalier_event.id) RETURNING id`,
        (rows) => rows.length,
      ),
    )

  /** Events published to an integration while it was being deleted. SQLite has one writer, so there are none. */
  const orphans = sql.onDialectOrElse({
    pg: () =>
      Effect.asVoid(sql`DELETE FROM espalier_delivery
        WHERE integration_id NOT IN (SELECT id FROM espalier_integration)`),
    orElse: () => Effect.void,
  })

  return {
    prune: Effect.fnUntraced(function* (olderThan) {
      const age = Duration.toMillis(Duration.fromInputUnsafe(olderThan))
      const cutoff = (yield* Clock.currentTimeMillis) - age
      yield* orphans
      const pruned = yield* deliveries(cutoff)
      yield* events(cutoff)
      return pruned
    }),
  }
}
