/**
 * How integrations and their subscriptions are stored.
 */
import { DisabledReason, type Integration, Subscriptions } from "@espalier/schema"
import { Effect, Schema } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import * as JsonRows from "../Storage/JsonRows.ts"
import * as StoredSettings from "./StoredSettings.ts"

const IntegrationRow = Schema.Struct({
  id: Schema.String,
  workspace: Schema.String,
  url: Schema.String,
  events: Schema.fromJsonString(Subscriptions),
  enabled: Schema.Int,
  disabled_reason: Schema.NullOr(DisabledReason),
  failing_since: Schema.NullOr(Schema.Int),
  created_at: Schema.Int,
  updated_at: Schema.Int,
  settings: StoredSettings.Columns.fields.settings,
})

const decodeRow = Schema.decodeUnknownSync(IntegrationRow)

/**
 * The columns that {@link read} needs, for `SELECT` and `RETURNING`. `events` is a JSON array of the subscriptions in their order.
 *
 * @category columns
 * @since 0.1.0
 */
export const columns = (sql: SqlClient.SqlClient): Statement.Fragment => {
  const ordered = sql.literal(
    "SELECT event_name FROM espalier_subscription WHERE integration_id = espalier_integration.id ORDER BY position",
  )
  const events = sql.onDialectOrElse({
    pg: () => sql`SELECT CAST(json_agg(event_name) AS text) FROM (${ordered}) AS ordered`,
    orElse: () => sql`SELECT json_group_array(event_name) FROM (${ordered}) AS ordered`,
  })
  return sql`id, workspace, url, (${events}) AS events, enabled, disabled_reason, failing_since, created_at, updated_at, settings`
}

/**
 * Reads a row. A row that the tables cannot contain is a defect: another program wrote it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const read = (found: unknown): Integration => {
  const row = decodeRow(found)
  return {
    id: row.id,
    workspace: row.workspace,
    type: "webhook",
    url: row.url,
    ...StoredSettings.read(row),
    events: row.events,
    enabled: row.enabled === 1,
    ...(row.disabled_reason === null ? {} : { disabledReason: row.disabled_reason }),
    ...(row.failing_since === null ? {} : { failingSince: row.failing_since }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/**
 * Replaces the subscriptions of an integration. Run it in a transaction.
 *
 * @category queries
 * @since 0.1.0
 */
export const subscribe = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  integration: string,
  events: Subscriptions,
): Effect.fn.Return<void, SqlError.SqlError> {
  yield* sql`DELETE FROM espalier_subscription WHERE integration_id = ${integration}`
  yield* sql`INSERT INTO espalier_subscription (integration_id, event_name, position)
    SELECT value ->> 0, value ->> 1, CAST(value ->> 2 AS integer)
    FROM ${JsonRows.from(
      sql,
      events.map((event, position) => [integration, event, position]),
    )}`
})
