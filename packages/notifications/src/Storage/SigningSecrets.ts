/**
 * The secrets of integrations: one current, and replaced ones until they expire. The newest row is the current one.
 */
import type { Sealing } from "@espalier/sql"
import { Effect, type Redacted, Result } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import { integrationContext } from "./SealedSecrets.ts"

/**
 * - `insert` stores the first secret of an integration. Run it in a transaction.
 * - `rotate` replaces the current secret. The one before signs as well for `overlap` milliseconds, and so do those that have not expired, ten in
 *   all. Run it in a transaction.
 * - `valid` returns the secrets that sign at `now`, the newest first.
 *
 * @category models
 * @since 0.1.0
 */
export interface SigningSecrets {
  readonly insert: (integration: string, secret: string, now: number) => Effect.Effect<void, SqlError.SqlError>
  readonly rotate: (
    integration: string,
    secret: string,
    options: { readonly now: number; readonly overlap: number },
  ) => Effect.Effect<void, SqlError.SqlError>
  readonly valid: (
    integration: string,
    now: number,
  ) => Effect.Effect<ReadonlyArray<Redacted.Redacted>, Sealing.SealingError | SqlError.SqlError>
}

/** The secrets that sign at a time. The oldest is dropped for an eleventh. */
const maxSecrets = 10

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (sql: SqlClient.SqlClient, { seal, open }: Sealing.Sealing["Service"]): SigningSecrets => {
  const insert: SigningSecrets["insert"] = (integration, secret, now) =>
    Effect.asVoid(
      sql`INSERT INTO espalier_secret ${sql.insert({
        integration_id: integration,
        secret: seal(secret, integrationContext(integration, "secret")),
        created_at: now,
        expires_at: null,
      })}`,
    )

  return {
    insert,

    rotate: Effect.fnUntraced(function* (integration, secret, { now, overlap }) {
      const own = sql`integration_id = ${integration}`
      yield* sql`UPDATE espalier_secret SET expires_at = ${now + overlap} WHERE ${own} AND expires_at IS NULL`
      yield* insert(integration, secret, now)
      yield* sql`DELETE FROM espalier_secret WHERE ${own} AND (
        expires_at <= ${now}
        OR id NOT IN (SELECT id FROM espalier_secret WHERE ${own} ORDER BY id DESC LIMIT ${maxSecrets})
      )`
    }),

    valid: Effect.fnUntraced(function* (integration, now) {
      const rows = yield* sql<{ readonly secret: string }>`SELECT secret FROM espalier_secret
        WHERE integration_id = ${integration} AND (expires_at IS NULL OR expires_at > ${now}) ORDER BY id DESC`
      const context = integrationContext(integration, "secret")
      return yield* Effect.fromResult(Result.all(rows.map(({ secret }) => open(secret, context))))
    }),
  }
}
