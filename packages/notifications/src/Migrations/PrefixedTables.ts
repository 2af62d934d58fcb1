/**
 * Renames the tables of the first version to `espalier_…`, moves subscriptions into a table, and API keys to `@espalier/api-keys`.
 */
import { ApiKeysTable } from "@espalier/api-keys"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const renames = ["integration", "event", "delivery", "attempt", "push_certificate"]

/** The indexes of the first version, in the names that they get. */
const indexes = [
  [
    "notification_event_key",
    "UNIQUE INDEX espalier_event_key ON espalier_event (workspace, idempotency_key) WHERE idempotency_key IS NOT NULL",
  ],
  [
    "notification_delivery_due",
    "INDEX espalier_delivery_due ON espalier_delivery (integration_id, due_at) WHERE state = 'pending'",
  ],
  [
    "notification_delivery_workspace",
    "INDEX espalier_delivery_workspace ON espalier_delivery (workspace, created_at, id)",
  ],
  [
    "notification_delivery_dead",
    "INDEX espalier_delivery_dead ON espalier_delivery (workspace, created_at, id) WHERE state = 'dead'",
  ],
  ["notification_delivery_event", "INDEX espalier_delivery_event ON espalier_delivery (event_id)"],
] as const

/**
 * The migration.
 *
 * @category migrations
 * @since 0.1.0
 */
export const prefixedTables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const name of renames) {
    yield* sql`ALTER TABLE ${sql(`notification_${name}`)} RENAME TO ${sql(`espalier_${name}`)}`
  }
  for (const [old, index] of indexes) {
    yield* sql`DROP INDEX ${sql(old)}`
    yield* sql`CREATE ${sql.literal(index)}`
  }

  const clustered = sql.onDialectOrElse({ pg: () => sql.literal(""), orElse: () => sql.literal("WITHOUT ROWID") })
  yield* sql`CREATE TABLE espalier_subscription (
    integration_id text NOT NULL,
    event_name text NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (integration_id, event_name)
  ) ${clustered}`
  const each = sql.onDialectOrElse({
    pg: () => sql`json_array_elements_text(CAST(events AS json)) WITH ORDINALITY AS event (name, number)`,
    orElse: () => sql.literal("json_each(events)"),
  })
  const position = sql.onDialectOrElse({
    pg: () => sql.literal("CAST(number AS integer) - 1"),
    orElse: () => sql.literal("key"),
  })
  const name = sql.onDialectOrElse({ pg: () => sql.literal("name"), orElse: () => sql.literal("value") })
  yield* sql`INSERT INTO espalier_subscription (integration_id, event_name, position)
    SELECT espalier_integration.id, ${name}, ${position} FROM espalier_integration, ${each}`
  yield* sql`ALTER TABLE espalier_integration DROP COLUMN events`

  yield* sql`ALTER TABLE espalier_attempt RENAME COLUMN answer TO body_excerpt`
  yield* sql`UPDATE espalier_attempt SET error = 'InvalidAddress' WHERE error = 'AddressRefused'`

  yield* ApiKeysTable.create
  // The table of API keys may exist already, so the rows are copied.
  yield* sql`INSERT INTO espalier_api_key (id, digest, workspace, note, created_at, revoked_at)
    SELECT id, digest, workspace, note, created_at, revoked_at FROM notification_api_key WHERE true
    ON CONFLICT (id) DO NOTHING`
  yield* sql`DROP TABLE notification_api_key`
})
