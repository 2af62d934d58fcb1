/**
 * Counts deliveries: by time and state, and how they fare now.
 */
import { Clock, Effect, Schema } from "effect"
import type { SqlClient } from "effect/sql"
import type { Deliveries } from "./Deliveries.ts"
import { DeliveryHealth, DeliveryState, RangeRefused } from "./Delivery.ts"
import * as Stretches from "./Stretches.ts"

const mostBuckets = 1000

const decodeCounts = Schema.decodeUnknownSync(
  Schema.Array(Schema.Struct({ bucket: Schema.Int, state: DeliveryState, n: Schema.Int })),
)
const decodeHealth = Schema.decodeUnknownSync(DeliveryHealth)

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (sql: SqlClient.SqlClient): Pick<Deliveries["Service"], "statistics" | "health"> => ({
  statistics: Effect.fnUntraced(function* (workspace, { since, until, step }) {
    const range = Stretches.between(workspace, { since, until })
    const length = Math.ceil((until - since) / step)
    if (range === undefined || !Number.isSafeInteger(step) || step < 1 || length > mostBuckets) {
      return yield* new RangeRefused({})
    }
    const buckets = Array.from({ length }, (_, index) => ({
      at: since + index * step,
      delivered: 0,
      dead: 0,
      pending: 0,
    }))
    yield* Stretches.forEach(sql, range, "oldest", (stretch) =>
      Effect.map(
        sql`SELECT bucket, state, count(*) AS n
          FROM (SELECT (created_at - CAST(${since} AS bigint)) / CAST(${step} AS bigint) AS bucket, state FROM notification_delivery WHERE ${stretch}) one
          GROUP BY bucket, state`,
        (rows) => {
          for (const { bucket, state, n } of decodeCounts(rows)) {
            const counted = buckets[bucket]
            if (counted !== undefined) counted[state] += n
          }
          return true
        },
      ),
    )
    return buckets
  }),

  health: Effect.fnUntraced(function* (workspace) {
    const now = yield* Clock.currentTimeMillis
    const own = sql`FROM notification_integration WHERE workspace = ${workspace}`
    const waiting = sql`FROM notification_delivery WHERE state = 'pending'`
    const [row] = yield* sql`SELECT
      (SELECT count(*) ${waiting} AND integration_id IN (SELECT id ${own})) AS pending,
      (SELECT count(*) FROM notification_delivery WHERE workspace = ${workspace} AND state = 'dead') AS dead,
      (SELECT min(due_at) ${waiting} AND due_at <= ${now}
        AND integration_id IN (SELECT id ${own} AND enabled = 1)) AS ${sql("oldestDueAt")},
      (SELECT count(*) ${own} AND enabled = 0) AS ${sql("disabledIntegrations")},
      (SELECT count(*) ${own} AND enabled = 1 AND failing_since IS NOT NULL) AS ${sql("failingIntegrations")}`
    return decodeHealth(row)
  }),
})
