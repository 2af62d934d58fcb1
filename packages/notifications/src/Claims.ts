/**
 * What workers ask the database: which integrations have something due, where it goes, and a share of it under a lease.
 *
 * A claim moves `due_at` to the end of the lease in the statement that picks the row, so no two workers have one delivery at a
 * time, and what a dead worker held is due again by itself. In PostgreSQL `SKIP LOCKED` lets workers pass each other; SQLite has one
 * writer at a time.
 */
import { Secret, type WebhookId } from "@espalier/signing"
import { type Array, Effect, Result, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import * as JsonRows from "./JsonRows.ts"

/**
 * A delivery to try. `attempts` is how many tries it has had; `until` when the lease ends, in Unix milliseconds. `body` is `null` when its
 * event is not there any more: only somebody else can have removed that.
 *
 * @category models
 * @since 0.1.0
 */
export interface Claimed {
  readonly id: number
  readonly event: WebhookId.WebhookId
  readonly body: string | null
  readonly attempts: number
  readonly until: number
}

/**
 * Where an integration's deliveries go and what signs them, the newest secret first.
 *
 * @category models
 * @since 0.1.0
 */
export interface Target {
  readonly url: URL
  readonly secrets: Array.NonEmptyReadonlyArray<Secret.SigningSecret>
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Claims {
  /** The enabled integrations that have something due. */
  readonly due: (now: number) => Effect.Effect<ReadonlyArray<string>, SqlError.SqlError>
  /** Where an integration's deliveries go; `undefined` when it is disabled or deleted. */
  readonly target: (integration: string, now: number) => Effect.Effect<Target | undefined, SqlError.SqlError>
  /** At most `limit` that are due; nothing, and no `target`, when the integration is disabled or deleted. In a transaction. */
  readonly claim: (
    integration: string,
    options: { readonly now: number; readonly limit: number },
  ) => Effect.Effect<
    { readonly target: Target | undefined; readonly claimed: ReadonlyArray<Claimed> },
    SqlError.SqlError
  >
  /** Gives back what this worker has claimed, so that others need not wait for its lease to end. */
  readonly release: (deliveries: ReadonlyArray<number>, now: number) => Effect.Effect<void, SqlError.SqlError>
}

/**
 * `lease` in milliseconds, longer than any try can take.
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
}): Effect.fn.Return<Claims, never, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const skipLocked = sql.onDialectOrElse({
    pg: () => sql.literal("FOR UPDATE SKIP LOCKED"),
    orElse: () => sql.literal(""),
  })

  const targetFor: Claims["target"] = (integration, now) =>
    Effect.map(
      sql`SELECT url, secret, old_secret, old_secret_until FROM notification_integration
        WHERE id = ${integration} AND enabled = 1`,
      ([row]) => (row === undefined ? undefined : targetOf(decodeTarget(row), now)),
    )

  return {
    target: targetFor,

    due: (now) =>
      Effect.map(
        sql<{ readonly id: string }>`SELECT id FROM notification_integration
          WHERE enabled = 1 AND EXISTS (
            SELECT 1 FROM notification_delivery
            WHERE integration_id = notification_integration.id AND state = 'pending' AND due_at <= ${now}
          )`,
        (rows) => rows.map(({ id }) => id),
      ),

    claim: Effect.fnUntraced(function* (integration, { now, limit }) {
      const target = yield* targetFor(integration, now)
      if (target === undefined) return { target, claimed: [] }
      const until = now + lease
      const rows = yield* sql<Omit<Claimed, "until">>`WITH due AS (
            SELECT id FROM notification_delivery
            WHERE integration_id = ${integration} AND state = 'pending' AND due_at <= ${now}
            ORDER BY due_at LIMIT ${limit} ${skipLocked}
          )
          UPDATE notification_delivery SET due_at = ${until}, worker = ${worker}
          WHERE id IN (SELECT id FROM due)
          RETURNING id, event_id AS event, attempts,
            (SELECT body FROM notification_event WHERE id = event_id) AS body`
      return { target, claimed: rows.map((row) => ({ ...row, until })) }
    }),

    release: (deliveries, now) =>
      Effect.asVoid(sql`UPDATE notification_delivery SET due_at = ${now}, worker = NULL
        WHERE worker = ${worker} AND id IN (
          SELECT CAST(value ->> 0 AS bigint) FROM ${JsonRows.from(
            sql,
            deliveries.map((id) => [id]),
          )}
        )`),
  }
})

const TargetRow = Schema.Struct({
  url: Schema.String,
  secret: Schema.String,
  old_secret: Schema.NullOr(Schema.String),
  old_secret_until: Schema.NullOr(Schema.Int),
})

const decodeTarget = Schema.decodeUnknownSync(TargetRow)

const targetOf = (row: typeof TargetRow.Type, now: number): Target => {
  const secret = Result.getOrThrow(Secret.parseSigning(row.secret))
  const old = row.old_secret !== null && (row.old_secret_until ?? 0) > now ? row.old_secret : undefined
  return {
    url: new URL(row.url),
    secrets: old === undefined ? [secret] : [secret, Result.getOrThrow(Secret.parseSigning(old))],
  }
}
