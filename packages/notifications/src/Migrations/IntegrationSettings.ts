/**
 * The settings of integrations, and their sealed part.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * The migration.
 *
 * @category migrations
 * @since 0.1.0
 */
export const integrationSettings = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE espalier_integration ADD COLUMN settings text NOT NULL DEFAULT '{}'`
  yield* sql`ALTER TABLE espalier_integration ADD COLUMN sealed_settings text`
})
