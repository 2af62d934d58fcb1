/**
 * What an operator reads when a database cannot be opened: what is wrong, what to do, and never the password.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it, layer } from "@effect/vitest"
import * as Postgres from "@espalier/testing/Postgres"
import { Context, Effect, Inspectable, Layer, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql"
import { Database, type DatabaseError, DatabaseUrl, SqlErrorKind } from "../src/index.ts"

const parse = (url: string) => DatabaseUrl.parse(Redacted.make(url))

describe("URL", () => {
  it.each([
    ["sqlite:///var/lib/data.db", "/var/lib/data.db"],
    ["sqlite:/var/lib/data.db", "/var/lib/data.db"],
    ["sqlite:data.db", "data.db"],
    ["sqlite:./my%20data/x%3F.db", "./my data/x?.db"],
    ["SQLite::memory:", ":memory:"],
  ])("%s is the file %s", (url, path) => {
    expect(parse(url)).toEqual(Result.succeed({ _tag: "Sqlite", path }))
  })

  it.each([
    ["postgres://ann:s%40cret@db.example.com/plums", "db.example.com", 5432, "plums", "ann"],
    ["postgresql://ann@[::1]:6432/", "::1", 6432, undefined, "ann"],
    ["postgres:///plums?host=/run/postgresql&user=ann&port=7", "/run/postgresql", 7, "plums", "ann"],
  ])("%s is a server", (url, host, port, database, username) => {
    expect(parse(url)).toMatchObject({ success: { _tag: "Postgres", host, port, database, username } })
  })

  it.each([
    "",
    "mysql://ann:s3cret@db/plums",
    "/var/lib/s3cret.db",
    "sqlite:",
    "sqlite://s3cret/data.db",
    "sqlite:///var/lib/",
    "sqlite:data.db?s3cret=1",
    "sqlite:%zz",
    // Passwords `pa/s3cret`, `1#s3cret`, `1?s3cret`, `1/s3cret` that were not percent-encoded.
    "postgres://ann:pa/s3cret@db/plums",
    "postgres://ann:1#s3cret@db/plums",
    "postgres://ann:1?s3cret@db/plums",
    "postgres://ann:1/s3cret@db/plums",
    "postgres://ann:%s3cret@db/plums",
    "postgres://ann:s3cret@db:99999/plums",
    "postgres://ann:s3cret@db/plums?port=x",
  ])("rejects %s without showing it", (url) => {
    const error = Result.getOrThrow(Result.flip(parse(url)))
    expect(error.reason).toBe("InvalidUrl")
    expect(shown(error)).not.toMatch(/s3cret/)
  })
})

const shown = (error: unknown): string =>
  [String(error), JSON.stringify(error), Inspectable.toStringUnknown(error), (error as Error).stack].join("\n")

const openingError = (url: string | Redacted.Redacted) =>
  Layer.build(
    Database.layer({
      url: typeof url === "string" ? Redacted.make(url) : url,
      busyTimeout: "20 millis",
      connectTimeout: "2 seconds",
    }),
  ).pipe(Effect.scoped, Effect.flip)

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "espalier-sql-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

/** A file as SQLite would find it, by what went wrong with it. */
const broken: ReadonlyArray<[DatabaseError["reason"], string, (path: string) => string]> = [
  ["DirectoryMissing", "Create it", (path) => join(path, "missing", "data.db")],
  ["NotWritable", "is a folder", (path) => path],
  ["NotADatabase", "not a SQLite database", foreignFile],
  ["NotWritable", "write permission", readOnlyFile],
]

/** The header's "file format write version" is one that this SQLite may only read. So for root too, whom permissions do not stop. */
function readOnlyFile(path: string): string {
  const file = join(path, "readonly.db")
  const db = new DatabaseSync(file)
  db.exec("CREATE TABLE plum (id integer)")
  db.close()
  const bytes = readFileSync(file)
  bytes[18] = 3
  writeFileSync(file, bytes)
  return file
}

function foreignFile(path: string): string {
  const file = join(path, "notes.txt")
  writeFileSync(file, "x".repeat(4096))
  return file
}

describe("SQLite", () => {
  it.effect("creates its files readable by their owner only", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const database = yield* Layer.build(Database.layer({ url: Redacted.make(`sqlite://${join(path, "data.db")}`) }))
      yield* Context.get(database, SqlClient.SqlClient)`CREATE TABLE plum (id integer)`
      const modes = readdirSync(path).map((file) => [file, statSync(join(path, file)).mode & 0o777])
      expect(Object.fromEntries(modes)).toEqual({ "data.db": 0o600, "data.db-shm": 0o600, "data.db-wal": 0o600 })
    }),
  )

  it.effect.each(broken)("%s: %s", ([reason, advice, make]) =>
    Effect.gen(function* () {
      const file = make(yield* folder)
      const error = yield* openingError(`sqlite://${file}`)
      expect(error).toMatchObject({ _tag: "DatabaseError", reason })
      expect(error.message).toContain(advice)
    }),
  )

  it.live("Locked: another process holds the file", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "data.db")
      const other = yield* Effect.acquireRelease(
        Effect.sync(() => new DatabaseSync(file)),
        (db) => Effect.sync(() => db.close()),
      )
      other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE plum (id integer)")
      expect(yield* openingError(`sqlite://${file}`)).toMatchObject({ reason: "Locked" })
    }),
  )

  it.live("waits for the lock of another process, then fails with LockTimeoutError", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "data.db")
      const context = yield* Layer.build(
        Database.layer({ url: Redacted.make(`sqlite://${file}`), busyTimeout: "100 millis" }),
      )
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TABLE plum (id integer)`
        const other = new DatabaseSync(file)
        other.exec("BEGIN IMMEDIATE")
        const writes = [sql`INSERT INTO plum VALUES (1)`, sql.withTransaction(sql`INSERT INTO plum VALUES (1)`)]
        for (const write of writes) {
          const error = yield* Effect.flip(write)
          expect([error.reason._tag, error.isRetryable, SqlErrorKind.of(error)]).toEqual([
            "LockTimeoutError",
            true,
            "Locked",
          ])
        }
        const [, rows] = yield* Effect.all(
          [
            sql`INSERT INTO plum VALUES (2)`,
            // Reads are not held up: not by the lock, and not by the write that waits for it.
            Effect.sync(() => other.exec("COMMIT")),
          ],
          { concurrency: 2 },
        )
        expect(rows).toBe(undefined)
        expect(yield* sql`SELECT id FROM plum`).toEqual([{ id: 2 }])
        other.close()
      }).pipe(Effect.provide(context))
    }),
  )

  it.effect("distinguishes a full disk and a read-only database from bugs", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(Database.layer({ url: Redacted.make("sqlite::memory:") }))
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TABLE plum (name text)`
        yield* sql`PRAGMA max_page_count = 3`
        const full = yield* Effect.flip(sql`INSERT INTO plum VALUES (${"x".repeat(100_000)})`)
        expect([SqlErrorKind.of(full), SqlErrorKind.message(full)]).toEqual([
          "DiskFull",
          "The database's disk is full (13).",
        ])
        yield* sql`PRAGMA query_only = ON`
        const readOnly = yield* Effect.flip(sql`DELETE FROM plum`)
        expect([readOnly.reason._tag, SqlErrorKind.of(readOnly)]).toEqual(["AuthorizationError", "ReadOnly"])
      }).pipe(Effect.provide(context))
    }),
  )
})

layer(Postgres.layer, { timeout: "20 seconds", excludeTestServices: true })("PostgreSQL", (it) => {
  const test = (
    name: string,
    reason: DatabaseError["reason"],
    advice: string,
    url: (server: Postgres.Postgres["Service"]) => Redacted.Redacted,
  ) =>
    it.effect(name, () =>
      Effect.gen(function* () {
        const server = yield* Postgres.Postgres
        const error = yield* openingError(url(server))
        expect(error).toMatchObject({ _tag: "DatabaseError", reason })
        expect(error.message).toContain(advice)
        expect(error.message).toContain(`${server.host}`)
        expect(shown(error)).not.toContain(server.password)
        expect(shown(error)).not.toContain("wrong-s3cret")
      }),
    )

  test("an invalid password", "WrongPassword", "the user espalier", ({ urlOf }) => urlOf({ password: "wrong-s3cret" }))
  test("no password", "WrongPassword", "password", ({ urlOf }) => urlOf({ password: "" }))
  test("an unknown user", "WrongPassword", "the user absent", ({ urlOf }) => urlOf({ username: "absent" }))
  test("a missing database", "DatabaseMissing", "createdb pears", ({ urlOf }) => urlOf({ database: "pears" }))
  test("no server on that port", "Unreachable", "ECONNREFUSED", ({ urlOf }) => urlOf({ port: 1 }))
  test("a server without TLS", "Unreachable", "TLS", ({ urlOf }) => urlOf({ database: "postgres?sslmode=require" }))
  test("a read-only server", "NotWritable", "primary", ({ urlOf }) =>
    urlOf({ database: "postgres?options=-c%20default_transaction_read_only%3Don" }),
  )

  it.effect("a write to a read-only transaction is ReadOnly", () =>
    Effect.gen(function* () {
      const { freshSchema } = yield* Postgres.Postgres
      const context = yield* Layer.build(Database.layer({ url: yield* freshSchema }))
      const error = yield* Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql`CREATE TABLE plum (id integer)`.pipe(
          sql.withTransaction,
          Effect.provideService(SqlClient.BeginTransaction, "BEGIN READ ONLY"),
        ),
      ).pipe(Effect.provide(context), Effect.flip)
      expect(SqlErrorKind.message(error)).toBe("The database does not accept writes (25006).")
    }),
  )
})
