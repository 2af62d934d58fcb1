/**
 * Secrets get a table, so that several may be valid at a time. Attempts record what was done. Integrations remember the receiver's
 * `Retry-After`, the last failure and the idempotency key. Deliveries have their last result, and a mark for test events.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const columns = [
  ["espalier_integration", "last_failure_at bigint"],
  ["espalier_integration", "paused_until bigint"],
  ["espalier_integration", "idempotency_key text"],
  ["espalier_delivery", "test integer NOT NULL DEFAULT 0"],
  ["espalier_delivery", "last_status integer"],
  ["espalier_delivery", "last_error text"],
  ["espalier_attempt", "url text"],
  ["espalier_attempt", "request_headers text"],
  ["espalier_attempt", "remote_address text"],
  ["espalier_attempt", "dns_ms integer"],
  ["espalier_attempt", "connect_ms integer"],
  ["espalier_attempt", "tls_ms integer"],
  ["espalier_attempt", "first_byte_ms integer"],
] as const

/**
 * The migration.
 *
 * @category migrations
 * @since 0.1.0
 */
export const deliveryRecords = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const [table, column] of columns) {
    yield* sql`ALTER TABLE ${sql(table)} ADD COLUMN ${sql.literal(column)}`
  }
  yield* sql`CREATE UNIQUE INDEX espalier_integration_key ON espalier_integration (workspace, idempotency_key)
    WHERE idempotency_key IS NOT NULL`

  const serial = sql.onDialectOrElse({
    pg: () => sql.literal("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    orElse: () => sql.literal("integer PRIMARY KEY AUTOINCREMENT"),
  })
  yield* sql`CREATE TABLE espalier_secret (
    id ${serial},
    integration_id text NOT NULL,
    secret text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint
  )`
  yield* sql`CREATE INDEX espalier_secret_integration ON espalier_secret (integration_id, id)`
  // The old ones first: the newest row is the current secret.
  yield* sql`INSERT INTO espalier_secret (integration_id, secret, created_at, expires_at)
    SELECT id, old_secret, created_at, old_secret_until FROM espalier_integration WHERE old_secret IS NOT NULL`
  yield* sql`INSERT INTO espalier_secret (integration_id, secret, created_at, expires_at)
    SELECT id, secret, updated_at, NULL FROM espalier_integration`
  for (const column of ["secret", "old_secret", "old_secret_until"]) {
    yield* sql`ALTER TABLE espalier_integration DROP COLUMN ${sql(column)}`
  }

  yield* sql`UPDATE espalier_integration SET last_failure_at = failing_since`
  const last = (column: string) => sql`(SELECT ${sql(column)} FROM espalier_attempt
    WHERE delivery_id = espalier_delivery.id ORDER BY number DESC LIMIT 1)`
  yield* sql`UPDATE espalier_delivery SET last_status = ${last("status")}, last_error = ${last("error")}
    WHERE attempts > 0`
})
