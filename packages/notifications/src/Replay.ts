/**
 * Sends finished deliveries again: one, or all of a range of time.
 */
import { Clock, Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { Deliveries } from "./Deliveries.ts"
import { DeliveryPending, DeliveryUnknown, RangeRefused } from "./Delivery.ts"
import * as Stretches from "./Stretches.ts"

/**
 * `wake` tells the worker of this process.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  sql: SqlClient.SqlClient,
  wake: Effect.Effect<void>,
): Pick<Deliveries["Service"], "retry" | "replay"> => {
  const again = (now: number) =>
    sql`UPDATE notification_delivery SET state = 'pending', due_at = ${now}, updated_at = ${now}`

  return {
    retry: Effect.fnUntraced(function* (workspace, id) {
      const one = sql`workspace = ${workspace} AND id = ${id}`
      const now = yield* Clock.currentTimeMillis
      const changed = yield* sql`${again(now)} WHERE ${one} AND state <> 'pending' RETURNING id`
      if (changed.length > 0) return yield* wake
      const [pending] = yield* sql`SELECT id FROM notification_delivery WHERE ${one}`
      return yield* pending === undefined ? new DeliveryUnknown({ id }) : new DeliveryPending({ id })
    }),

    replay: Effect.fnUntraced(function* (workspace, { since, until, state = "dead", integration }) {
      const range = Stretches.between(workspace, { since, until })
      if (range === undefined) return yield* new RangeRefused({})
      const of = integration === undefined ? sql.literal("") : sql`AND integration_id = ${integration}`
      let deliveries = 0
      yield* Stretches.forEach(
        sql,
        { ...range, dead: state === "dead" },
        "oldest",
        Effect.fnUntraced(function* (stretch) {
          const now = yield* Clock.currentTimeMillis
          const changed = yield* sql`${again(now)} WHERE ${stretch} AND state = ${state} ${of} RETURNING id`
          deliveries += changed.length
          if (changed.length > 0) yield* wake
          return true
        }),
      )
      return { deliveries }
    }),
  }
}
