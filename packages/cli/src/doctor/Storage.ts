/**
 * The storage of the server: the data directory, the certificate authority for devices in it, the database.
 *
 * Nothing is created or changed. The database is migrated and written to in a transaction that is rolled back; the directory gets a file that is
 * removed immediately. Run the check as the user that the server runs as: another user may have more permissions.
 */
import { randomUUID } from "node:crypto"
import { constants } from "node:fs"
import { access, open, rm, stat } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { ErrorCode } from "@espalier/http"
import { Authority, Server, StoreMigrations, StoreSql } from "@espalier/server"
import { Database, DatabaseUrl } from "@espalier/sql"
import { Context, DateTime, Effect, Layer, Option, Result } from "effect"
import { SqlClient } from "effect/sql"
import type { ServeOptions } from "../ServeFlags.ts"
import * as StartError from "../StartError.ts"
import * as UserError from "../UserError.ts"
import { bad, type Finding, type Findings, fromUserError, good, warning } from "./Finding.ts"

const attempt = <A>(run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: ErrorCode.of })

/** The closest existing parent directory. */
const existing = (path: string): Effect.Effect<string> =>
  Effect.catch(
    Effect.as(
      attempt(() => stat(path)),
      path,
    ),
    () => (dirname(path) === path ? Effect.succeed(path) : existing(dirname(path))),
  )

const notWritable = "make it writable for the user that the server runs as, or choose another with --data-directory"

/**
 * The checks `data-directory` and `authority`.
 *
 * @category checks
 * @since 0.1.0
 */
export const directory = Effect.fnUntraced(function* (options: ServeOptions): Effect.fn.Return<Findings> {
  const path = resolve(options.dataDirectory)
  const place = yield* existing(path)
  if (place !== path) {
    const may = yield* Effect.result(attempt(() => access(place, constants.W_OK | constants.X_OK)))
    return [
      Result.isSuccess(may)
        ? warning("data-directory", `${path} does not exist: the first start creates it`, firstStart)
        : bad("data-directory", `${path} does not exist, and ${place} is not writable (${may.failure})`, notWritable),
    ]
  }
  const wrote = yield* Effect.result(attempt(() => probe(path)))
  const writable = Result.isSuccess(wrote)
    ? good("data-directory", `${path} is writable`)
    : bad("data-directory", `${path} is not writable (${wrote.failure})`, notWritable)
  return [writable, yield* authority(path, Option.isNone(options.databaseUrl))]
})

const firstStart =
  "if devices are already enrolled, restore scep-ca.json from a backup first: a new authority does not know them"

/** Writes a file, because permissions do not show whether the disk is full or read-only. */
const probe = async (folder: string) => {
  const path = join(folder, `.doctor-${randomUUID()}`)
  try {
    const file = await open(path, "wx", 0o600)
    await file.close()
  } finally {
    await rm(path, { force: true })
  }
}

const isThere = (path: string): Effect.Effect<boolean> =>
  Effect.match(
    attempt(() => stat(path)),
    { onSuccess: () => true, onFailure: (code) => code !== "ENOENT" },
  )

const authority = Effect.fnUntraced(function* (folder: string, ownDatabase: boolean): Effect.fn.Return<Finding> {
  const path = join(folder, "scep-ca.json")
  const found = yield* Effect.result(attempt(() => stat(path)))
  if (Result.isFailure(found) && found.failure === "ENOENT") {
    return ownDatabase && (yield* isThere(join(folder, "espalier.db")))
      ? bad(
          "authority",
          `${folder} has a database but no scep-ca.json`,
          "restore it: a new authority does not know the enrolled devices",
        )
      : warning("authority", `no scep-ca.json in ${folder}: the first start creates it`, firstStart)
  }
  // The file exists, so this only reads it.
  const read = yield* Effect.result(Effect.scoped(Layer.build(Authority.layer(folder))))
  if (Result.isFailure(read)) return fromUserError("authority", UserError.make(StartError.message(read.failure)))
  const mode = Result.isSuccess(found) ? found.success.mode & 0o777 : 0o600
  if ((mode & 0o077) !== 0 && process.platform !== "win32") {
    return bad(
      "authority",
      `other users can read ${path} (mode ${mode.toString(8).padStart(4, "0")}), which contains a private key`,
      `chmod 600 ${path}`,
    )
  }
  const { x509 } = Context.get(read.success, Authority).certificate
  return (yield* DateTime.nowAsDate) > x509.validToDate
    ? bad(
        "authority",
        `${path} has expired`,
        "device identities are no longer accepted: enroll the devices again with a new data directory",
      )
    : good("authority", `${path} is readable and valid until ${x509.validToDate.toISOString().slice(0, 10)}`)
})

/**
 * The check `database`: it is reachable, can be migrated and is writable.
 *
 * @category checks
 * @since 0.1.0
 */
export const database = Effect.fnUntraced(function* (options: ServeOptions): Effect.fn.Return<Findings> {
  const url = Server.databaseUrl({
    dataDirectory: options.dataDirectory,
    databaseUrl: Option.getOrUndefined(options.databaseUrl),
  })
  const parsed = DatabaseUrl.parse(url)
  if (Result.isSuccess(parsed) && parsed.success._tag === "Sqlite" && parsed.success.path !== DatabaseUrl.memory) {
    const path = resolve(parsed.success.path)
    const file = yield* Effect.result(attempt(() => stat(path)))
    if (Result.isFailure(file) && file.failure === "ENOENT") {
      // The check `data-directory` covers the parents of the default file.
      const ready = Option.isNone(options.databaseUrl) || (yield* existing(dirname(path))) === dirname(path)
      const alone = Option.isNone(options.databaseUrl) && (yield* isThere(join(dirname(path), "scep-ca.json")))
      if (alone) {
        const advice = "if devices are already enrolled, restore espalier.db: without it the server does not know them"
        return [warning("database", `${path} does not exist, but scep-ca.json does`, advice)]
      }
      return [
        ready
          ? good("database", `${path} does not exist: the first start creates it`)
          : bad("database", `the directory of ${path} does not exist`, "create it or correct --database-url"),
      ]
    }
  }
  const outcome = yield* Effect.result(dryRun.pipe(Effect.provide(Database.layer({ url }))))
  if (Result.isFailure(outcome)) {
    const { failure } = outcome
    return [
      fromUserError(
        "database",
        UserError.make(
          failure._tag === "StoreError" ? `--database-url: ${failure.message}` : StartError.message(failure),
        ),
      ),
    ]
  }
  const { length } = outcome.success
  return [
    good(
      "database",
      length === 0
        ? "reachable, up to date and writable"
        : `reachable and writable; the next start runs ${length === 1 ? "one migration" : `${length} migrations`}`,
    ),
  ]
})

/** Does what a start does and rolls it back. Returns the names of the pending migrations. */
const dryRun = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rolledBack = Effect.gen(function* () {
    const migrations = yield* StoreMigrations.migrate
    const store = yield* StoreSql.make
    yield* store.writable
    return yield* Effect.fail({ _tag: "RolledBack", migrations } as const)
  }).pipe(sql.withTransaction)
  return yield* Effect.catchTag(rolledBack, "RolledBack", ({ migrations }) => Effect.succeed(migrations))
})
