/**
 * The tables of integrations, events and deliveries, the same in SQLite and PostgreSQL. Times are Unix milliseconds.
 *
 * A delivery is one event for one integration. While it is `pending`, `due_at` is when it may be tried next; a worker that
 * tries it moves `due_at` to the end of its lease, so that a worker that dies needs no cleaning up after. No foreign keys:
 * publishing must not wait for, nor fail because of, an integration that is just being deleted; pruning takes what that leaves.
 */
import { ApiKeysTable } from "@espalier/api-keys"
import { Migrations } from "@espalier/sql"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { tables as pushCertificateTable } from "./PushCertificateTable.ts"

const tables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const serial = sql.onDialectOrElse({
    pg: () => sql.literal("bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    orElse: () => sql.literal("integer PRIMARY KEY AUTOINCREMENT"),
  })
  // A tree less to write for each row.
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

const apiKeysTable = Effect.gen(function* () {
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

/** API keys are in the table of `@espalier/api-keys`. It may exist already, so the rows are copied. */
const movedApiKeys = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* ApiKeysTable.create
  yield* sql`INSERT INTO espalier_api_key (id, digest, workspace, note, created_at, revoked_at)
    SELECT id, digest, workspace, note, created_at, revoked_at FROM notification_api_key WHERE true
    ON CONFLICT (id) DO NOTHING`
  yield* sql`DROP TABLE notification_api_key`
})

/**
 * Brings the tables up to date, under a migrations table of their own: they may share a database with anything else.
 *
 * @category running
 * @since 0.1.0
 */
export const migrate = Migrations.run(
  [
    { id: 1, name: "notifications", up: tables },
    { id: 2, name: "API keys", up: apiKeysTable },
    { id: 3, name: "push certificates", up: pushCertificateTable },
    { id: 4, name: "API keys in their own package", up: movedApiKeys },
  ],
  { table: "notification_migrations" },
)
