/**
 * Removes finished deliveries, their attempts, and events that nothing waits for, once they are old.
 */
import { Clock, Duration, Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { Deliveries } from "./Deliveries.ts"

/** How many rows a statement removes: other writers get their turn in between. */
const size = 500

/**
 * @category constructors
 */
export const make = (sql: SqlClient.SqlClient): Deliveries["Service"]["prune"] => {
  const deliveries = (cutoff: number) =>
    Effect.gen(function* () {
      const rows = yield* sql<{ readonly id: number }>`SELECT id FROM notification_delivery
        WHERE state <> 'pending' AND updated_at < ${cutoff} ORDER BY updated_at LIMIT ${size}`
      const ids = rows.map(({ id }) => id)
      if (ids.length === 0) return 0
      yield* sql`DELETE FROM notification_attempt WHERE ${sql.in("delivery_id", ids)}`
      yield* sql`DELETE FROM notification_delivery WHERE ${sql.in("id", ids)}`
      return ids.length
    }).pipe(sql.withTransaction)

  const events = (cutoff: number) =>
    Effect.map(
      sql`DELETE FROM notification_event WHERE id IN (
          SELECT id FROM notification_event WHERE created_at < ${cutoff}
            AND NOT EXISTS (SELECT 1 FROM notification_delivery WHERE event_id = notification_event.id)
          ORDER BY created_at LIMIT ${size}
        ) RETURNING id`,
      (rows) => rows.length,
    )

  /** What was published to an integration while it was being deleted, which SQLite with its one writer does not let happen. */
  const orphans = sql.onDialectOrElse({
    pg: () =>
      Effect.asVoid(sql`DELETE FROM notification_delivery
        WHERE integration_id NOT IN (SELECT id FROM notification_integration)`),
    orElse: () => Effect.void,
  })

  const untilNone = (step: Effect.Effect<number, SqlError.SqlError>) =>
    Effect.gen(function* () {
      for (let total = 0; ; ) {
        const count = yield* step
        total += count
        if (count < size) return total
        yield* Effect.yieldNow
      }
    })

  return Effect.fnUntraced(function* (olderThan) {
    const age = Duration.toMillis(Duration.fromInputUnsafe(olderThan))
    const cutoff = (yield* Clock.currentTimeMillis) - age
    yield* orphans
    const pruned = yield* untilNone(deliveries(cutoff))
    yield* untilNone(events(cutoff))
    return pruned
  })
}
