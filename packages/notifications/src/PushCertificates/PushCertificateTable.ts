/**
 * The warnings that each push certificate has had: the smallest of its thresholds, in days. Rows are kept for good, because events and their
 * idempotency keys are pruned while a certificate is still valid.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/**
 * A warning of a certificate. `threshold` is in days.
 *
 * @category models
 * @since 0.1.0
 */
export interface Warning {
  readonly workspace: string
  readonly fingerprint: string
  readonly threshold: number
}

/**
 * Returns whether the certificate has had the warning of this threshold, or of a smaller one.
 *
 * @category queries
 * @since 0.1.0
 */
export const isWarned = Effect.fnUntraced(function* ({ workspace, fingerprint, threshold }: Warning) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`SELECT warned FROM espalier_push_certificate
    WHERE workspace = ${workspace} AND fingerprint = ${fingerprint} AND warned <= ${threshold}`
  return rows.length > 0
})

/**
 * Stores a warning that was published at `now`, in Unix milliseconds.
 *
 * @category queries
 * @since 0.1.0
 */
export const store = Effect.fnUntraced(function* ({ workspace, fingerprint, threshold }: Warning, now: number) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO espalier_push_certificate ${sql.insert({
    workspace,
    fingerprint,
    warned: threshold,
    warned_at: now,
  })} ON CONFLICT (workspace, fingerprint) DO UPDATE SET warned = excluded.warned, warned_at = excluded.warned_at
    WHERE espalier_push_certificate.warned > excluded.warned`
})
