/**
 * The pending deliveries of an integration.
 */
import { Clock, Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"

/** The deliveries that a statement changes: other writers get their turn in between. */
const size = 2000

/**
 * Makes every pending delivery of an integration due now, except those that a worker is attempting. Returns their number.
 *
 * @category running
 * @since 0.1.0
 */
export const makePendingDue = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  integration: string,
): Effect.fn.Return<number, SqlError.SqlError> {
  const now = yield* Clock.currentTimeMillis
  for (let total = 0; ; ) {
    const changed = yield* sql`UPDATE espalier_delivery SET due_at = ${now}, updated_at = ${now} WHERE id IN (
      SELECT id FROM espalier_delivery
      WHERE integration_id = ${integration} AND state = 'pending' AND due_at > ${now} AND worker IS NULL
      LIMIT ${size}
    ) RETURNING id`
    total += changed.length
    if (changed.length < size) return total
    yield* Effect.yieldNow
  }
})
