/**
 * What the server remembers: the data directory, the device authority in it, the database.
 *
 * Nothing is made or changed. A database is migrated and written to in a transaction that is taken back; a directory gets a file that is
 * removed at once. Run it as the user that the server runs as: another may be allowed more.
 */
import { randomUUID } from "node:crypto"
import { constants } from "node:fs"
import { access, open, rm, stat } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { ErrorCode } from "@espalier/http"
import { Authority, Server, StoreSchema, StoreSql } from "@espalier/server"
import { Database, DatabaseUrl } from "@espalier/sql"
import { Context, DateTime, Effect, Layer, Option, Result } from "effect"
import { SqlClient } from "effect/sql"
import { refuse } from "../Files.ts"
import type { ServeOptions } from "../ServeFlags.ts"
import { sentence } from "../StartError.ts"
import { bad, type Finding, type Findings, good, ofRefusal, warning } from "./Finding.ts"

const attempt = <A>(deed: () => Promise<A>) => Effect.tryPromise({ try: deed, catch: ErrorCode.of })

/** The closest folder that is there: the one that a new data directory would be made in. */
const existing = (path: string): Effect.Effect<string> =>
  Effect.catch(
    Effect.as(
      attempt(() => stat(path)),
      path,
    ),
    () => (dirname(path) === path ? Effect.succeed(path) : existing(dirname(path))),
  )

const notWritable = "give it to the user that the server runs as, or name another with --data-directory"

/**
 * `data-directory` and `authority`.
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
        ? warning("data-directory", `${path} is not there: the first start makes it`, firstStart)
        : bad("data-directory", `${path} is not there, and ${place} is not writable (${may.failure})`, notWritable),
    ]
  }
  const wrote = yield* Effect.result(attempt(() => probe(path)))
  const writable = Result.isSuccess(wrote)
    ? good("data-directory", `${path} is writable`)
    : bad("data-directory", `${path} is not writable (${wrote.failure})`, notWritable)
  return [writable, yield* authority(path, Option.isNone(options.databaseUrl))]
})

const firstStart =
  "if devices are enrolled already, restore scep-ca.json from a backup first: a new one knows none of them"

/** Permissions say less than a file that was written: the disk may be full, or read-only. */
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
      ? bad("authority", `a database without its scep-ca.json in ${folder}`, "restore it: another one knows no device")
      : warning("authority", `no scep-ca.json in ${folder}: the first start makes it`, firstStart)
  }
  // It is there, so this reads it and makes nothing.
  const read = yield* Effect.result(Effect.scoped(Layer.build(Authority.layer(folder))))
  if (Result.isFailure(read)) return ofRefusal("authority", refuse(sentence(read.failure)))
  const mode = Result.isSuccess(found) ? found.success.mode & 0o777 : 0o600
  if ((mode & 0o077) !== 0 && process.platform !== "win32") {
    return bad(
      "authority",
      `others may read ${path} (mode ${mode.toString(8).padStart(4, "0")}), which holds a private key`,
      `chmod 600 ${path}`,
    )
  }
  const { x509 } = Context.get(read.success, Authority).certificate
  return (yield* DateTime.nowAsDate) > x509.validToDate
    ? bad(
        "authority",
        `${path} has expired`,
        "no device can be believed any more: enroll anew with another data directory",
      )
    : good("authority", `${path} is readable, until ${x509.validToDate.toISOString().slice(0, 10)}`)
})

/**
 * `database`: can it be reached, brought up to date and written to?
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
      // Of the data directory and its folders `directory` has told.
      const ready = Option.isNone(options.databaseUrl) || (yield* existing(dirname(path))) === dirname(path)
      const alone = Option.isNone(options.databaseUrl) && (yield* isThere(join(dirname(path), "scep-ca.json")))
      if (alone) {
        const advice = "restore espalier.db, if devices are enrolled already: without it none of them is known"
        return [warning("database", `${path} is not there, though scep-ca.json is`, advice)]
      }
      return [
        ready
          ? good("database", `${path} is not there: the first start makes it`)
          : bad("database", `the folder of ${path} is not there`, "make it, or correct --database-url"),
      ]
    }
  }
  const outcome = yield* Effect.result(rehearsal.pipe(Effect.provide(Database.layer({ url }))))
  if (Result.isFailure(outcome)) {
    const { failure } = outcome
    return [
      ofRefusal(
        "database",
        refuse(failure._tag === "StoreError" ? `--database-url: ${failure.message}` : sentence(failure)),
      ),
    ]
  }
  const { length } = outcome.success
  return [
    good(
      "database",
      length === 0
        ? "reachable, up to date and writable"
        : `reachable and writable; the next start makes ${length === 1 ? "one migration" : `${length} migrations`}`,
    ),
  ]
})

/** Does what a start does, and takes it back: gives the names of the migrations that there are to make. */
const rehearsal = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const undone = Effect.gen(function* () {
    const migrations = yield* StoreSchema.migrate
    const store = yield* StoreSql.make
    yield* store.writable
    return yield* Effect.fail({ _tag: "TakenBack", migrations } as const)
  }).pipe(sql.withTransaction)
  return yield* Effect.catchTag(undone, "TakenBack", ({ migrations }) => Effect.succeed(migrations))
})
