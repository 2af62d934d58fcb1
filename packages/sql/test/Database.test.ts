/**
 * The same statements mean the same in a SQLite file, in SQLite's memory and in PostgreSQL.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import * as Postgres from "@espalier/testing/Postgres"
import { Array as Arr, Context, Effect, Fiber, Latch, Layer, Redacted, type Scope, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { Database, type DatabaseError, SqlErrorKind } from "../src/index.ts"

/** Opens a client on a database that only this test has; a second call of what it gives opens the same database again. */
type Fresh<R> = Effect.Effect<Open, never, R | Scope.Scope>
type Open = Effect.Effect<SqlClient.SqlClient, DatabaseError, Scope.Scope>

const opener = (url: Redacted.Redacted): Open =>
  Effect.map(Layer.build(Database.layer({ url, busyTimeout: "2 seconds" })), Context.get(SqlClient.SqlClient))

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "espalier-sql-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

const file: Fresh<never> = Effect.map(folder, (path) => opener(Redacted.make(`sqlite://${path}/test.db`)))
const memory: Fresh<never> = Effect.succeed(opener(Redacted.make("sqlite::memory:")))
const postgres: Fresh<Postgres.Postgres> = Effect.gen(function* () {
  return opener(yield* (yield* Postgres.Postgres).freshSchema)
})

const table = (sql: SqlClient.SqlClient) => sql`CREATE TABLE plum (id integer PRIMARY KEY, name text UNIQUE)`
const add = (sql: SqlClient.SqlClient, id: number, name: string) => sql`INSERT INTO plum ${sql.insert({ id, name })}`
const names = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ name: string }>`SELECT name FROM plum ORDER BY id`, (rows) => rows.map(({ name }) => name))

const contract = <R>(it: Vitest.MethodsNonLive<R>, fresh: Fresh<R>): void => {
  const test = <E>(name: string, body: (sql: SqlClient.SqlClient) => Effect.Effect<void, E, Scope.Scope>) =>
    it.effect(name, () =>
      Effect.gen(function* () {
        const sql = yield* yield* fresh
        yield* table(sql)
        yield* body(sql)
      }),
    )

  test("writes and reads rows", (sql) =>
    Effect.gen(function* () {
      yield* add(sql, 1, "Victoria")
      yield* sql`INSERT INTO plum ${sql.insert([
        { id: 2, name: "Opal" },
        { id: 3, name: "Czar" },
      ])}`
      expect(yield* sql`SELECT id, name FROM plum WHERE ${sql.in("id", [2, 3])} ORDER BY id`).toEqual([
        { id: 2, name: "Opal" },
        { id: 3, name: "Czar" },
      ])
      expect(yield* sql`SELECT id, name FROM plum WHERE id = 1`.values).toEqual([[1, "Victoria"]])
      expect(yield* sql`UPDATE plum SET name = ${"Damson"} WHERE id = ${1} RETURNING name`).toEqual([
        { name: "Damson" },
      ])
    }))

  test("returns safe integers as numbers", (sql) =>
    Effect.gen(function* () {
      yield* sql`CREATE TABLE big (n bigint)`
      for (const n of [1, -1, Number.MAX_SAFE_INTEGER, 2n ** 53n, -(2n ** 63n)])
        yield* sql`INSERT INTO big VALUES (${n})`
      expect((yield* sql<{ n: unknown }>`SELECT n FROM big`).map(({ n }) => n)).toEqual([
        1,
        -1,
        Number.MAX_SAFE_INTEGER,
        2n ** 53n,
        -(2n ** 63n),
      ])
      expect(yield* sql`SELECT count(*) AS n FROM big`).toEqual([{ n: 5 }])
    }))

  test("preserves text, bytes, reals and NULL", (sql) =>
    Effect.gen(function* () {
      yield* sql.onDialectOrElse({
        pg: () => sql`CREATE TABLE kind (t text, b bytea, r double precision, x text)`,
        orElse: () => sql`CREATE TABLE kind (t text, b blob, r real, x text)`,
      })
      const text = "þ\u{1F351}'\"; DROP TABLE kind --"
      const bytes = new Uint8Array([0, 255, 1])
      yield* sql`INSERT INTO kind ${sql.insert({ t: text, b: bytes, r: 0.1, x: undefined })}`
      const [row] = yield* sql<{ t: string; b: Uint8Array; r: number; x: null }>`SELECT * FROM kind`
      expect([row?.t, [...(row?.b ?? [])], row?.r, row?.x]).toEqual([text, [...bytes], 0.1, null])
    }))

  test("a transaction is applied completely or not at all", (sql) =>
    Effect.gen(function* () {
      const failed = Effect.andThen(add(sql, 1, "Opal"), Effect.fail("no")).pipe(sql.withTransaction, Effect.flip)
      expect(yield* failed).toBe("no")
      expect(yield* names(sql)).toEqual([])
      yield* Effect.andThen(add(sql, 1, "Opal"), add(sql, 2, "Czar")).pipe(sql.withTransaction)
      expect(yield* names(sql)).toEqual(["Opal", "Czar"])
    }))

  test("a failed nested transaction rolls back only its own part", (sql) =>
    Effect.gen(function* () {
      const inner = Effect.andThen(add(sql, 2, "Czar"), Effect.fail("no")).pipe(sql.withTransaction, Effect.ignore)
      yield* add(sql, 1, "Opal").pipe(
        Effect.andThen(inner),
        Effect.andThen(sql.withTransaction(add(sql, 3, "Victoria"))),
        sql.withTransaction,
      )
      expect(yield* names(sql)).toEqual(["Opal", "Victoria"])
    }))

  test("an interrupted transaction is rolled back and the connection stays usable", (sql) =>
    Effect.gen(function* () {
      const begun = Latch.makeUnsafe()
      const fiber = yield* add(sql, 1, "Opal").pipe(
        Effect.andThen(begun.open),
        Effect.andThen(Effect.never),
        sql.withTransaction,
        Effect.forkChild,
      )
      yield* begun.await
      yield* Fiber.interrupt(fiber)
      yield* add(sql, 2, "Czar")
      expect(yield* names(sql)).toEqual(["Czar"])
    }))

  test("transactions of many fibers do not mix", (sql) =>
    Effect.gen(function* () {
      const one = (id: number) =>
        Effect.gen(function* () {
          yield* add(sql, id, `${id}`)
          yield* Effect.yieldNow
          if (id % 2 === 0) yield* Effect.fail("even")
        }).pipe(sql.withTransaction, Effect.ignore)
      yield* Effect.forEach(
        Array.from({ length: 20 }, (_, id) => id),
        one,
        { concurrency: "unbounded" },
      )
      expect((yield* names(sql)).map(Number)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
    }))

  test("a stream returns every row while its consumer writes", (sql) =>
    Effect.gen(function* () {
      const count = 1000
      yield* sql`INSERT INTO plum ${sql.insert(Arr.makeBy(count, (id) => ({ id, name: `${id}` })))}`
      const ids = yield* sql<{ id: number }>`SELECT id FROM plum ORDER BY id`.stream.pipe(
        Stream.tap(({ id }) =>
          Effect.asVoid(sql`UPDATE plum SET name = ${`*${id}`} WHERE id = ${id} AND ${id % 100} = 0`),
        ),
        Stream.runCollect,
      )
      expect(ids.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, id) => id))
      expect(yield* sql`SELECT count(*) AS n FROM plum WHERE name LIKE '*%'`).toEqual([{ n: 10 }])
    }))

  test("a stream inside a transaction sees its writes and may end early", (sql) =>
    Effect.gen(function* () {
      const rows = Arr.makeBy(500, (id) => ({ id, name: `${id}` }))
      const some = yield* sql`INSERT INTO plum ${sql.insert(rows)}`.pipe(
        Effect.andThen(sql`SELECT id FROM plum ORDER BY id`.stream.pipe(Stream.take(2), Stream.runCollect)),
        sql.withTransaction,
      )
      expect(some).toEqual([{ id: 0 }, { id: 1 }])
      yield* sql`DROP TABLE plum`
    }))

  test("a duplicate key is a UniqueViolation and does not show the value", (sql) =>
    Effect.gen(function* () {
      yield* add(sql, 1, "secret-value")
      for (const again of [add(sql, 1, "Opal"), add(sql, 2, "secret-value")]) {
        const error = yield* Effect.flip(again)
        expect([error.reason._tag, SqlErrorKind.of(error)]).toEqual(["UniqueViolation", "Duplicate"])
        expect(SqlErrorKind.message(error)).toMatch(/^The database has such a row already \((1555|2067|23505)\)\.$/)
      }
    }))

  test("other constraints, foreign keys included, fail with ConstraintError", (sql) =>
    Effect.gen(function* () {
      yield* sql`CREATE TABLE stone (plum integer NOT NULL REFERENCES plum (id))`
      const errors = yield* Effect.forEach([null, 7], (id) => Effect.flip(sql`INSERT INTO stone VALUES (${id})`))
      expect(errors.map((error) => [error.reason._tag, SqlErrorKind.of(error)])).toEqual([
        ["ConstraintError", "Constraint"],
        ["ConstraintError", "Constraint"],
      ])
    }))

  test("an invalid statement, or two in one call, fails with SqlSyntaxError", (sql) =>
    Effect.gen(function* () {
      const texts = ["SELEKT 1", "SELECT * FROM pear", "SELECT pear FROM plum", "DELETE FROM plum; DELETE FROM plum"]
      const errors = yield* Effect.forEach(texts, (text) => Effect.flip(sql.unsafe(text)))
      expect(errors.map(({ reason }) => reason._tag)).toEqual(texts.map(() => "SqlSyntaxError"))
      yield* sql.unsafe("SELECT 1; -- that was all\n")
    }))

  test("runs afterCommit after a commit and not after a rollback", (sql) =>
    Effect.gen(function* () {
      const seen: Array<ReadonlyArray<string>> = []
      const look = sql.afterCommit(Effect.map(Effect.orDie(names(sql)), (all) => void seen.push(all)))
      yield* Effect.andThen(add(sql, 1, "Opal"), look).pipe(sql.withTransaction)
      yield* Effect.andThen(look, Effect.fail("no")).pipe(sql.withTransaction, Effect.ignore)
      expect(seen).toEqual([["Opal"]])
    }))
}

describe("SQLite, a file", () => {
  contract(it, file)

  it.effect("uses a write-ahead log, syncs each commit and enforces foreign keys", () =>
    Effect.gen(function* () {
      const sql = yield* yield* file
      expect([
        yield* sql`PRAGMA journal_mode`.values,
        yield* sql`PRAGMA synchronous`.values,
        yield* sql`PRAGMA foreign_keys`.values,
      ]).toEqual([[["wal"]], [[2]], [[1]]])
    }),
  )

  it.live("serializes transactions of processes that share the file", () =>
    Effect.gen(function* () {
      const open = yield* file
      const [one, other] = yield* Effect.all([open, open])
      yield* one`CREATE TABLE counter AS SELECT 0 AS n`
      const count = (sql: SqlClient.SqlClient) =>
        Effect.gen(function* () {
          const [row] = yield* sql<{ n: number }>`SELECT n FROM counter`
          yield* Effect.yieldNow
          yield* sql`UPDATE counter SET n = ${(row?.n ?? 0) + 1}`
        }).pipe(sql.withTransaction, Effect.repeat({ times: 9 }))
      yield* Effect.all([count(one), count(other)], { concurrency: 2 })
      expect(yield* one`SELECT n FROM counter`).toEqual([{ n: 20 }])
    }),
  )

  it.effect("keeps its rows when it is opened again", () =>
    Effect.gen(function* () {
      const open = yield* file
      yield* Effect.scoped(Effect.flatMap(open, (sql) => Effect.andThen(table(sql), add(sql, 1, "Opal"))))
      expect(yield* names(yield* open)).toEqual(["Opal"])
    }),
  )
})

describe("SQLite, memory", () => contract(it, memory))

layer(Postgres.layer, { timeout: "20 seconds", excludeTestServices: true })("PostgreSQL", (it) =>
  contract(it, postgres),
)
