/**
 * The tables of the first version, the same in SQLite and PostgreSQL. They have been released, so they are never changed: `PrefixedTables`
 * continues from here.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * Integrations, events, deliveries and attempts.
 *
 * @category migrations
 * @since 0.1.0
 */
export const tables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const serial = sql.onDialectOrElse({
    pg: () => sql.literal("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    orElse: () => sql.literal("integer PRIMARY KEY AUTOINCREMENT"),
  })
  // SQLite then writes one tree less for each row.
  const clustered = sql.onDialectOrElse({ pg: () => sql.literal(""), orElse: () => sql.literal("WITHOUT ROWID") })
  yield* sql`CREATE TABLE notification_integration (
    id text PRIMARY KEY,
    workspace text NOT NULL,
    url text NOT NULL,
    events text NOT NULL,
    enabled integer NOT NULL,
    disabled_reason text,
    failing_since bigint,
    secret text NOT NULL,
    old_secret text,
    old_secret_until bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    UNIQUE (workspace, url)
  )`
  yield* sql`CREATE TABLE notification_event (
    id text PRIMARY KEY,
    workspace text NOT NULL,
    name text NOT NULL,
    body text NOT NULL,
    idempotency_key text,
    created_at bigint NOT NULL
  )`
  yield* sql`CREATE UNIQUE INDEX notification_event_key ON notification_event (workspace, idempotency_key)
    WHERE idempotency_key IS NOT NULL`
  yield* sql`CREATE TABLE notification_delivery (
    id ${serial},
    event_id text NOT NULL,
    integration_id text NOT NULL,
    workspace text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint NOT NULL,
    worker text,
    updated_at bigint NOT NULL
  )`
  yield* sql`CREATE INDEX notification_delivery_due ON notification_delivery (integration_id, due_at) WHERE state = 'pending'`
  yield* sql`CREATE INDEX notification_delivery_workspace ON notification_delivery (workspace, created_at, id)`
  yield* sql`CREATE INDEX notification_delivery_dead ON notification_delivery (workspace, created_at, id) WHERE state = 'dead'`
  yield* sql`CREATE INDEX notification_delivery_event ON notification_delivery (event_id)`
  yield* sql`CREATE TABLE notification_attempt (
    delivery_id bigint NOT NULL,
    number integer NOT NULL,
    at bigint NOT NULL,
    duration integer NOT NULL,
    status integer,
    error text,
    answer text NOT NULL,
    PRIMARY KEY (delivery_id, number)
  ) ${clustered}`
})

/**
 * API keys.
 *
 * @category migrations
 * @since 0.1.0
 */
export const apiKeysTable = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE notification_api_key (
    id text PRIMARY KEY,
    digest text NOT NULL,
    workspace text,
    note text NOT NULL,
    created_at bigint NOT NULL,
    revoked_at bigint
  )`
})

/**
 * The warnings of push certificates.
 *
 * @category migrations
 * @since 0.1.0
 */
export const pushCertificateTable = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE notification_push_certificate (
    workspace text NOT NULL,
    fingerprint text NOT NULL,
    warned integer NOT NULL,
    warned_at bigint NOT NULL,
    PRIMARY KEY (workspace, fingerprint)
  )`
})
