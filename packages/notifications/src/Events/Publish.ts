/**
 * Stores an event and one delivery for each enabled integration that subscribes to it, in one transaction.
 *
 * Events that are published at about the same time share a transaction and its statements.
 */
import { isDeepStrictEqual } from "node:util"
import { NotificationEvent, subscriptionOf } from "@espalier/schema"
import { Clock, Effect, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { IdempotencyKeyConflict, InvalidIdempotencyKey, isIdempotencyKey } from "../IdempotencyKey.ts"
import { GroupCommit } from "../Storage/GroupCommit.ts"
import * as InsertMany from "../Storage/InsertMany.ts"
import * as JsonRows from "../Storage/JsonRows.ts"
import { randomPart } from "../Storage/RandomPart.ts"
import { Wakeup } from "../Worker/Wakeup.ts"
import * as EventId from "./EventId.ts"
import { InvalidEvent, type PublishError, type PublishResult } from "./PublishResult.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface PublishOptions {
  /** 1 to 255 characters, unique in the workspace. Remembered as long as the event is kept. */
  readonly idempotencyKey?: string | undefined
}

/**
 * Publishes an event to the integrations of a workspace.
 *
 * @category models
 * @since 0.1.0
 */
export type Publish = (
  workspace: string,
  event: NotificationEvent,
  options?: PublishOptions,
) => Effect.Effect<PublishResult, PublishError | SqlError.SqlError>

const maxBytes = 256 * 1024

const encode = Schema.encodeEffect(NotificationEvent)

const bodyOf = (event: NotificationEvent): Effect.Effect<string, InvalidEvent> =>
  encode(event).pipe(
    Effect.mapError(() => InvalidEvent.for("Invalid")),
    Effect.map((json) => JSON.stringify(json)),
    Effect.filterOrFail(
      (body) => Buffer.byteLength(body) <= maxBytes,
      () => InvalidEvent.for("TooLarge"),
    ),
  )

/** An event as it is stored. */
interface Row {
  readonly id: string
  readonly workspace: string
  readonly name: string
  readonly body: string
  readonly key: string | undefined
  readonly now: number
}

/** Whether two JSON texts have the same value, whatever the order of their members. */
const isSameJson = (one: string, other: string): boolean =>
  one === other || isDeepStrictEqual(JSON.parse(one), JSON.parse(other))

/** The result of a row, with the integrations that have the event due now; `undefined` when its key was used for another event. */
type Stored = (PublishResult & { readonly integrations: ReadonlyArray<string> }) | undefined

/**
 * Makes the function over tables that `migrate` has created.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const wakeup = yield* Wakeup
  const commits = yield* GroupCommit

  /** A receiver that sent `Retry-After` gets new events later, too, spread over a tenth of the time. */
  const dueAt = sql`CASE WHEN integration.paused_until > event.now
    THEN integration.paused_until + ${randomPart(sql, sql`(integration.paused_until - event.now) / 10`)}
    ELSE event.now END`

  const insertEvents = (rows: ReadonlyArray<Row>) =>
    InsertMany.forEach(
      rows.map(({ id, workspace, name, body, key = null, now }) => ({
        id,
        workspace,
        name,
        body,
        idempotency_key: key,
        created_at: now,
      })),
      (values) => sql<{ readonly id: string }>`INSERT INTO espalier_event ${sql.insert(values)}
        ON CONFLICT DO NOTHING RETURNING id`,
    )

  const insertDeliveries = (rows: ReadonlyArray<Row>) =>
    sql<{ readonly event_id: string; readonly integration_id: string; readonly due: number | boolean }>`
      INSERT INTO espalier_delivery
        (event_id, integration_id, workspace, state, attempts, created_at, due_at, updated_at)
      SELECT event.id, integration.id, integration.workspace, 'pending', 0, event.now, ${dueAt}, event.now
      FROM (
        SELECT value ->> 0 AS id, value ->> 1 AS workspace, value ->> 2 AS name, CAST(value ->> 3 AS bigint) AS now
        FROM ${JsonRows.from(
          sql,
          rows.map(({ id, workspace, name, now }) => [id, workspace, name, now]),
        )}
      ) AS event
      JOIN espalier_integration AS integration ON integration.workspace = event.workspace
      JOIN espalier_subscription AS subscription
        ON subscription.integration_id = integration.id AND subscription.event_name IN (event.name, '*')
      WHERE integration.enabled = 1
      RETURNING event_id, integration_id, due_at <= created_at AS due`

  /** The event that is stored already: with the same id, when the answer to its commit was lost, or with the same key. */
  const stored = Effect.fnUntraced(function* ({ id, workspace, key, body }: Row) {
    const [first] = yield* sql<{ readonly id: string; readonly body: string }>`SELECT id, body FROM espalier_event
      WHERE id = ${id} OR (workspace = ${workspace} AND idempotency_key = ${key ?? null}) ORDER BY id <> ${id} LIMIT 1`
    if (first === undefined || !isSameJson(first.body, body)) return undefined
    const [count] = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM espalier_delivery
      WHERE event_id = ${first.id}`
    return { id: first.id, deliveries: count?.n ?? 0, duplicate: first.id !== id, integrations: [] }
  })

  const store = commits.batched<Row, Stored>(
    Effect.fnUntraced(function* (rows) {
      const inserted = yield* insertEvents(rows)
      const integrations = new Map<string, Array<string>>(inserted.map(({ id }) => [id, []]))
      const deliveries = yield* insertDeliveries(rows.filter(({ id }) => integrations.has(id)))
      const counts = new Map<string, number>()
      for (const { event_id, integration_id, due } of deliveries) {
        counts.set(event_id, (counts.get(event_id) ?? 0) + 1)
        if (due) integrations.get(event_id)?.push(integration_id)
      }
      const results: Array<Stored> = []
      for (const row of rows) {
        const own = integrations.get(row.id)
        results.push(
          own === undefined
            ? yield* stored(row)
            : { id: row.id, deliveries: counts.get(row.id) ?? 0, duplicate: false, integrations: own },
        )
      }
      return results
    }),
    ({ body }) => body.length,
  )

  const publish: Publish = Effect.fnUntraced(function* (workspace, event, { idempotencyKey: key } = {}) {
    if (key !== undefined && !isIdempotencyKey(key)) return yield* new InvalidIdempotencyKey({})
    const body = yield* bodyOf(event)
    const now = yield* Clock.currentTimeMillis
    const row = { id: EventId.make(now), workspace, name: subscriptionOf(event), body, key, now }
    const result = yield* Effect.callback<Stored, SqlError.SqlError>((resume) => store(row, resume))
    if (result === undefined) return yield* new IdempotencyKeyConflict({})
    const { integrations, ...published } = result
    wakeup.published(integrations)
    return published
  })
  return publish
})
