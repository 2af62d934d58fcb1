/**
 * A store in a SQL database: a SQLite file for one server or several processes of one machine, PostgreSQL for any number of servers.
 *
 * Every decision is one statement that returns a row or none, so no other server can write between a read and a write. Only `enroll` has two of
 * them, in one transaction.
 */
import { type Migrations, SqlErrorKind } from "@espalier/sql"
import { Clock, DateTime, Duration, Effect, Layer, Option, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { type PinnedIdentity, Store, StoreError, type StoreErrorReason } from "./Store.ts"
import { migrate } from "./StoreMigrations.ts"
import { validated } from "./StoreValidation.ts"

/** How long a used challenge is kept after it expires, so that a server whose clock is slow cannot accept it again. */
const skew = Duration.toMillis("1 hour")
const sweepEvery = Duration.toMillis("1 minute")

/**
 * A store over a client whose database has the tables.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<Store["Service"], never, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const pinColumns = sql`udid, fingerprint, expires_at, origin, reported_at`
  let sweepAt = 0

  /** At most once a minute. The challenge at hand is handled even if this fails. */
  const sweep = (now: number) =>
    Effect.suspend(() => {
      if (now < sweepAt) return Effect.void
      sweepAt = now + sweepEvery
      return Effect.ignore(sql`DELETE FROM espalier_used_challenge WHERE expires_at < ${now - skew}`, { log: true })
    })

  /** Counts one use of a token, known or not; no row when its limit is reached or it was revoked. */
  const count = (id: string, limit = Number.MAX_SAFE_INTEGER, now: number) => sql`
    INSERT INTO espalier_enrollment_token AS token (id, created_at, note, used) VALUES (${id}, ${now}, '', 1)
    ON CONFLICT (id) DO UPDATE SET used = token.used + 1
    WHERE token.used < ${limit} AND token.revoked_at IS NULL RETURNING id`

  return validated({
    pin: (udid, fingerprint) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`
          INSERT INTO espalier_pin (udid, fingerprint, pinned_at) VALUES (${udid}, ${fingerprint}, ${now})
          ON CONFLICT (udid) DO UPDATE SET
            expires_at = CASE WHEN espalier_pin.fingerprint = excluded.fingerprint THEN espalier_pin.expires_at END,
            reported_at = CASE WHEN espalier_pin.fingerprint = excluded.fingerprint THEN espalier_pin.reported_at END,
            renewal_offered_at =
              CASE WHEN espalier_pin.fingerprint = excluded.fingerprint THEN espalier_pin.renewal_offered_at END,
            fingerprint = excluded.fingerprint, pinned_at = excluded.pinned_at`,
      ).pipe(
        Effect.as(true),
        Effect.catchIf(
          (error) => SqlErrorKind.of(error) === "Duplicate",
          () => Effect.succeed(false),
        ),
        failAs("pin"),
      ),

    pinned: (udid) =>
      sql<{ fingerprint: string }>`SELECT fingerprint FROM espalier_pin WHERE udid = ${udid}`.pipe(
        Effect.map(([row]) => Option.map(Option.fromUndefinedOr(row), ({ fingerprint }) => fingerprint)),
        failAs("pinned"),
      ),

    findDevice: (fingerprint) =>
      sql<{ udid: string }>`
        WITH RECURSIVE line (fingerprint) AS (
          SELECT CAST(${fingerprint} AS text)
          UNION
          SELECT CASE WHEN next.fingerprint = line.fingerprint THEN next.predecessor ELSE next.fingerprint END
          FROM line
          JOIN espalier_successor next ON next.fingerprint = line.fingerprint OR next.predecessor = line.fingerprint
        )
        SELECT pin.udid FROM line JOIN espalier_pin pin ON pin.fingerprint = line.fingerprint LIMIT 1`.pipe(
        Effect.map(([row]) => Option.map(Option.fromUndefinedOr(row), ({ udid }) => udid)),
        failAs("findDevice"),
      ),

    recordRenewal: (predecessor, fingerprint) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`
          INSERT INTO espalier_successor (fingerprint, predecessor, issued_at) VALUES (${fingerprint}, ${predecessor}, ${now})
          ON CONFLICT (fingerprint) DO NOTHING`,
      ).pipe(Effect.asVoid, failAs("recordRenewal")),

    authorize: (udid, fingerprint) =>
      Effect.gen(function* () {
        const pinned = sql`SELECT udid FROM espalier_pin WHERE udid = ${udid} AND fingerprint = ${fingerprint}`
        if (yield* hit(pinned)) return true
        const now = yield* Clock.currentTimeMillis
        const moved = yield* hit(sql`
          UPDATE espalier_pin SET fingerprint = ${fingerprint}, pinned_at = ${now},
            expires_at = NULL, reported_at = NULL, renewal_offered_at = NULL
          WHERE udid = ${udid}
            AND fingerprint = (SELECT predecessor FROM espalier_successor WHERE fingerprint = ${fingerprint})
          RETURNING udid`)
        if (moved) return true
        yield* sql`
          INSERT INTO espalier_pin (udid, fingerprint, pinned_at)
          SELECT udid, CAST(${fingerprint} AS text), CAST(${now} AS bigint) FROM espalier_expected_device WHERE udid = ${udid}
          ON CONFLICT (udid) DO NOTHING`
        // Of two simultaneous messages with the new certificate, the other one may have moved the pin.
        return yield* hit(pinned)
      }).pipe(
        Effect.catchIf(
          (error) => SqlErrorKind.of(error) === "Duplicate",
          () => Effect.succeed(false),
        ),
        failAs("authorize"),
      ),

    identity: (udid) =>
      sql`SELECT ${pinColumns} FROM espalier_pin WHERE udid = ${udid}`.pipe(
        Effect.flatMap(decodePins),
        Effect.map(([row]) => Option.map(Option.fromUndefinedOr(row), identityOf)),
        failAs("identity"),
      ),

    recordIdentity: (udid, fingerprint, { expiresAt, origin }) =>
      sql`
        UPDATE espalier_pin SET expires_at = ${expiresAt.epochMilliseconds}, origin = ${origin}
        WHERE udid = ${udid} AND fingerprint = ${fingerprint}`.pipe(Effect.asVoid, failAs("recordIdentity")),

    identitiesExpiringBefore: (time) =>
      sql`
        SELECT ${pinColumns} FROM espalier_pin WHERE expires_at < ${time.epochMilliseconds} ORDER BY expires_at, udid`.pipe(
        Effect.flatMap(decodePins),
        Effect.map((rows) => rows.map(identityOf)),
        failAs("identitiesExpiringBefore"),
      ),

    recordExpiryReport: (udid, fingerprint) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) =>
          sql`UPDATE espalier_pin SET reported_at = ${now} WHERE udid = ${udid} AND fingerprint = ${fingerprint}`,
      ).pipe(Effect.asVoid, failAs("recordExpiryReport")),

    claimRenewalOffer: (udid, fingerprint, interval) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`
          UPDATE espalier_pin SET renewal_offered_at = ${now}
          WHERE udid = ${udid} AND fingerprint = ${fingerprint}
            AND (renewal_offered_at IS NULL OR renewal_offered_at <= ${now - interval})
          RETURNING udid`,
      ).pipe(hit, failAs("claimRenewalOffer")),

    importDevice: (udid, fingerprint) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        if (fingerprint !== undefined) {
          return yield* hit(sql`
            INSERT INTO espalier_pin (udid, fingerprint, pinned_at) VALUES (${udid}, ${fingerprint}, ${now})
            ON CONFLICT DO NOTHING RETURNING udid`)
        }
        if (yield* hit(sql`SELECT udid FROM espalier_pin WHERE udid = ${udid}`)) return false
        yield* sql`
          INSERT INTO espalier_expected_device (udid, imported_at) VALUES (${udid}, ${now}) ON CONFLICT (udid) DO NOTHING`
        return true
      }).pipe(failAs("importDevice")),

    enroll: ({ id, expiresAt, request }, token) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        if (expiresAt.epochMilliseconds <= now) return "Refused" as const
        yield* sweep(now)
        return yield* sql.withTransaction(
          Effect.gen(function* () {
            const first = yield* hit(sql`
              INSERT INTO espalier_used_challenge (id, request, expires_at)
              VALUES (${id}, ${request}, ${expiresAt.epochMilliseconds})
              ON CONFLICT (id) DO NOTHING RETURNING id`)
            if (!first) {
              const same = sql`SELECT id FROM espalier_used_challenge WHERE id = ${id} AND request = ${request}`
              return (yield* hit(same)) ? ("Repeated" as const) : ("Refused" as const)
            }
            if (token !== undefined && !(yield* hit(count(token.id, token.limit, now))))
              return yield* Effect.fail(refused)
            return "First" as const
          }),
        )
      }).pipe(
        Effect.catchTag("Refused", () => Effect.succeed("Refused" as const)),
        failAs("enroll"),
      ),

    createEnrollmentToken: ({ id, expiresAt, limit, note = "" }) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`
          INSERT INTO espalier_enrollment_token (id, created_at, expires_at, use_limit, note, used)
          VALUES (${id}, ${now}, ${expiresAt?.epochMilliseconds}, ${limit}, ${note}, 0)
          ON CONFLICT (id) DO NOTHING RETURNING id`,
      ).pipe(hit, failAs("createEnrollmentToken")),

    isTokenUsable: (id, limit = Number.MAX_SAFE_INTEGER) =>
      hit(
        sql`SELECT id FROM espalier_enrollment_token WHERE id = ${id} AND (used >= ${limit} OR revoked_at IS NOT NULL)`,
      ).pipe(
        Effect.map((spent) => !spent),
        failAs("isTokenUsable"),
      ),

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
 * Migrates the tables, then `make`.
 *
 * @category layers
 * @since 0.1.0
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

const PinRow = Schema.Struct({
  udid: Schema.String,
  fingerprint: Schema.String,
  expires_at: Schema.NullOr(Schema.Int),
  origin: Schema.NullOr(Schema.String),
  reported_at: Schema.NullOr(Schema.Int),
})

const decodePins = Schema.decodeUnknownEffect(Schema.Array(PinRow))

const identityOf = (row: typeof PinRow.Type): PinnedIdentity => ({
  udid: row.udid,
  fingerprint: row.fingerprint,
  expiresAt: time(row.expires_at),
  origin: Option.fromNullOr(row.origin),
  isReported: row.reported_at !== null,
})

const decodeTokens = Schema.decodeUnknownEffect(Schema.Array(TokenRow))

const time = (millis: number | null): Option.Option<DateTime.Utc> =>
  Option.map(Option.fromNullOr(millis), DateTime.makeUnsafe)

/** Rolls back the transaction of an enrollment whose token cannot be used. */
const refused = { _tag: "Refused" } as const

/** Whether the statement returned a row. */
const hit = <E, R>(rows: Effect.Effect<ReadonlyArray<unknown>, E, R>): Effect.Effect<boolean, E, R> =>
  Effect.map(rows, ({ length }) => length > 0)

const failAs =
  (operation: string) =>
  <A, R>(self: Effect.Effect<A, SqlError.SqlError | Schema.SchemaError, R>): Effect.Effect<A, StoreError, R> =>
    Effect.mapError(self, (error) =>
      error._tag === "SchemaError"
        ? new StoreError({ reason: "Other", operation, message: "A row of the database does not match its schema." })
        : new StoreError({ reason: reasons[SqlErrorKind.of(error)], operation, message: SqlErrorKind.message(error) }),
    )

const reasons: Readonly<Record<SqlErrorKind.SqlErrorKind, StoreErrorReason>> = {
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
