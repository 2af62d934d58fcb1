/**
 * The store in a SQL database: a SQLite file for one server, or several processes of one machine; PostgreSQL for any number.
 *
 * Every verb that decides something is a single statement whose row, or lack of one, is the decision. So there is nothing between a
 * look and a write for another server to come into, and no transaction to retry.
 */
import { type Migrations, SqlFailure } from "@espalier/sql"
import { Clock, DateTime, Duration, Effect, Layer, Option, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { Store, StoreError, type StoreErrorReason } from "./Store.ts"
import { guarded } from "./StoreGuard.ts"
import { migrate } from "./StoreSchema.ts"

/** How much longer than it is valid a used challenge is kept, so that a server whose clock is behind cannot take it again. */
const skew = Duration.toMillis("1 hour")
const sweepEvery = Duration.toMillis("1 minute")

/**
 * The store over a client whose database has the tables.
 *
 * @category constructors
 */
export const make: Effect.Effect<Store["Service"], never, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  let sweepAt = 0

  /** At most once a minute; that it fails is no reason to refuse the challenge at hand. */
  const sweep = (now: number) =>
    Effect.suspend(() => {
      if (now < sweepAt) return Effect.void
      sweepAt = now + sweepEvery
      return Effect.ignore(sql`DELETE FROM espalier_used_challenge WHERE expires_at < ${now - skew}`, { log: true })
    })

  return guarded({
    pin: (udid, fingerprint) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`
          INSERT INTO espalier_pin (udid, fingerprint, pinned_at) VALUES (${udid}, ${fingerprint}, ${now})
          ON CONFLICT (udid) DO UPDATE SET fingerprint = excluded.fingerprint, pinned_at = excluded.pinned_at`,
      ).pipe(Effect.asVoid, failAs("pin")),

    pinned: (udid) =>
      sql<{ fingerprint: string }>`SELECT fingerprint FROM espalier_pin WHERE udid = ${udid}`.pipe(
        Effect.map(([row]) => Option.map(Option.fromUndefinedOr(row), ({ fingerprint }) => fingerprint)),
        failAs("pinned"),
      ),

    unpin: (udid) => sql`DELETE FROM espalier_pin WHERE udid = ${udid} RETURNING udid`.pipe(hit, failAs("unpin")),

    renew: (udid, oldFingerprint, newFingerprint) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`
          UPDATE espalier_pin SET fingerprint = ${newFingerprint}, pinned_at = ${now}
          WHERE udid = ${udid} AND fingerprint = ${oldFingerprint} RETURNING udid`,
      ).pipe(hit, failAs("renew")),

    useChallenge: (id, expiresAt) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        if (expiresAt.epochMilliseconds <= now) return false
        yield* sweep(now)
        return yield* hit(sql`
          INSERT INTO espalier_used_challenge (id, expires_at) VALUES (${id}, ${expiresAt.epochMilliseconds})
          ON CONFLICT (id) DO NOTHING RETURNING id`)
      }).pipe(failAs("useChallenge")),

    createEnrollmentToken: ({ id, expiresAt, limit, note = "" }) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`
          INSERT INTO espalier_enrollment_token (id, created_at, expires_at, use_limit, note, used)
          VALUES (${id}, ${now}, ${expiresAt?.epochMilliseconds}, ${limit}, ${note}, 0)
          ON CONFLICT (id) DO NOTHING RETURNING id`,
      ).pipe(hit, failAs("createEnrollmentToken")),

    countEnrollment: (id, limit = Number.MAX_SAFE_INTEGER) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`
          INSERT INTO espalier_enrollment_token AS token (id, created_at, note, used) VALUES (${id}, ${now}, '', 1)
          ON CONFLICT (id) DO UPDATE SET used = token.used + 1
          WHERE token.used < ${limit} AND token.revoked_at IS NULL RETURNING id`,
      ).pipe(hit, failAs("countEnrollment")),

    revokeEnrollmentToken: (id) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const known = sql`
          UPDATE espalier_enrollment_token SET revoked_at = coalesce(revoked_at, ${now}) WHERE id = ${id} RETURNING id`
        if (yield* hit(known)) return true
        yield* sql`
          INSERT INTO espalier_enrollment_token (id, created_at, note, used, revoked_at)
          VALUES (${id}, ${now}, '', 0, ${now})
          ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.revoked_at`
        return false
      }).pipe(failAs("revokeEnrollmentToken")),

    enrollmentTokens: sql`
      SELECT id, created_at, expires_at, use_limit, note, used, revoked_at FROM espalier_enrollment_token
      ORDER BY created_at, id`.pipe(
      Effect.flatMap(decodeTokens),
      Effect.map((rows) =>
        rows.map((row) => ({
          id: row.id,
          createdAt: DateTime.makeUnsafe(row.created_at),
          expiresAt: time(row.expires_at),
          limit: Option.fromNullOr(row.use_limit),
          note: row.note,
          used: row.used,
          revokedAt: time(row.revoked_at),
        })),
      ),
      failAs("enrollmentTokens"),
    ),

    writable: Effect.flatMap(
      Clock.currentTimeMillis,
      (now) => sql`
        INSERT INTO espalier_probe (id, written_at) VALUES (1, ${now})
        ON CONFLICT (id) DO UPDATE SET written_at = excluded.written_at`,
    ).pipe(Effect.asVoid, failAs("writable")),
  })
})

/**
 * Brings the tables up to date, then `make`.
 *
 * @category layers
 */
export const layer: Layer.Layer<Store, Migrations.MigrationError | SqlError.SqlError, SqlClient.SqlClient> =
  Layer.effect(Store, Effect.andThen(migrate, make))

const TokenRow = Schema.Struct({
  id: Schema.String,
  created_at: Schema.Int,
  expires_at: Schema.NullOr(Schema.Int),
  use_limit: Schema.NullOr(Schema.Int),
  note: Schema.String,
  used: Schema.Int,
  revoked_at: Schema.NullOr(Schema.Int),
})

const decodeTokens = Schema.decodeUnknownEffect(Schema.Array(TokenRow))

const time = (millis: number | null): Option.Option<DateTime.Utc> =>
  Option.map(Option.fromNullOr(millis), DateTime.makeUnsafe)

/** Whether the statement gave a row. */
const hit = <E, R>(rows: Effect.Effect<ReadonlyArray<unknown>, E, R>): Effect.Effect<boolean, E, R> =>
  Effect.map(rows, ({ length }) => length > 0)

const failAs =
  (operation: string) =>
  <A, R>(self: Effect.Effect<A, SqlError.SqlError | Schema.SchemaError, R>): Effect.Effect<A, StoreError, R> =>
    Effect.mapError(self, (error) =>
      error._tag === "SchemaError"
        ? new StoreError({ reason: "Other", operation, message: "The database holds a row of another shape." })
        : new StoreError({ reason: reasons[SqlFailure.of(error)], operation, message: SqlFailure.sentence(error) }),
    )

const reasons: Readonly<Record<SqlFailure.SqlFailure, StoreErrorReason>> = {
  Unreachable: "Unreachable",
  Locked: "Locked",
  DiskFull: "DiskFull",
  ReadOnly: "ReadOnly",
  Denied: "Denied",
  Damaged: "Damaged",
  Duplicate: "Other",
  Constraint: "Other",
  Other: "Other",
}
