/**
 * A table with one sealed text, which tells a process that it has another key than the database.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * The migration.
 *
 * @category migrations
 * @since 0.1.0
 */
export const sealingProbe = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE espalier_sealing_probe (id integer PRIMARY KEY, sealed text NOT NULL)`
})
