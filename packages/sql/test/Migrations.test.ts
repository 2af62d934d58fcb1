/**
 * A schema is brought up to date once, whole, by the first process that starts; a database of another version is left alone.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import * as Postgres from "@espalier/testing/Postgres"
import { Context, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { Database, Migrations } from "../src/index.ts"

const step = (id: number, name: string, ...statements: ReadonlyArray<string>): Migrations.Migration => ({
  id,
  name,
  up: Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.forEach(statements, (text) => sql.unsafe(text))),
})

const plums = step(1, "plums", "CREATE TABLE plum (id integer PRIMARY KEY)", "INSERT INTO plum VALUES (1)")
const names = step(2, "names", "ALTER TABLE plum ADD COLUMN name text")
const stones = step(3, "stones", "CREATE TABLE stone (plum integer)")
const failing = step(3, "stones", "CREATE TABLE stone (plum integer)", "INSERT INTO nowhere VALUES (1)")

const contract = <R>(it: Vitest.MethodsNonLive<R>, fresh: Effect.Effect<Redacted.Redacted, never, R>): void => {
  const client = (url: Redacted.Redacted) =>
    Effect.map(Layer.build(Database.layer({ url })), Context.get(SqlClient.SqlClient))

  const test = (
    name: string,
    body: (
      sql: SqlClient.SqlClient,
      migrate: (...steps: ReadonlyArray<Migrations.Migration>) => ReturnType<typeof Migrations.run>,
    ) => Effect.Effect<void, unknown, SqlClient.SqlClient>,
  ) =>
    it.effect(name, () =>
      Effect.gen(function* () {
        const sql = yield* client(yield* fresh)
        yield* Effect.provideService(
          body(sql, (...steps) => Migrations.run(steps)),
          SqlClient.SqlClient,
          sql,
        )
      }),
    )

  test("applies each migration once, in order", (sql, migrate) =>
    Effect.gen(function* () {
      expect(yield* migrate(plums)).toEqual(["plums"])
      expect(yield* migrate(plums, names, stones)).toEqual(["names", "stones"])
      expect(yield* migrate(plums, names, stones)).toEqual([])
      expect(yield* sql`SELECT id, name FROM plum`).toEqual([{ id: 1, name: null }])
    }))

  test("a failed migration leaves the database unchanged and can be corrected", (sql, migrate) =>
    Effect.gen(function* () {
      yield* migrate(plums)
      expect(yield* Effect.flip(migrate(plums, names, failing))).toMatchObject({
        _tag: "MigrationError",
        reason: "Failed",
        message: 'Migration "3_stones" failed. The database is unchanged.',
        cause: { reason: { _tag: "SqlSyntaxError" } },
      })
      expect(yield* sql`SELECT * FROM plum`).toEqual([{ id: 1 }])
      expect(yield* migrate(plums, names, stones)).toEqual(["names", "stones"])
    }))

  test("rejects a database of a newer version and leaves it unchanged", (sql, migrate) =>
    Effect.gen(function* () {
      yield* migrate(plums, names)
      const error = yield* Effect.flip(migrate(plums))
      expect(error).toMatchObject({ reason: "Newer" })
      expect(error.message).toContain("2_names")
      expect(yield* sql`SELECT migration_id, name FROM espalier_migrations ORDER BY migration_id`).toEqual([
        { migration_id: 1, name: "plums" },
        { migration_id: 2, name: "names" },
      ])
    }))

  test("rejects a database of another program", (sql, migrate) =>
    Effect.gen(function* () {
      yield* migrate(step(1, "pears", "CREATE TABLE pear (id integer)"))
      expect(yield* Effect.flip(migrate(plums, names))).toMatchObject({ reason: "Different" })
      // A step that slipped in before those that were applied would never run.
      expect(yield* Effect.flip(migrate(step(0, "zero"), step(1, "pears")))).toMatchObject({ reason: "Different" })
      expect((yield* Effect.result(sql`SELECT * FROM plum`))._tag).toBe("Failure")
    }))

  test("parts with separate migration tables share a database", (sql) =>
    Effect.gen(function* () {
      expect(yield* Migrations.run([plums], { table: "one" })).toEqual(["plums"])
      expect(yield* Migrations.run([stones], { table: "two" })).toEqual(["stones"])
      expect(yield* sql`SELECT name FROM two`).toEqual([{ name: "stones" }])
    }))
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "espalier-sql-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

/** Servers that start at once, each with a client of its own. */
const together = (url: Redacted.Redacted) =>
  Effect.forEach(
    [1, 2, 3, 4],
    () =>
      Migrations.run([plums, names, stones]).pipe(
        Effect.provide(Database.layer({ url }), { local: true }),
        Effect.scoped,
      ),
    { concurrency: "unbounded" },
  )

const once = [[], [], [], ["plums", "names", "stones"]]

describe("SQLite, a file", () => {
  it.live("one of several servers that start at the same time migrates", () =>
    Effect.gen(function* () {
      const applied = yield* together(Redacted.make(`sqlite://${yield* folder}/data.db`))
      expect([...applied].sort((a, b) => a.length - b.length)).toEqual(once)
    }),
  )
})

describe("SQLite, memory", () => contract(it, Effect.succeed(Redacted.make("sqlite::memory:"))))

layer(Postgres.layer, { timeout: "20 seconds", excludeTestServices: true })("PostgreSQL", (it) => {
  contract(
    it,
    Effect.flatMap(Postgres.Postgres, ({ freshSchema }) => freshSchema),
  )

  it.effect("one of several servers that start at the same time migrates", () =>
    Effect.gen(function* () {
      const { freshDatabase } = yield* Postgres.Postgres
      const applied = yield* together(yield* freshDatabase)
      expect([...applied].sort((a, b) => a.length - b.length)).toEqual(once)
    }),
  )
})
