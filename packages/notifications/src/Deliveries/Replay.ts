/**
 * Sends deliveries again, or at once: one, those of an integration, or those of a time range.
 */
import { Clock, Effect } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import * as Backlog from "./Backlog.ts"
import type { ReplayPreview, ReplayRange, ReplayResult } from "./Delivery.ts"
import { DeliveryNotFound, InvalidTimeRange } from "./DeliveryError.ts"
import * as KeysetBatches from "./KeysetBatches.ts"

/**
 * - `retry`: attempts a delivery at once, with the same `webhook-id`, whatever its state. Its attempts and its schedule continue: when the attempt
 *   fails, the delivery is dead if no attempts are left, and otherwise continues with those that are left. A delivery that is being attempted is left
 *   alone. The `Retry-After` of its receiver is forgotten.
 * - `retryAll`: `retry` for all deliveries of an integration that are not delivered.
 * - `replay`: `retry` for the deliveries of a time range. After an interruption it can be repeated. Deliveries of a disabled integration wait until
 *   it is enabled; test events are not replayed.
 * - `previewReplay`: what `replay` would send again.
 *
 * @category models
 * @since 0.1.0
 */
export interface Replay {
  readonly retry: (workspace: string, id: number) => Effect.Effect<void, DeliveryNotFound | SqlError.SqlError>
  readonly retryAll: (workspace: string, integration: string) => Effect.Effect<ReplayResult, SqlError.SqlError>
  readonly replay: (
    workspace: string,
    range: ReplayRange,
  ) => Effect.Effect<ReplayResult, InvalidTimeRange | SqlError.SqlError>
  readonly previewReplay: (
    workspace: string,
    range: ReplayRange,
  ) => Effect.Effect<ReplayPreview, InvalidTimeRange | SqlError.SqlError>
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

  /** Not leased by a worker that still works. */
  const isFree = (now: number) => sql`(worker IS NULL OR due_at <= ${now})`

  const resume = (integration: Statement.Fragment) =>
    sql`UPDATE espalier_integration SET paused_until = NULL WHERE ${integration} AND paused_until IS NOT NULL`

  const replayed = ({ state = "failed", integration }: Omit<ReplayRange, "since" | "until">) =>
    sql.and([
      state === "failed"
        ? sql`(state = 'dead' OR (state = 'pending' AND attempts > 0 AND worker IS NULL))`
        : sql`state = ${state}`,
      sql`test = 0`,
      ...(integration === undefined ? [] : [sql`integration_id = ${integration}`]),
    ])

  const rangeOf = (workspace: string, { since, until, state }: ReplayRange) => {
    const range = KeysetBatches.between(workspace, { since, until })
    return range === undefined
      ? Effect.fail(InvalidTimeRange.of())
      : Effect.succeed({ ...range, dead: state === "dead" })
  }

  /** Makes the selected deliveries of a range due, batch by batch. */
  const makeRangeDue = Effect.fnUntraced(function* (range: KeysetBatches.Range, selected: Statement.Fragment) {
    let deliveries = 0
    yield* KeysetBatches.forEach(
      sql,
      range,
      "oldest",
      Effect.fnUntraced(function* (batch) {
        const now = yield* Clock.currentTimeMillis
        const changed = yield* sql`${makeDue(now)} WHERE ${batch} AND ${selected} RETURNING id`
        deliveries += changed.length
        if (changed.length > 0) yield* wake
        return true
      }),
    )
    return deliveries
  })

  return {
    retry: Effect.fnUntraced(function* (workspace, id) {
      const now = yield* Clock.currentTimeMillis
      const one = sql`workspace = ${workspace} AND id = ${id}`
      const [delivery] = yield* sql<{ readonly integration_id: string }>`SELECT integration_id FROM espalier_delivery
        WHERE ${one}`
      if (delivery === undefined) return yield* new DeliveryNotFound({ id })
      yield* sql`${makeDue(now)} WHERE ${one} AND (state <> 'pending' OR ${isFree(now)})`
      yield* resume(sql`id = ${delivery.integration_id}`)
      yield* wake
    }),

    retryAll: Effect.fnUntraced(function* (workspace, integration) {
      yield* resume(sql`workspace = ${workspace} AND id = ${integration}`)
      const own = sql`workspace = ${workspace} AND integration_id = ${integration}`
      const dead = yield* makeRangeDue({ workspace, dead: true }, sql`${own} AND test = 0`)
      const [found] = yield* sql`SELECT id FROM espalier_integration
        WHERE workspace = ${workspace} AND id = ${integration}`
      const pending = found === undefined ? 0 : yield* Backlog.makePendingDue(sql, integration)
      yield* wake
      return { deliveries: dead + pending }
    }),

    replay: Effect.fnUntraced(function* (workspace, range) {
      return { deliveries: yield* makeRangeDue(yield* rangeOf(workspace, range), replayed(range)) }
    }),

    previewReplay: Effect.fnUntraced(function* (workspace, range) {
      const integrations = new Set<string>()
      let deliveries = 0
      yield* KeysetBatches.forEach(sql, yield* rangeOf(workspace, range), "oldest", (batch) =>
        Effect.map(
          sql<{ readonly id: string; readonly n: number }>`SELECT integration_id AS id, count(*) AS n
            FROM espalier_delivery WHERE ${batch} AND ${replayed(range)} GROUP BY integration_id`,
          (rows) => {
            for (const { id, n } of rows) {
              integrations.add(id)
              deliveries += n
            }
            return true
          },
        ),
      )
      return { deliveries, integrations: integrations.size }
    }),
  }
}
