/**
 * The tables of integrations, events and deliveries, the same in SQLite and PostgreSQL. Times are Unix milliseconds.
 *
 * **Details**
 *
 * A delivery is one event for one integration. While it is `pending`, `due_at` is the time of its next attempt; a worker that attempts it moves
 * `due_at` to the end of its lease, so that a worker that dies leaves nothing to clean up. There are no foreign keys: publishing must not wait
 * for an integration that is being deleted, nor fail because of it; pruning removes what that leaves.
 */
import { Migrations } from "@espalier/sql"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { deliveryRecords } from "./DeliveryRecords.ts"
import { apiKeysTable, pushCertificateTable, tables } from "./InitialTables.ts"
import { integrationSettings } from "./IntegrationSettings.ts"
import { prefixedTables } from "./PrefixedTables.ts"
import { sealingProbe } from "./SealingProbe.ts"

const table = "espalier_notifications_migrations"

/** The first version's name of the migrations table. */
const formerTable = "notification_migrations"

const renameMigrationsTable = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const found = yield* sql.onDialectOrElse({
    pg: () =>
      // Locked like the migrations themselves: several processes may start at once.
      Effect.andThen(
        sql`SELECT pg_advisory_xact_lock(hashtext(${formerTable}))`,
        sql`SELECT 1 WHERE to_regclass(${formerTable}) IS NOT NULL`,
      ),
    orElse: () => sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ${formerTable}`,
  })
  if (found.length > 0) yield* sql`ALTER TABLE ${sql(formerTable)} RENAME TO ${sql(table)}`
})

/**
 * Brings the tables up to date. They have a migrations table of their own, so they can share a database with anything else.
 *
 * @category running
 * @since 0.1.0
 */
export const migrate = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* renameMigrationsTable.pipe(
    Effect.andThen(
      Migrations.run(
        [
          { id: 1, name: "notifications", up: tables },
          { id: 2, name: "API keys", up: apiKeysTable },
          { id: 3, name: "push certificates", up: pushCertificateTable },
          { id: 4, name: "prefixed tables", up: prefixedTables },
          { id: 5, name: "sealing probe", up: sealingProbe },
          { id: 6, name: "integration settings", up: integrationSettings },
          { id: 7, name: "delivery records", up: deliveryRecords },
        ],
        { table },
      ),
    ),
    sql.withTransaction,
  )
})
