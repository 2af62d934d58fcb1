/**
 * Killed at any instant, nothing that was accepted is lost: two workers on one PostgreSQL are killed over and over while events are
 * published and the receiver fails at random.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import type { ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "@effect/vitest"
import { DeviceEnrolled } from "@espalier/schema"
import { Database } from "@espalier/sql"
import { enrolled } from "@espalier/testing/Events"
import * as Server from "@espalier/testing/Postgres"
import * as Sealing from "@espalier/testing/Sealing"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect, Fiber, Layer, Redacted, Schema } from "effect"
import { Deliveries, Integrations, Notifications } from "../src/index.ts"

const events = 5000
const kills = 20
/** A kill falls into the publishing of each. */
const share = events / kills
/** How many tries `WorkerProcess` has on their way at a time. */
const concurrency = 20

interface Worker {
  readonly child: ChildProcess
  readonly started: Promise<unknown>
}

/** Starts workers; the later ones find what the first ones compiled. */
const starter = Effect.gen(function* () {
  const url = yield* (yield* Server.Postgres).freshDatabase
  const cache = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "espalier-compiled-"))),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true })),
  )
  const env = { ...process.env, DATABASE_URL: Redacted.value(url), NODE_COMPILE_CACHE: cache }
  const main = fileURLToPath(new URL("./WorkerProcess.ts", import.meta.url))
  const start = (): Worker => {
    const child = spawn(process.execPath, ["--conditions=@espalier/source", main], {
      env,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    })
    return { child, started: once(child, "message") }
  }
  return { url, start }
})

/** What the receiver does with a request, and whether it has taken the event then, whatever the worker heard of it. */
type Behaviour = readonly [taken: boolean, answer: (response: ServerResponse) => void]

const after = (millis: number, status: number) => (response: ServerResponse) => {
  setTimeout(() => response.writeHead(status).end(), millis)
}

const behaviours: ReadonlyArray<readonly [weight: number, make: () => Behaviour]> = [
  [70, () => [true, after(Math.random() * 50, 204)]],
  [10, () => [false, after(Math.random() * 50, 500)]],
  [8, () => [false, (response) => response.destroy()]],
  // Its answer is lost on the way.
  [4, () => [true, (response) => response.destroy()]],
  // Until the worker loses patience.
  [4, () => [false, () => undefined]],
  [4, () => [true, after(200 + Math.random() * 200, 204)]],
]

const any = (): Behaviour => {
  let left = Math.random() * 100
  for (const [weight, make] of behaviours) {
    left -= weight
    if (left < 0) return make()
  }
  return [true, after(0, 204)]
}

const until = (condition: () => boolean) =>
  Effect.whileLoop({ while: () => !condition(), body: () => Effect.sleep(2), step: () => undefined })

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(DeviceEnrolled))
const nameOf = (body: Uint8Array): string => {
  const event = decode(Buffer.from(body).toString())
  return "admDevice" in event ? (event.admDevice.productName ?? "") : ""
}

it.live(
  "delivers every accepted event",
  () =>
    Effect.gen(function* () {
      const { url, start } = yield* starter
      const receiver = yield* Receiver.make
      const taken: Array<Receiver.ReceivedRequest> = []
      let lost = 0
      receiver.answers = (response) => {
        const [isTaken, answer] = any()
        const heard = receiver.received.at(-1)
        if (isTaken && heard !== undefined) {
          taken.push(heard)
          response.once("close", () => {
            if (!response.writableFinished) lost++
          })
        }
        answer(response)
      }
      const publisher = Notifications.layer({
        worker: false,
        addresses: { allow: ["127.0.0.0/8"], allowHttp: true },
      }).pipe(Layer.provide(Sealing.layer), Layer.provide(Database.layer({ url })))
      yield* Effect.gen(function* () {
        const { create } = yield* Integrations
        const { publish } = yield* Notifications
        const { health } = yield* Deliveries
        yield* create("a", { url: receiver.url("/"), events: ["device_enrolled"] })
        const workers = yield* Effect.acquireRelease(
          Effect.sync(() => [start(), start()]),
          (workers) =>
            Effect.sync(() => {
              for (const { child } of workers) child.kill("SIGKILL")
            }),
        )
        let [killed, begun] = [0, 0]

        const killing = yield* Effect.gen(function* () {
          while (killed < kills) {
            const moment = (killed + Math.random()) * share
            yield* until(() => begun >= moment)
            const victim = Math.random() < 0.5 ? 0 : 1
            yield* Effect.promise(() => workers[victim]?.started ?? Promise.resolve())
            yield* Effect.sleep(Math.random() * 100)
            workers[victim]?.child.kill("SIGKILL")
            workers[victim] = start()
            killed++
          }
        }).pipe(Effect.forkChild)

        const published = yield* Effect.forEach(
          Array.from({ length: events }, (_, index) => index),
          Effect.fnUntraced(function* (index) {
            yield* until(() => killed >= Math.floor(index / share))
            begun++
            yield* Effect.sleep(Math.random() * 15)
            return yield* publish("a", enrolled(String(index)))
          }),
          { concurrency: 5 },
        )
        yield* Fiber.join(killing)
        while ((yield* health("a")).pending > 0) yield* Effect.sleep(50)

        expect(yield* health("a")).toMatchObject({ dead: 0, disabledIntegrations: 0 })
        // Each event once, by what it says and by its one identifier.
        const arrived = new Set(taken.map(({ id, body }) => `${nameOf(body)} ${id}`))
        expect(arrived).toEqual(new Set(published.map(({ id }, index) => `${index} ${id}`)))
        // At least once: a lost answer may repeat what it was for, a kill what was answered and not yet recorded, and nothing else.
        const duplicates = taken.length - arrived.size
        yield* Effect.logInfo(
          `${events} events, ${killed} kills, ${receiver.received.length} tries, ${lost} answers lost, ${duplicates} duplicates`,
        )
        expect(duplicates).toBeLessThanOrEqual(kills * concurrency + lost)
      }).pipe(Effect.scoped, Effect.provide(publisher))
    }).pipe(Effect.scoped, Effect.provide(Server.layer)),
  // Half a minute when the machine has nothing else to do.
  180_000,
)
