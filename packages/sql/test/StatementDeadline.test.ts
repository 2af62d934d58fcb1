/**
 * A PostgreSQL whose connections fall silent, as after a failover or behind a firewall that forgets them: no FIN, no RST, no answer.
 */
import { connect, createServer, type Socket } from "node:net"
import { expect, layer } from "@effect/vitest"
import * as Postgres from "@espalier/testing/Postgres"
import { Effect, Exit, Fiber, type Redacted } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient } from "effect/sql"
import { Database, SqlErrorKind, StatementDeadline } from "../src/index.ts"

/** A TCP proxy. `silence` stops all connections that exist; new ones work. `silenceNewOnes` makes new ones silent, too. */
const proxy = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<{
      readonly port: number
      readonly silence: () => void
      readonly silenceNewOnes: () => void
      readonly opened: () => number
      readonly stop: () => void
    }>((resume) => {
      const sockets = new Set<Socket>()
      let opened = 0
      let newOnesAreSilent = false
      const server = createServer((client) => {
        opened++
        sockets.add(client)
        client.on("error", () => {})
        if (newOnesAreSilent) return
        const upstream = connect(port, "127.0.0.1")
        sockets.add(upstream)
        upstream.on("error", () => client.destroy())
        upstream.on("close", () => client.destroy())
        client.on("close", () => upstream.destroy())
        client.pipe(upstream).pipe(client)
      })
      const silence = () => {
        for (const socket of sockets) {
          socket.unpipe()
          socket.removeAllListeners("close")
          socket.on("close", () => {})
        }
        sockets.clear()
      }
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(
          Effect.succeed({
            port: typeof address === "object" && address !== null ? address.port : 0,
            silence,
            silenceNewOnes: () => {
              newOnesAreSilent = true
            },
            opened: () => opened,
            stop: () => {
              for (const socket of sockets) socket.destroy()
              server.close()
            },
          }),
        )
      })
    }),
    ({ stop }) => Effect.sync(stop),
  )

const throughProxy = Effect.gen(function* () {
  const postgres = yield* Postgres.Postgres
  const between = yield* proxy(postgres.port)
  const url = postgres.urlOf({ port: between.port })
  const sql = yield* Database.make({ url, maxConnections: 3 }).pipe(Effect.provide(Reactivity.layer))
  return { between, sql }
})

const seconds = Effect.fnUntraced(function* <A, E>(effect: Effect.Effect<A, E>) {
  const startedAt = performance.now()
  const exit = yield* Effect.exit(effect)
  return { exit, took: (performance.now() - startedAt) / 1000 }
})

layer(Postgres.layer, { timeout: 60_000, excludeTestServices: true })("a connection that falls silent", (it) => {
  it.effect("ends its statement at the deadline, and the next statement has a new connection", () =>
    Effect.gen(function* () {
      const { between, sql } = yield* throughProxy
      yield* Effect.all(
        Array.from({ length: 3 }, () => sql`SELECT pg_sleep(0.1)`),
        { concurrency: 3 },
      )
      between.silence()
      const first = yield* Effect.flip(sql`SELECT 1 AS one`)
      expect(SqlErrorKind.of(first)).toBe("Unreachable")
      // The other two had fallen silent as well: they are not used again.
      const { exit, took } = yield* seconds(Effect.all([sql`SELECT 2 AS n`, sql`SELECT 3 AS n`, sql`SELECT 4 AS n`]))
      expect(exit).toEqual(Exit.succeed([[{ n: 2 }], [{ n: 3 }], [{ n: 4 }]]))
      expect(took).toBeLessThan(1)
    }).pipe(Effect.provideService(StatementDeadline, "1 second")),
  )

  it.effect("ends its transaction with one deadline, not one for each statement", () =>
    Effect.gen(function* () {
      const { between, sql } = yield* throughProxy
      const { exit, took } = yield* seconds(
        sql.withTransaction(
          Effect.gen(function* () {
            yield* sql`SELECT 1`
            between.silence()
            yield* sql`SELECT 2`
          }),
        ),
      )
      expect(Exit.isFailure(exit)).toBe(true)
      expect(took).toBeGreaterThan(0.9)
      expect(took).toBeLessThan(2)
    }).pipe(Effect.provideService(StatementDeadline, "1 second")),
  )

  it.effect("does not keep a statement waiting for a connection beyond the deadline", () =>
    Effect.gen(function* () {
      const { between, sql } = yield* throughProxy
      between.silenceNewOnes()
      between.silence()
      const all = yield* Effect.all(
        Array.from({ length: 8 }, () => seconds(sql`SELECT 1`)),
        { concurrency: "unbounded" },
      )
      for (const { exit, took } of all) {
        expect(Exit.isFailure(exit)).toBe(true)
        expect(took).toBeLessThan(3)
      }
    }).pipe(Effect.provideService(StatementDeadline, "1 second")),
  )

  it.effect("is interrupted at once when the caller is", () =>
    Effect.gen(function* () {
      const { sql } = yield* throughProxy
      const sleeping = yield* Effect.forkChild(sql`SELECT pg_sleep(30)`)
      yield* sql`SELECT 1`
      const { took } = yield* seconds(Fiber.interrupt(sleeping))
      expect(took).toBeLessThan(5)
      expect(yield* sql`SELECT 1 AS one`).toEqual([{ one: 1 }])
    }),
  )
})

layer(Postgres.layer, { timeout: 60_000, excludeTestServices: true })("the server's own limits", (it) => {
  const shown = (url: Redacted.Redacted) =>
    Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SHOW statement_timeout`).pipe(
      Effect.provide(Database.layer({ url })),
    )

  it.effect("are below the deadline, unless the URL sets them", () =>
    Effect.gen(function* () {
      const { urlOf } = yield* Postgres.Postgres
      expect(yield* shown(urlOf({}))).toEqual([{ statement_timeout: "8s" }])
      const own = urlOf({ database: "postgres?options=-c%20statement_timeout%3D3s" })
      expect(yield* shown(own)).toEqual([{ statement_timeout: "3s" }])
    }),
  )

  it.effect("end a statement that is slow with an error that is not Unreachable", () =>
    Effect.gen(function* () {
      const { urlOf } = yield* Postgres.Postgres
      const url = urlOf({ database: "postgres?options=-c%20statement_timeout%3D200ms" })
      const error = yield* Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.flip(sql`SELECT pg_sleep(20)`)).pipe(
        Effect.provide(Database.layer({ url })),
      )
      expect(error.reason._tag).toBe("StatementTimeoutError")
    }),
  )
})
