/**
 * Looks into deliveries and their attempts, retries one by hand, and prunes what is old.
 */
import { Clock, Context, Duration, Effect, Layer, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { Attempt, Delivery, type DeliveryFilter, DeliveryPending, DeliveryUnknown } from "./Delivery.ts"
import { Wakeup } from "./Wakeup.ts"

/** @category models */
export interface DeliveryListing extends DeliveryFilter {
  /** Only those with a smaller `id`: the last one of the page before. */
  readonly before?: number | undefined
  /** 1 to 200. Defaults to 50. */
  readonly limit?: number | undefined
}

/**
 * - `list`: newest first.
 * - `attempts`: oldest first.
 * - `retry`: one more try, at once, of a dead or delivered one, with the same `webhook-id`. When it fails past the schedule's end, it is dead again.
 * - `prune`: removes finished deliveries, their attempts, and events older than this that nothing waits for; gives how many deliveries.
 *
 * @category services
 */
export class Deliveries extends Context.Service<
  Deliveries,
  {
    readonly list: (
      workspace: string,
      filter?: DeliveryListing,
    ) => Effect.Effect<ReadonlyArray<Delivery>, SqlError.SqlError>
    readonly get: (workspace: string, id: number) => Effect.Effect<Delivery, DeliveryUnknown | SqlError.SqlError>
    readonly attempts: (
      workspace: string,
      id: number,
    ) => Effect.Effect<ReadonlyArray<Attempt>, DeliveryUnknown | SqlError.SqlError>
    readonly retry: (
      workspace: string,
      id: number,
    ) => Effect.Effect<void, DeliveryUnknown | DeliveryPending | SqlError.SqlError>
    readonly prune: (olderThan: Duration.Input) => Effect.Effect<number, SqlError.SqlError>
  }
>()("espalier/notifications/Deliveries") {}

const decodeRow = Schema.decodeUnknownSync(Delivery)
const decodeAttempt = Schema.decodeUnknownSync(Attempt)

/** How many rows a statement of `prune` removes: other writers get their turn in between. */
const pruneBatch = 500

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const wakeup = yield* Wakeup
  const selected = sql`SELECT d.id, d.event_id AS event, e.name, d.integration_id AS integration, d.state, d.attempts,
    d.created_at AS ${sql("createdAt")}, d.due_at AS ${sql("dueAt")}, d.updated_at AS ${sql("updatedAt")}
    FROM notification_delivery d JOIN notification_event e ON e.id = d.event_id`

  const get = Effect.fnUntraced(function* (workspace: string, id: number) {
    const [row] = yield* sql`${selected} WHERE d.workspace = ${workspace} AND d.id = ${id}`
    return row === undefined ? yield* new DeliveryUnknown({ id }) : decodeRow(row)
  })

  const pruneSome = (cutoff: number) =>
    Effect.gen(function* () {
      const rows = yield* sql<{ readonly id: number }>`SELECT id FROM notification_delivery
        WHERE state <> 'pending' AND updated_at < ${cutoff} ORDER BY updated_at LIMIT ${pruneBatch}`
      const ids = rows.map(({ id }) => id)
      if (ids.length === 0) return 0
      yield* sql`DELETE FROM notification_attempt WHERE ${sql.in("delivery_id", ids)}`
      yield* sql`DELETE FROM notification_delivery WHERE ${sql.in("id", ids)}`
      return ids.length
    }).pipe(sql.withTransaction)

  const pruneEvents = (cutoff: number) =>
    Effect.map(
      sql`DELETE FROM notification_event WHERE id IN (
          SELECT id FROM notification_event WHERE created_at < ${cutoff}
            AND NOT EXISTS (SELECT 1 FROM notification_delivery WHERE event_id = notification_event.id)
          ORDER BY created_at LIMIT ${pruneBatch}
        ) RETURNING id`,
      (rows) => rows.length,
    )

  /** What was published to an integration while it was being deleted, which SQLite with its one writer does not let happen. */
  const pruneOrphans = sql.onDialectOrElse({
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
        if (count < pruneBatch) return total
        yield* Effect.yieldNow
      }
    })

  return Deliveries.of({
    get,

    list: (workspace, { state, integration, event, before, limit = 50 } = {}) =>
      Effect.map(
        sql`${selected} WHERE ${sql.and([
          sql`d.workspace = ${workspace}`,
          ...(state === undefined ? [] : [sql`d.state = ${state}`]),
          ...(integration === undefined ? [] : [sql`d.integration_id = ${integration}`]),
          ...(event === undefined ? [] : [sql`d.event_id = ${event}`]),
          ...(before === undefined ? [] : [sql`d.id < ${before}`]),
        ])} ORDER BY d.id DESC LIMIT ${Math.min(Math.max(limit, 1), 200)}`,
        (rows) => rows.map((row) => decodeRow(row)),
      ),

    attempts: Effect.fnUntraced(function* (workspace, id) {
      yield* get(workspace, id)
      const rows = yield* sql`SELECT number, at, duration, status, error, answer FROM notification_attempt
        WHERE delivery_id = ${id} ORDER BY number`
      return rows.map((row) => decodeAttempt(row))
    }),

    retry: Effect.fnUntraced(function* (workspace, id) {
      const now = yield* Clock.currentTimeMillis
      const changed =
        yield* sql`UPDATE notification_delivery SET state = 'pending', due_at = ${now}, updated_at = ${now}
        WHERE workspace = ${workspace} AND id = ${id} AND state <> 'pending' RETURNING id`
      if (changed.length > 0) return yield* wakeup.wake
      yield* get(workspace, id)
      return yield* new DeliveryPending({ id })
    }),

    prune: Effect.fnUntraced(function* (olderThan) {
      const age = Duration.toMillis(Duration.fromInputUnsafe(olderThan))
      const cutoff = (yield* Clock.currentTimeMillis) - age
      yield* pruneOrphans
      const pruned = yield* untilNone(pruneSome(cutoff))
      yield* untilNone(pruneEvents(cutoff))
      return pruned
    }),
  })
})

/**
 * @category layers
 */
export const layer: Layer.Layer<Deliveries, never, SqlClient.SqlClient | Wakeup> = Layer.effect(Deliveries, make)
