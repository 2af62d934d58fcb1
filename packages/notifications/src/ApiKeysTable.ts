/**
 * The table of API keys, the same in SQLite and PostgreSQL. Of a key's secret it has the digest only; `workspace` is NULL for a key of
 * all workspaces. Times are Unix milliseconds.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * The migration that makes it.
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
