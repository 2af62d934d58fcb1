/**
 * Killed at any instant, nothing that was accepted is lost: two workers on one PostgreSQL are killed over and over while events are
 * published and the receiver fails at random.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, it } from "@effect/vitest"
import { Database } from "@espalier/sql"
import { Effect, Fiber, Layer, Redacted } from "effect"
import * as Server from "../../sql/test/Postgres.ts"
import { Deliveries, Integrations, Notifications, NotificationsLayer } from "../src/index.ts"
import { enrolled } from "./examples.ts"
import * as Receiver from "./Receiver.ts"

const events = 500
const rounds = 3

const start = (url: Redacted.Redacted): ChildProcess =>
  spawn(
    process.execPath,
    ["--conditions=@espalier/source", fileURLToPath(new URL("./WorkerProcess.ts", import.meta.url))],
    { env: { ...process.env, DATABASE_URL: Redacted.value(url) }, stdio: ["ignore", "ignore", "inherit"] },
  )

it.live(
  "every event that was accepted arrives",
  () =>
    Effect.gen(function* () {
      const url = yield* (yield* Server.Postgres).freshDatabase
      const receiver = yield* Receiver.make
      const answered: Array<number> = []
      receiver.answers = (response) => {
        const status = Math.random() < 0.2 ? 500 : 204
        answered.push(status)
        // Long enough that a kill finds something on its way.
        setTimeout(() => response.writeHead(status).end(), Math.random() * 50)
      }
      const publisher = NotificationsLayer.layer({
        worker: false,
        addresses: { allow: ["127.0.0.0/8"], allowHttp: true },
      }).pipe(Layer.provide(Database.layer({ url })))
      yield* Effect.gen(function* () {
        const { create } = yield* Integrations.Integrations
        const { publish } = yield* Notifications.Notifications
        const { list } = yield* Deliveries.Deliveries
        yield* create("a", { url: receiver.url("/"), events: ["device_enrolled"] })
        const workers = yield* Effect.acquireRelease(
          Effect.sync(() => [start(url), start(url)]),
          (workers) =>
            Effect.sync(() => {
              for (const worker of workers) worker.kill("SIGKILL")
            }),
        )
        const killing = yield* Effect.gen(function* () {
          for (let round = 0; round < rounds; round++) {
            // By then they have started, and are in the middle of something.
            const until = receiver.heard.length + 10 + Math.random() * 50
            while (receiver.heard.length < until) yield* Effect.sleep(1)
            for (const [index, worker] of workers.entries()) {
              worker.kill("SIGKILL")
              workers[index] = start(url)
            }
          }
        }).pipe(Effect.forkChild)
        const published = yield* Effect.forEach(
          Array.from({ length: events }, (_, index) => index),
          (index) => Effect.andThen(Effect.sleep(Math.random() * 60), publish("a", enrolled(String(index)))),
          { concurrency: 5 },
        )
        yield* Fiber.join(killing)
        for (;;) {
          const [pending] = yield* list("a", { state: "pending", limit: 1 })
          if (pending === undefined) break
          yield* Effect.sleep(50)
        }
        expect(yield* list("a", { state: "dead" })).toEqual([])
        const taken = receiver.heard.filter((_, index) => answered[index] === 204).map(({ id }) => id)
        expect(new Set(taken)).toEqual(new Set(published.map(({ id }) => id)))
        // At least once: each kill may repeat what was on its way, and no more than that.
        const duplicates = taken.length - new Set(taken).size
        yield* Effect.logInfo("deliveries", { events, kills: rounds * 2, tries: answered.length, duplicates })
        expect(duplicates).toBeLessThanOrEqual(rounds * 2 * 20)
      }).pipe(Effect.scoped, Effect.provide(publisher))
    }).pipe(Effect.scoped, Effect.provide(Server.layer)),
  60_000,
)
