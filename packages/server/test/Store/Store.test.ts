/**
 * The three stores keep one promise; and what only a database can do: be shared, be killed, be broken.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { Database, Migrations } from "@espalier/sql"
import * as Postgres from "@espalier/testing/Postgres"
import { Context, DateTime, Effect, Layer, Option, Redacted, type Scope } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Store, StoreMemory, StoreSql } from "../../src/Store/index.ts"
import { contract } from "./StoreContract.ts"

/** A server's own store and client on a database. */
const server = (url: Redacted.Redacted) =>
  Layer.build(StoreSql.layer.pipe(Layer.provideMerge(Database.layer({ url })), Layer.fresh)).pipe(
    Effect.map((context) => ({
      store: Context.get(context, Store),
      sql: Context.get(context, SqlClient.SqlClient),
    })),
  )

const two = <E, R>(url: Effect.Effect<Redacted.Redacted, E, R>) =>
  Effect.gen(function* () {
    const shared = yield* url
    const [one, other] = yield* Effect.all([server(shared), server(shared)], { concurrency: 2 })
    return [one.store, other.store] as const
  }).pipe(Effect.orDie)

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "espalier-store-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

const file = Effect.map(folder, (path) => join(path, "store.db"))
const fileUrl = (path: string) => Redacted.make(`sqlite://${path}`)

describe("memory", () =>
  contract(
    it,
    Effect.map(StoreMemory.make, (store) => [store, store] as const),
  ))

describe("SQLite", () => {
  contract(it, two(Effect.map(file, fileUrl)))
  databases(it, Effect.map(file, fileUrl))

  it.live("migrates a database of commit 4e838e9 and keeps its data", () =>
    Effect.gen(function* () {
      const path = yield* file
      const database = new DatabaseSync(path)
      database.exec(readFileSync(join(import.meta.dirname, "database-4e838e9.sql"), "utf8"))
      database.close()
      const { store } = yield* server(fileUrl(path))
      const [first, second] = ["00008110-000A4C2E3F80801E", "00008110-000B4C2E3F80801F"]
      expect(yield* store.authorize(first, "a".repeat(64))).toBe(true)
      expect(yield* store.authorize(first, "b".repeat(64))).toBe(true)
      expect(yield* store.findDevice("a".repeat(64))).toEqual(Option.some(first))
      expect(yield* store.authorize(second, "c".repeat(64))).toBe(true)
      expect(yield* store.enrollmentTokens).toMatchObject([
        { id: "token-1", limit: Option.some(2), note: "for the lab", used: 1, revokedAt: Option.none() },
        { id: "token-2", used: 0 },
      ])
      expect(yield* store.isTokenUsable("token-2")).toBe(false)
      const challenge = { id: "challenge-1", expiresAt: DateTime.makeUnsafe("2030-01-01T00:00:00Z") }
      expect(yield* store.enroll({ ...challenge, request: "key" })).toBe("Repeated")
      expect(yield* store.enroll({ ...challenge, request: "another key" })).toBe("Refused")
    }),
  )

  it.live("killed at any instant, it has all that it said it had", () =>
    Effect.gen(function* () {
      const path = yield* file
      // Each round goes on where the last one was killed.
      for (const rounds of [1, 20, 57]) {
        const said = yield* killedAfter(path, rounds)
        expect(said.length).toBeGreaterThanOrEqual(rounds)
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { store, sql } = yield* server(fileUrl(path))
            for (const id of said)
              expect(yield* store.enroll({ id, expiresAt: farOff, request: "another" })).toBe("Refused")
            expect(yield* sql`PRAGMA integrity_check`).toEqual([{ integrity_check: "ok" }])
          }),
        )
      }
    }),
  )

  it.live("what is wrong is said by reason: a lock, a read-only file, a full disk", () =>
    Effect.gen(function* () {
      const path = yield* file
      const context = yield* Layer.build(
        StoreSql.layer.pipe(Layer.provideMerge(Database.layer({ url: fileUrl(path), busyTimeout: "20 millis" }))),
      )
      const [store, sql] = [Context.get(context, Store), Context.get(context, SqlClient.SqlClient)]
      const other = new DatabaseSync(path)
      other.exec("BEGIN IMMEDIATE")
      expect(yield* Effect.flip(store.writable)).toMatchObject({ reason: "Locked", operation: "writable" })
      other.exec("ROLLBACK")
      other.close()
      yield* store.writable
      yield* sql`PRAGMA query_only = ON`
      expect(yield* Effect.flip(store.pin("U", "secret-fingerprint"))).toMatchObject({
        reason: "ReadOnly",
        operation: "pin",
      })
      yield* sql`PRAGMA query_only = OFF`
      yield* sql`PRAGMA max_page_count = 1`
      const use = (id: number) => store.enroll({ id: `secret-${id}`.padEnd(255, "x"), expiresAt: farOff, request: "r" })
      const full = yield* Effect.flip(Effect.forEach(Array.from({ length: 1000 }).keys(), use))
      expect(full).toMatchObject({ reason: "DiskFull", message: "The database's disk is full (13)." })
      expect(JSON.stringify(full)).not.toContain("secret")
    }),
  )
})

layer(Postgres.layer, { timeout: "20 seconds" })("PostgreSQL", (it) => {
  const url = Effect.flatMap(Postgres.Postgres, ({ freshSchema }) => freshSchema)
  contract(it, two(url))
  databases(it, url)

  it.effect("when the server ends its connection, it says so, and the next call has another", () =>
    Effect.gen(function* () {
      const { store, sql } = yield* server(yield* url)
      const error = yield* Effect.flip(sql`SELECT pg_terminate_backend(pg_backend_pid())`)
      expect(error.reason._tag).toMatch(/ConnectionError|UnknownError/)
      yield* store.writable
    }),
  )
})

/** What a database promises beside the contract. */
function databases<R>(
  it: Vitest.MethodsNonLive<R>,
  url: Effect.Effect<Redacted.Redacted, never, R | Scope.Scope>,
): void {
  it.effect("used challenges are swept an hour after they expire", () =>
    Effect.gen(function* () {
      const { store, sql } = yield* server(yield* url)
      const kept = Effect.map(sql<{ id: string }>`SELECT id FROM espalier_used_challenge ORDER BY id`, (rows) =>
        rows.map(({ id }) => id),
      )
      yield* store.enroll({ id: "a", expiresAt: DateTime.makeUnsafe(60_000), request: "r" })
      yield* TestClock.setTime(60_000 + 3_600_000)
      yield* store.enroll({ id: "b", expiresAt: farOff, request: "r" })
      expect(yield* kept).toEqual(["a", "b"])
      yield* TestClock.setTime(60_000 + 3_600_000 + 60_000)
      yield* store.enroll({ id: "c", expiresAt: farOff, request: "r" })
      expect(yield* kept).toEqual(["b", "c"])
    }),
  )

  it.effect("a database of a newer version is refused", () =>
    Effect.gen(function* () {
      const shared = yield* url
      const { sql } = yield* server(shared)
      yield* sql`INSERT INTO espalier_server_migrations ${sql.insert({ migration_id: 999, name: "later" })}`
      const error = yield* Effect.flip(server(shared))
      expect(error).toBeInstanceOf(Migrations.MigrationError)
      expect(error).toMatchObject({ reason: "Newer" })
    }),
  )
}

const farOff = DateTime.makeUnsafe("2999-01-01T00:00:00Z")

/** The ids that a `StoreWriter` said it had used by the time that it was killed, which was when it had said `count` of them. */
const killedAfter = (path: string, count: number) =>
  Effect.promise(async () => {
    const writer = join(import.meta.dirname, "StoreWriter.ts")
    const child: ChildProcess = spawn(process.execPath, ["--conditions=@espalier/source", writer, path], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    const ended = once(child, "close")
    const said: Array<string> = []
    if (child.stdout === null) throw new Error("no output")
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line)
      if (said.length === count) child.kill("SIGKILL")
    }
    await ended
    return said
  })
