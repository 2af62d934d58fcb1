/**
 * Publishes operational events from the results of attempts, in the transaction that records them.
 *
 * The deliveries of operational events cause none themselves.
 */
import { OperationalEvent } from "@espalier/schema"
import { Effect, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import * as EventId from "../Events/EventId.ts"
import * as JsonRows from "../Storage/JsonRows.ts"
import type { AttemptResult } from "../Worker/AttemptRecorder.ts"
import * as OperationalWebhook from "./OperationalWebhook.ts"

/** From this attempt of a delivery on, its integration counts as failing. */
const failingAttempts = 4

const encode = Schema.encodeSync(OperationalEvent)

/** An event, and the key that keeps it from being published again. */
interface Keyed {
  readonly key: string
  readonly event: OperationalEvent
}

const decodeIntegrations = Schema.decodeUnknownSync(
  Schema.Array(
    Schema.Struct({
      id: Schema.String,
      workspace: Schema.String,
      url: Schema.String,
      enabled: Schema.Int,
      disabled_reason: Schema.NullOr(Schema.String),
      failing_since: Schema.NullOr(Schema.Int),
      updated_at: Schema.Int,
    }),
  ),
)
const decodeDeliveries = Schema.decodeUnknownSync(
  Schema.Array(Schema.Struct({ id: Schema.Int, event_id: Schema.String })),
)

/**
 * Publishes what the results mean for the vendor. Run it in the transaction that records them, after it has updated the integrations.
 *
 * @category running
 * @since 0.1.0
 */
export const publish = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  results: ReadonlyArray<AttemptResult>,
  now: number,
): Effect.fn.Return<void, SqlError.SqlError> {
  const failures = results.filter(
    ({ integration, outcome, number, test }) =>
      !test &&
      integration !== OperationalWebhook.id &&
      (outcome._tag === "Dead" || outcome._tag === "Gone" || (outcome._tag === "Retry" && number >= failingAttempts)),
  )
  if (failures.length === 0) return
  const [receiver] = yield* sql`SELECT id FROM espalier_integration WHERE id = ${OperationalWebhook.id} AND enabled = 1`
  if (receiver === undefined) return
  const integrations = decodeIntegrations(
    yield* sql`SELECT id, workspace, url, enabled, disabled_reason, failing_since, updated_at FROM espalier_integration
      WHERE id IN (SELECT value ->> 0 FROM ${JsonRows.ids(sql, new Set(failures.map((one) => one.integration)))})`,
  )
  const exhausted = failures.filter(({ outcome }) => outcome._tag === "Dead" || outcome._tag === "Gone")
  const events = new Map(
    decodeDeliveries(
      yield* sql`SELECT id, event_id FROM espalier_delivery WHERE state = 'dead' AND id IN (
        SELECT CAST(value ->> 0 AS bigint) FROM ${JsonRows.ids(
          sql,
          exhausted.map(({ delivery }) => delivery),
        )})`,
    ).map((row) => [row.id, row.event_id]),
  )
  const timestamp = new Date(now).toISOString()
  const published: Array<Keyed> = []
  for (const { id, workspace, url, failing_since: failingSince, ...row } of integrations) {
    const common = { workspace, integration: id, url }
    if (failingSince !== null) {
      published.push({
        key: `failing/${id}/${failingSince}`,
        event: { type: "integration_failing", timestamp, data: { ...common, failingSince } },
      })
    }
    const { disabled_reason: reason, updated_at: updatedAt } = row
    if (row.enabled === 0 && updatedAt === now && (reason === "Gone" || reason === "Failing")) {
      published.push({
        key: `disabled/${id}/${updatedAt}`,
        event: { type: "integration_disabled", timestamp, data: { ...common, reason } },
      })
    }
    for (const { integration, delivery, number, response } of exhausted) {
      const event = events.get(delivery)
      if (integration !== id || event === undefined) continue
      published.push({
        key: `exhausted/${delivery}/${number}`,
        event: {
          type: "delivery_exhausted",
          timestamp,
          data: {
            ...common,
            delivery,
            event,
            attempts: number,
            ...(response.status === undefined ? {} : { status: response.status }),
            ...(response.error === undefined ? {} : { error: response.error }),
          },
        },
      })
    }
  }
  for (const { key, event } of published) yield* store(sql, key, event, now)
})

/** Stores an event and its delivery, once for a key. */
const store = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  key: string,
  event: OperationalEvent,
  now: number,
): Effect.fn.Return<void, SqlError.SqlError> {
  const { workspace } = OperationalWebhook
  const row = {
    id: EventId.make(now),
    workspace,
    name: event.type,
    body: JSON.stringify(encode(event)),
    idempotency_key: key,
    created_at: now,
  }
  const inserted = yield* sql`INSERT INTO espalier_event ${sql.insert(row)} ON CONFLICT DO NOTHING RETURNING id`
  if (inserted.length === 0) return
  yield* sql`INSERT INTO espalier_delivery
      (event_id, integration_id, workspace, state, attempts, created_at, due_at, updated_at)
    VALUES (${row.id}, ${OperationalWebhook.id}, ${workspace}, 'pending', 0, ${now}, ${now}, ${now})`
})
