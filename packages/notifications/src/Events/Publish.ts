/**
 * Stores an event and one delivery for each enabled integration that subscribes to it, in one transaction.
 *
 * Events that are published at about the same time share a transaction and its statements.
 */
import { NotificationEvent, subscriptionOf } from "@espalier/schema"
import { Clock, Effect, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { GroupCommit } from "../Storage/GroupCommit.ts"
import * as InsertMany from "../Storage/InsertMany.ts"
import * as JsonRows from "../Storage/JsonRows.ts"
import { Wakeup } from "../Worker/Wakeup.ts"
import * as EventId from "./EventId.ts"
import {
  IdempotencyKeyConflict,
  InvalidEvent,
  InvalidIdempotencyKey,
  type PublishError,
  type PublishResult,
} from "./PublishResult.ts"

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

/** No database stores NUL or half of a surrogate pair. */
const IdempotencyKey = Schema.NonEmptyString.check(
  Schema.isMaxLength(255),
  Schema.makeFilter((key: string) => !key.includes("\0") && key.isWellFormed()),
)
const isIdempotencyKey = Schema.is(IdempotencyKey)

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

/** The result of a row, with the integrations that receive the event; `undefined` when its key was used for another event. */
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
        ON CONFLICT (workspace, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id`,
    )

  const insertDeliveries = (rows: ReadonlyArray<Row>) =>
    sql<{ readonly event_id: string; readonly integration_id: string }>`
      INSERT INTO espalier_delivery
        (event_id, integration_id, workspace, state, attempts, created_at, due_at, updated_at)
      SELECT event.id, integration.id, integration.workspace, 'pending', 0, event.now, event.now, event.now
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
      RETURNING event_id, integration_id`

  /** The event that was published with the key before. */
  const duplicate = Effect.fnUntraced(function* ({ workspace, key = "", body }: Row) {
    const [first] = yield* sql<{ readonly id: string; readonly body: string }>`SELECT id, body FROM espalier_event
      WHERE workspace = ${workspace} AND idempotency_key = ${key}`
    if (first === undefined || first.body !== body) return undefined
    const [count] = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM espalier_delivery
      WHERE event_id = ${first.id}`
    return { id: first.id, deliveries: count?.n ?? 0, duplicate: true, integrations: [] }
  })

  const store = commits.batched<Row, Stored>(
    Effect.fnUntraced(function* (rows) {
      const inserted = yield* insertEvents(rows)
      const integrations = new Map<string, Array<string>>(inserted.map(({ id }) => [id, []]))
      const deliveries = yield* insertDeliveries(rows.filter(({ id }) => integrations.has(id)))
      for (const { event_id, integration_id } of deliveries) integrations.get(event_id)?.push(integration_id)
      const results: Array<Stored> = []
      for (const row of rows) {
        const own = integrations.get(row.id)
        results.push(
          own === undefined
            ? yield* duplicate(row)
            : { id: row.id, deliveries: own.length, duplicate: false, integrations: own },
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
    const stored = yield* Effect.callback<Stored, SqlError.SqlError>((resume) => store(row, resume))
    if (stored === undefined) return yield* new IdempotencyKeyConflict({})
    const { integrations, ...result } = stored
    wakeup.published(integrations)
    return result
  })
  return publish
})
