/**
 * Which warnings each push certificate has had: the smallest of its thresholds, in days. One row a certificate, kept for good, since events and
 * their idempotency keys are pruned while a certificate still lives.
 */
import { Effect } from "effect"
import { SqlClient, type SqlError } from "effect/sql"

/**
 * The table, for `Migrations.ts`.
 *
 * @category tables
 * @since 0.1.0
 */
export const tables: Effect.Effect<unknown, SqlError.SqlError, SqlClient.SqlClient> = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql`CREATE TABLE notification_push_certificate (
    workspace text NOT NULL,
    fingerprint text NOT NULL,
    warned integer NOT NULL,
    warned_at bigint NOT NULL,
    PRIMARY KEY (workspace, fingerprint)
  )`,
)

/**
 * @category models
 * @since 0.1.0
 */
export interface Warned {
  readonly workspace: string
  readonly fingerprint: string
  /** In days. */
  readonly threshold: number
}

/**
 * Whether the certificate has had the warning of this threshold, or of a smaller one.
 *
 * @category queries
 * @since 0.1.0
 */
export const isWarned = Effect.fnUntraced(function* ({ workspace, fingerprint, threshold }: Warned) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`SELECT warned FROM notification_push_certificate
    WHERE workspace = ${workspace} AND fingerprint = ${fingerprint} AND warned <= ${threshold}`
  return rows.length > 0
})

/**
 * Notes a warning, at `now` in Unix milliseconds.
 *
 * @category queries
 * @since 0.1.0
 */
export const note = Effect.fnUntraced(function* ({ workspace, fingerprint, threshold }: Warned, now: number) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO notification_push_certificate ${sql.insert({
    workspace,
    fingerprint,
    warned: threshold,
    warned_at: now,
  })} ON CONFLICT (workspace, fingerprint) DO UPDATE SET warned = excluded.warned, warned_at = excluded.warned_at
    WHERE notification_push_certificate.warned > excluded.warned`
})
