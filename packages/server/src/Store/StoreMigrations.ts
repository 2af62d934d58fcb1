/**
 * The tables of `StoreSql`, for SQLite and PostgreSQL. Times are milliseconds since 1970.
 *
 * A released step is never changed, only followed by another.
 */
import { Migrations } from "@espalier/sql"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const step = (id: number, name: string, ...statements: ReadonlyArray<string>): Migrations.Migration => ({
  id,
  name,
  up: Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.forEach(statements, (text) => sql.unsafe(text))),
})

const steps = [
  step(
    1,
    "store",
    `CREATE TABLE espalier_pin (
      udid text PRIMARY KEY,
      fingerprint text NOT NULL UNIQUE,
      pinned_at bigint NOT NULL
    )`,
    `CREATE TABLE espalier_successor (
      fingerprint text PRIMARY KEY,
      predecessor text NOT NULL,
      issued_at bigint NOT NULL
    )`,
    `CREATE TABLE espalier_used_challenge (
      id text PRIMARY KEY,
      request text NOT NULL,
      expires_at bigint NOT NULL
    )`,
    `CREATE INDEX espalier_used_challenge_expires_at ON espalier_used_challenge (expires_at)`,
    `CREATE TABLE espalier_enrollment_token (
      id text PRIMARY KEY,
      created_at bigint NOT NULL,
      expires_at bigint,
      use_limit bigint,
      note text NOT NULL,
      used bigint NOT NULL,
      revoked_at bigint
    )`,
    `CREATE TABLE espalier_probe (
      id integer PRIMARY KEY,
      written_at bigint NOT NULL
    )`,
  ),
  step(2, "line", `CREATE INDEX espalier_successor_predecessor ON espalier_successor (predecessor)`),
  step(
    3,
    "identities",
    `ALTER TABLE espalier_pin ADD COLUMN expires_at bigint`,
    `ALTER TABLE espalier_pin ADD COLUMN origin text`,
    `ALTER TABLE espalier_pin ADD COLUMN reported_at bigint`,
    `ALTER TABLE espalier_pin ADD COLUMN renewal_offered_at bigint`,
    `CREATE INDEX espalier_pin_expires_at ON espalier_pin (expires_at)`,
    `CREATE TABLE espalier_expected_device (
      udid text PRIMARY KEY,
      imported_at bigint NOT NULL
    )`,
  ),
]

/**
 * Migrates the tables. A database of a newer version is an error and stays unchanged.
 *
 * @category running
 * @since 0.1.0
 */
export const migrate = Migrations.run(steps, { table: "espalier_server_migrations" })
