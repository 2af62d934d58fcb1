/**
 * Leases: which integrations have due deliveries, where those go, and a share of them for one worker at a time.
 *
 * A claim moves `due_at` to the end of the lease in the statement that selects the row, so no two workers hold a delivery at the same time,
 * and the deliveries of a dead worker fall due again automatically. In PostgreSQL `SKIP LOCKED` lets workers pass each other; SQLite has one
 * writer at a time.
 */
import { Secret, type WebhookId } from "@espalier/signing"
import { Sealing } from "@espalier/sql"
import { type Array, Effect, Result, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { Columns, target as settingsOf, type TargetSettings } from "../Integrations/StoredSettings.ts"
import * as JsonRows from "../Storage/JsonRows.ts"
import * as SigningSecrets from "../Storage/SigningSecrets.ts"

/**
 * A delivery under a lease. `attempts` is the number of attempts so far, `until` the end of the lease in Unix milliseconds. `body` is `null` when
 * the event is missing, which only another program can have caused.
 *
 * @category models
 * @since 0.1.0
 */
export interface LeasedDelivery {
  readonly id: number
  readonly event: WebhookId.WebhookId
  readonly body: string | null
  readonly attempts: number
  readonly until: number
  /** 1 for a test event. */
  readonly test: number
}

/**
 * The URL of an integration and the secrets that sign its deliveries, the newest first.
 *
 * @category models
 * @since 0.1.0
 */
export interface Target extends Omit<TargetSettings, "privateKey"> {
  readonly url: URL
  readonly secrets: Array.NonEmptyReadonlyArray<Secret.SigningSecret>
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Leases {
  /** The enabled integrations that have due deliveries. */
  readonly due: (now: number) => Effect.Effect<ReadonlyArray<string>, SqlError.SqlError>
  /** The target of an integration; `undefined` when it is disabled, paused or deleted, and, logged, when a secret does not open. */
  readonly target: (integration: string, now: number) => Effect.Effect<Target | undefined, SqlError.SqlError>
  /** At most `limit(target)` due deliveries; none, and no `target`, when the integration is disabled, paused or deleted. Run it in a transaction. */
  readonly claim: (
    integration: string,
    options: { readonly now: number; readonly limit: (target: Target) => number },
  ) => Effect.Effect<
    {
      readonly target: Target | undefined
      readonly claimed: ReadonlyArray<LeasedDelivery>
      readonly limit: number
    },
    SqlError.SqlError
  >
  /** Releases deliveries of this worker, so that other workers need not wait for the end of the lease. */
  readonly release: (deliveries: ReadonlyArray<number>, now: number) => Effect.Effect<void, SqlError.SqlError>
}

/**
 * `lease` is in milliseconds and must be longer than an attempt can take.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  worker,
  lease,
}: {
  readonly worker: string
  readonly lease: number
}): Effect.fn.Return<Leases, never, SqlClient.SqlClient | Sealing.Sealing> {
  const sql = yield* SqlClient.SqlClient
  const sealing = yield* Sealing.Sealing
  const signingSecrets = SigningSecrets.make(sql, sealing)
  const skipLocked = sql.onDialectOrElse({
    pg: () => sql.literal("FOR UPDATE SKIP LOCKED"),
    orElse: () => sql.literal(""),
  })

  /** Enabled, and not paused by the receiver's `Retry-After`. */
  const isActive = (now: number) => sql`enabled = 1 AND (paused_until IS NULL OR paused_until <= ${now})`

  const openTarget = Effect.fnUntraced(function* (row: typeof TargetRow.Type, now: number) {
    const texts = yield* signingSecrets.valid(row.id, now)
    const { privateKey, timeout, ...settings } = yield* Effect.fromResult(settingsOf(sealing, row.id, row))
    const keys = texts.map((text) => Result.getOrThrow(Secret.parseSigning(text)))
    const [first, ...others] = privateKey === undefined ? keys : [...keys, privateKey]
    if (first === undefined) return undefined
    return {
      ...settings,
      timeout: timeout === undefined ? undefined : Math.min(timeout, lease / 2),
      url: new URL(row.url),
      secrets: [first, ...others] as const,
    }
  })

  const targetFor: Leases["target"] = Effect.fnUntraced(function* (integration, now) {
    const [row] = yield* sql`SELECT id, url, settings, sealed_settings FROM espalier_integration
      WHERE id = ${integration} AND ${isActive(now)}`
    if (row === undefined) return undefined
    return yield* Effect.catchTag(openTarget(decodeTarget(row), now), "SealingError", ({ message }) =>
      Effect.as(Effect.logError("nothing is sent to an integration", { integration, message }), undefined),
    )
  })

  return {
    target: targetFor,

    due: (now) =>
      Effect.map(
        sql<{ readonly id: string }>`SELECT id FROM espalier_integration
          WHERE ${isActive(now)} AND EXISTS (
            SELECT 1 FROM espalier_delivery
            WHERE integration_id = espalier_integration.id AND state = 'pending' AND due_at <= ${now}
          )`,
        (rows) => rows.map(({ id }) => id),
      ),

    claim: Effect.fnUntraced(function* (integration, { now, limit: limitOf }) {
      const target = yield* targetFor(integration, now)
      if (target === undefined) return { target, claimed: [], limit: 1 }
      const limit = limitOf(target)
      if (limit < 1) return { target, claimed: [], limit: 1 }
      const until = now + lease
      const rows = yield* sql<Omit<LeasedDelivery, "until">>`WITH due AS (
            SELECT id FROM espalier_delivery
            WHERE integration_id = ${integration} AND state = 'pending' AND due_at <= ${now}
            ORDER BY due_at LIMIT ${limit} ${skipLocked}
          )
          UPDATE espalier_delivery SET due_at = ${until}, worker = ${worker}
          WHERE id IN (SELECT id FROM due)
          RETURNING id, event_id AS event, attempts, test,
            (SELECT body FROM espalier_event WHERE id = event_id) AS body`
      return { target, claimed: rows.map((row) => ({ ...row, until })), limit }
    }),

    release: (deliveries, now) =>
      Effect.asVoid(sql`UPDATE espalier_delivery SET due_at = ${now}, worker = NULL
        WHERE worker = ${worker} AND id IN (SELECT CAST(value ->> 0 AS bigint) FROM ${JsonRows.ids(sql, deliveries)})`),
  }
})

const TargetRow = Schema.Struct({ id: Schema.String, url: Schema.String, ...Columns.fields })

const decodeTarget = Schema.decodeUnknownSync(TargetRow)
