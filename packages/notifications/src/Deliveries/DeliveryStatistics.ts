/**
 * Counts deliveries: by time and state, and their present health.
 */
import { Clock, Effect, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import { type DeliveryCount, DeliveryHealth, DeliveryState, type StatisticsRange } from "./Delivery.ts"
import { InvalidTimeRange } from "./DeliveryError.ts"
import * as KeysetBatches from "./KeysetBatches.ts"

/**
 * - `statistics`: one count for each step of the range, empty ones included. Test events are not counted.
 *
 * @category models
 * @since 0.1.0
 */
export interface DeliveryStatistics {
  readonly statistics: (
    workspace: string,
    range: StatisticsRange,
  ) => Effect.Effect<ReadonlyArray<DeliveryCount>, InvalidTimeRange | SqlError.SqlError>
  readonly health: (workspace: string) => Effect.Effect<DeliveryHealth, SqlError.SqlError>
}

const maxBuckets = 1000

const decodeCounts = Schema.decodeUnknownSync(
  Schema.Array(Schema.Struct({ bucket: Schema.Int, state: DeliveryState, n: Schema.Int })),
)
const decodeHealth = Schema.decodeUnknownSync(DeliveryHealth)

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (sql: SqlClient.SqlClient): DeliveryStatistics => ({
  statistics: Effect.fnUntraced(function* (workspace, { since, until, step }) {
    const range = KeysetBatches.between(workspace, { since, until })
    const length = Math.ceil((until - since) / step)
    if (range === undefined || !Number.isSafeInteger(step) || step < 1 || length > maxBuckets) {
      return yield* InvalidTimeRange.of()
    }
    const buckets = Array.from({ length }, (_, index) => ({
      at: since + index * step,
      delivered: 0,
      dead: 0,
      pending: 0,
    }))
    yield* KeysetBatches.forEach(sql, range, "oldest", (batch) =>
      Effect.map(
        sql`SELECT bucket, state, count(*) AS n
          FROM (SELECT (created_at - CAST(${since} AS bigint)) / CAST(${step} AS bigint) AS bucket, state FROM espalier_delivery WHERE ${batch} AND test = 0) one
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
    const own = sql`FROM espalier_integration WHERE workspace = ${workspace}`
    const waiting = sql`FROM espalier_delivery WHERE state = 'pending' AND test = 0`
    const [row] = yield* sql`SELECT
      (SELECT count(*) ${waiting} AND integration_id IN (SELECT id ${own})) AS pending,
      (SELECT count(*) FROM espalier_delivery WHERE workspace = ${workspace} AND state = 'dead' AND test = 0) AS dead,
      (SELECT min(due_at) ${waiting} AND due_at <= ${now}
        AND integration_id IN (SELECT id ${own} AND enabled = 1)) AS ${sql("oldestDueAt")},
      (SELECT count(*) ${own} AND enabled = 0) AS ${sql("disabledIntegrations")},
      (SELECT count(*) ${own} AND enabled = 1 AND failing_since IS NOT NULL) AS ${sql("failingIntegrations")}`
    return decodeHealth(row)
  }),
})
