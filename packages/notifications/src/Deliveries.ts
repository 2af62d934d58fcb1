/**
 * Looks into deliveries and their attempts, retries one by hand, and prunes what is old.
 */
import { Clock, Context, Duration, Effect, Layer, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { Wakeup } from "./Wakeup.ts"

/**
 * - `pending`: to be tried, or being tried. `delivered`: a try was answered 2xx. `dead`: the last try failed.
 *
 * @category schemas
 */
export const DeliveryState = Schema.Literals(["pending", "delivered", "dead"])
/** @category models */
export type DeliveryState = typeof DeliveryState.Type

const Row = Schema.Struct({
  id: Schema.Int,
  event: Schema.String,
  name: Schema.String,
  integration: Schema.String,
  state: DeliveryState,
  attempts: Schema.Int,
  dueAt: Schema.Int,
  updatedAt: Schema.Int,
})

/**
 * One event for one integration. `event` is the `webhook-id`, `name` the subscription's. Times in Unix milliseconds; `dueAt` means something
 * while it is pending only.
 *
 * @category models
 */
export type Delivery = typeof Row.Type

const AttemptRow = Schema.Struct({
  number: Schema.Int,
  at: Schema.Int,
  duration: Schema.Int,
  status: Schema.NullOr(Schema.Int),
  error: Schema.NullOr(Schema.String),
  answer: Schema.String,
})

/**
 * One try. `duration` in milliseconds; either `status` or `error` (a code) is there; `answer` is the first KiB.
 *
 * @category models
 */
export type Attempt = typeof AttemptRow.Type

/** @category models */
export interface DeliveryFilter {
  readonly state?: DeliveryState | undefined
  readonly integration?: string | undefined
  readonly event?: string | undefined
  /** Only those with a smaller `id`: the last one of the page before. */
  readonly before?: number | undefined
  /** 1 to 200. Defaults to 50. */
  readonly limit?: number | undefined
}

/**
 * This workspace has no such delivery.
 *
 * @category errors
 */
export class DeliveryUnknown extends Schema.TaggedError<DeliveryUnknown>("espalier/notifications/DeliveryUnknown")(
  "DeliveryUnknown",
  { id: Schema.Int },
) {
  override get message(): string {
    return "The workspace has no such delivery"
  }
}

/**
 * The delivery is pending: it will be tried by itself.
 *
 * @category errors
 */
export class DeliveryPending extends Schema.TaggedError<DeliveryPending>("espalier/notifications/DeliveryPending")(
  "DeliveryPending",
  { id: Schema.Int },
) {
  override get message(): string {
    return "The delivery is pending; it will be tried by itself"
  }
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
      filter?: DeliveryFilter,
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

const decodeRow = Schema.decodeUnknownSync(Row)
const decodeAttempt = Schema.decodeUnknownSync(AttemptRow)

/** How many rows a statement of `prune` removes: other writers get their turn in between. */
const pruneBatch = 500

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const wakeup = yield* Wakeup
  const selected = sql`SELECT d.id, d.event_id AS event, e.name, d.integration_id AS integration, d.state, d.attempts,
    d.due_at AS ${sql("dueAt")}, d.updated_at AS ${sql("updatedAt")}
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
