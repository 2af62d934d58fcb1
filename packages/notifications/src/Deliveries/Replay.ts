/**
 * Sends finished deliveries again: one, or all of a time range.
 */
import { Clock, Effect } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import type { ReplayRange, ReplayResult } from "./Delivery.ts"
import { DeliveryNotFound, DeliveryPending, InvalidTimeRange } from "./DeliveryError.ts"
import * as KeysetBatches from "./KeysetBatches.ts"

/**
 * - `retry`: attempts a finished delivery again at once, with the same `webhook-id`. Its attempts and its schedule continue: when the attempt
 *   fails, the delivery is dead again if no attempts are left, and otherwise continues with those that are left.
 * - `replay`: `retry` for all deliveries of a range. After an interruption it can be repeated: deliveries that it made pending stay so. Deliveries
 *   of a disabled integration wait until it is enabled.
 *
 * @category models
 * @since 0.1.0
 */
export interface Replay {
  readonly retry: (
    workspace: string,
    id: number,
  ) => Effect.Effect<void, DeliveryNotFound | DeliveryPending | SqlError.SqlError>
  readonly replay: (
    workspace: string,
    range: ReplayRange,
  ) => Effect.Effect<ReplayResult, InvalidTimeRange | SqlError.SqlError>
}

/**
 * `wake` wakes the worker of this process.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (sql: SqlClient.SqlClient, wake: Effect.Effect<void>): Replay => {
  const makeDue = (now: number) =>
    sql`UPDATE espalier_delivery SET state = 'pending', due_at = ${now}, updated_at = ${now}`

  return {
    retry: Effect.fnUntraced(function* (workspace, id) {
      const one = sql`workspace = ${workspace} AND id = ${id}`
      const now = yield* Clock.currentTimeMillis
      const changed = yield* sql`${makeDue(now)} WHERE ${one} AND state <> 'pending' RETURNING id`
      if (changed.length > 0) return yield* wake
      const [pending] = yield* sql`SELECT id FROM espalier_delivery WHERE ${one}`
      return yield* pending === undefined ? new DeliveryNotFound({ id }) : new DeliveryPending({ id })
    }),

    replay: Effect.fnUntraced(function* (workspace, { since, until, state = "dead", integration }) {
      const range = KeysetBatches.between(workspace, { since, until })
      if (range === undefined) return yield* InvalidTimeRange.of()
      const of = integration === undefined ? sql.literal("") : sql`AND integration_id = ${integration}`
      let deliveries = 0
      yield* KeysetBatches.forEach(
        sql,
        { ...range, dead: state === "dead" },
        "oldest",
        Effect.fnUntraced(function* (batch) {
          const now = yield* Clock.currentTimeMillis
          const changed = yield* sql`${makeDue(now)} WHERE ${batch} AND state = ${state} ${of} RETURNING id`
          deliveries += changed.length
          if (changed.length > 0) yield* wake
          return true
        }),
      )
      return { deliveries }
    }),
  }
}
