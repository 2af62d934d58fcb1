/**
 * The keys of the HTTP APIs: `ek_`, an id that may be shown, `_`, and a secret of 256 random bits.
 *
 * A key grants access to one workspace or to all of them until it is revoked. `create` returns its text once; the database has the SHA-256
 * of the secret. A secret of 256 random bits needs no salt, no slow hash and no limit on failed attempts.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import type { MigrationError } from "@espalier/sql"
import { Clock, Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import * as ApiKeysTable from "./ApiKeysTable.ts"
import type { KeyHolder } from "./Authorization.ts"

/**
 * A key without its secret. `revokedAt` is `null` while the key is valid. Times are Unix milliseconds.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ApiKey = Schema.Struct({
  id: Schema.String,
  workspace: Schema.NullOr(Schema.String),
  note: Schema.String,
  createdAt: Schema.Int,
  revokedAt: Schema.NullOr(Schema.Int),
})
/**
 * @category models
 * @since 0.1.0
 */
export type ApiKey = typeof ApiKey.Type

/**
 * - `create`: `workspace` is `null` for a key of all workspaces; `note` says who it is for. Show `key` now: it cannot be read later.
 * - `list`: oldest first, revoked keys included.
 * - `revoke`: returns whether the key exists. Revoking it again changes nothing.
 * - `authenticate`: the holder of a valid key; none for an unknown, revoked or malformed one.
 *
 * @category services
 * @since 0.1.0
 */
export class ApiKeys extends Context.Service<
  ApiKeys,
  {
    readonly create: (options: {
      readonly workspace: string | null
      readonly note: string
    }) => Effect.Effect<{ readonly id: string; readonly key: Redacted.Redacted }, SqlError.SqlError>
    readonly list: Effect.Effect<ReadonlyArray<ApiKey>, SqlError.SqlError>
    readonly revoke: (id: string) => Effect.Effect<boolean, SqlError.SqlError>
    readonly authenticate: (key: Redacted.Redacted) => Effect.Effect<Option.Option<KeyHolder>, SqlError.SqlError>
  }
>()("@espalier/api-keys/ApiKeys") {
  /** Keys in the table `espalier_api_key`, which it creates when it is built. */
  static readonly layer: Layer.Layer<ApiKeys, MigrationError | SqlError.SqlError, SqlClient.SqlClient> = Layer.effect(
    ApiKeys,
    Effect.andThen(
      ApiKeysTable.migrate,
      Effect.suspend(() => make),
    ),
  )
}

const shape = /^ek_([0-9a-f]{16})_([\w-]{43})$/

const digestOf = (secret: string): Buffer => createHash("sha256").update(secret).digest()

const decodeKeys = Schema.decodeUnknownSync(Schema.Array(ApiKey))
const decodeStored = Schema.decodeUnknownSync(Schema.Struct({ ...ApiKey.fields, digest: Schema.String }))

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const columns = sql`id, workspace, note, created_at AS ${sql("createdAt")}, revoked_at AS ${sql("revokedAt")}`

  return ApiKeys.of({
    create: Effect.fnUntraced(function* ({ workspace, note }) {
      const id = randomBytes(8).toString("hex")
      const secret = randomBytes(32).toString("base64url")
      yield* sql`INSERT INTO espalier_api_key ${sql.insert({
        id,
        digest: digestOf(secret).toString("hex"),
        workspace,
        note,
        created_at: yield* Clock.currentTimeMillis,
      })}`
      return { id, key: Redacted.make(`ek_${id}_${secret}`) }
    }),

    list: Effect.map(sql`SELECT ${columns} FROM espalier_api_key ORDER BY created_at, id`, decodeKeys),

    revoke: Effect.fnUntraced(function* (id) {
      const now = yield* Clock.currentTimeMillis
      const revoked = yield* sql`UPDATE espalier_api_key SET revoked_at = coalesce(revoked_at, ${now})
        WHERE id = ${id} RETURNING id`
      return revoked.length > 0
    }),

    authenticate: Effect.fnUntraced(function* (key) {
      const [, id, secret] = shape.exec(Redacted.value(key)) ?? []
      if (id === undefined || secret === undefined) return Option.none()
      const [row] = yield* sql`SELECT ${columns}, digest FROM espalier_api_key WHERE id = ${id}`
      if (row === undefined) return Option.none()
      const { digest, workspace, note, revokedAt } = decodeStored(row)
      const matches = timingSafeEqual(Buffer.from(digest, "hex"), digestOf(secret))
      return matches && revokedAt === null ? Option.some({ keyId: id, workspace, note }) : Option.none()
    }),
  })
})
