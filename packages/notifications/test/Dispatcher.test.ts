/**
 * What a worker has claimed and not yet tried: it stops for an integration that changes, ends with its lease, and is given back when the
 * worker stops, which waits for what is under way.
 */

import type { ServerResponse } from "node:http"
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect, Exit, Fiber, Layer, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Deliveries, Integrations } from "../src/index.ts"
import { integrate, publish, services, settled, tester, wake, workspace } from "./DeliveryHarness.ts"

/** Lets the receiver hold its answers back; gives what answers the oldest one. */
const holding = (receiver: Receiver.Receiver) => {
  const held: Array<ServerResponse> = []
  receiver.answers = (response) => held.push(response)
  return (code = 204) => Effect.sync(() => held.shift()?.writeHead(code).end())
}

/** Waits, in real time. */
const until = <E, R>(condition: Effect.Effect<boolean, E, R>) =>
  Effect.gen(function* () {
    while (!(yield* condition)) yield* TestClock.withLive(Effect.sleep(2))
  })

/** How many deliveries somebody has claimed or is trying. */
const claimed = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`SELECT id FROM espalier_delivery WHERE worker IS NOT NULL`
  return rows.length
})

const count = (state: "pending" | "delivered" | "dead") =>
  Effect.gen(function* () {
    const { list } = yield* Deliveries
    return (yield* list(workspace, { state })).deliveries.length
  })

/** Three events; one is on its way, one more claimed. */
const publishThree = Effect.gen(function* () {
  for (const name of ["one", "two", "three"]) yield* publish(name)
  yield* until(Effect.map(claimed, (n) => n === 2))
})

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const test = tester(it, database)

  test(
    "sends nothing claimed to an integration that was disabled meanwhile, and sends it when it is enabled",
    (receiver) =>
      Effect.gen(function* () {
        const answer = holding(receiver)
        const { id } = yield* integrate(receiver)
        yield* publishThree
        const { disable, enable } = yield* Integrations
        yield* disable(workspace, id)
        yield* TestClock.adjust("1 second")
        yield* answer()
        yield* until(Effect.map(claimed, (n) => n === 0))
        expect([receiver.received.length, yield* count("pending")]).toEqual([1, 2])
        receiver.answers = Receiver.status(204)
        yield* enable(workspace, id)
        yield* until(Effect.map(count("delivered"), (n) => n === 3))
        expect(receiver.received.length).toBe(3)
      }),
    { concurrency: 1 },
  )

  test(
    "sends nothing more to a receiver that is gone",
    (receiver) =>
      Effect.gen(function* () {
        const answer = holding(receiver)
        yield* integrate(receiver)
        yield* publishThree
        yield* answer(410)
        yield* until(Effect.map(claimed, (n) => n === 0))
        expect([receiver.received.length, yield* count("pending"), yield* count("dead")]).toEqual([1, 2, 1])
      }),
    { concurrency: 1 },
  )

  test(
    "does not start an attempt that could outlast its lease",
    (receiver) =>
      Effect.gen(function* () {
        const answer = holding(receiver)
        yield* integrate(receiver)
        yield* publishThree
        // The lease lasts a minute, a try fifteen seconds.
        yield* TestClock.adjust("46 seconds")
        yield* answer()
        yield* until(
          Effect.map(
            Effect.sync(() => receiver.received.length),
            (n) => n === 2,
          ),
        )
        receiver.answers = Receiver.status(204)
        yield* answer()
        yield* until(Effect.map(count("delivered"), (n) => n === 2))
        // The second one is still the lease's.
        expect(
          receiver.received.map(({ body }) => JSON.parse(Buffer.from(body).toString()).admDevice.productName),
        ).toEqual(["one", "three"])
        yield* TestClock.adjust("15 seconds")
        yield* wake
        yield* until(Effect.map(count("delivered"), (n) => n === 3))
        expect(receiver.received.length).toBe(3)
      }),
    { concurrency: 1 },
  )

  test("marks a delivery without its event dead, and delivers the others", (receiver) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      receiver.answers = Receiver.status(500)
      yield* integrate(receiver)
      const { id } = yield* publish("one")
      yield* settled(1)
      yield* sql`DELETE FROM espalier_event WHERE id = ${id}`
      receiver.answers = Receiver.status(204)
      yield* TestClock.adjust("6 seconds")
      yield* publish("two")
      yield* wake
      yield* until(
        Effect.map(sql`SELECT id FROM espalier_delivery WHERE state = 'pending'`, ({ length }) => length === 0),
      )
      expect(yield* sql`SELECT state, attempts FROM espalier_delivery ORDER BY id`).toEqual([
        { state: "dead", attempts: 2 },
        { state: "delivered", attempts: 1 },
      ])
      expect(yield* sql`SELECT number, status, error FROM espalier_attempt WHERE error IS NOT NULL`).toEqual([
        { number: 2, status: null, error: "EventMissing" },
      ])
      expect(receiver.received.length).toBe(2)
    }))

  it.effect("on stopping records the attempts in flight, releases the rest, and starts nothing", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      const receiver = yield* Receiver.make
      const answer = holding(receiver)
      const worker = yield* Scope.make()
      const running = yield* Layer.buildWithScope(services({ concurrency: 1 }), worker)
      const stopping = yield* Effect.gen(function* () {
        yield* integrate(receiver)
        yield* publishThree
        return yield* Effect.forkChild(Scope.close(worker, Exit.void))
      }).pipe(Effect.provide(running))
      yield* until(Effect.map(claimed, (n) => n === 1))
      expect(stopping.pollUnsafe()).toBeUndefined()
      yield* answer()
      yield* Fiber.join(stopping)
      const sql = yield* SqlClient.SqlClient
      expect(yield* sql`SELECT state, attempts, worker, due_at FROM espalier_delivery ORDER BY id`).toMatchObject([
        { state: "delivered", attempts: 1, worker: null },
        { state: "pending", attempts: 0, worker: null, due_at: Date.UTC(2026, 0, 1) },
        { state: "pending", attempts: 0, worker: null },
      ])
      expect(receiver.received.length).toBe(1)

      receiver.answers = Receiver.status(204)
      yield* Effect.gen(function* () {
        yield* until(Effect.map(count("delivered"), (n) => n === 3))
      }).pipe(Effect.provide(services()))
      expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(3)
      expect(receiver.received.length).toBe(3)
    }).pipe(Effect.scoped, Effect.provide(database)),
  )
}

describe("SQLite", () => contract(it, memory))
layer(server)("PostgreSQL", (it) => contract(it, postgres))
