/**
 * The table of API keys, the same in SQLite and PostgreSQL. It has a digest of a key's secret, never the secret; `workspace` is NULL for a
 * key of all workspaces. Times are Unix milliseconds.
 */
import { Migrations } from "@espalier/sql"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * Creates the table unless it exists. `@espalier/notifications` calls it to move the keys that it kept in a table of its own before.
 *
 * @category migrations
 * @since 0.1.0
 */
export const create = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // PostgreSQL fails when two transactions create a table at the same time, with IF NOT EXISTS too.
  yield* sql.onDialectOrElse({
    pg: () => Effect.asVoid(sql`SELECT pg_advisory_xact_lock(hashtext('espalier_api_key'))`),
    orElse: () => Effect.void,
  })
  yield* sql`CREATE TABLE IF NOT EXISTS espalier_api_key (
    id text PRIMARY KEY,
    digest text NOT NULL,
    workspace text,
    note text NOT NULL,
    created_at bigint NOT NULL,
    revoked_at bigint
  )`
})

/**
 * Brings the table up to date. It has a migrations table of its own, so it can share a database with anything else.
 *
 * @category migrations
 * @since 0.1.0
 */
export const migrate = Migrations.run([{ id: 1, name: "API keys", up: create }], {
  table: "espalier_api_keys_migrations",
})
