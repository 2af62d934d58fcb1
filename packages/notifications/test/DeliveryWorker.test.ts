/**
 * Integrations in use: they are disabled when their receiver is gone or fails for days, sign with two secrets while these rotate, and
 * never get in each other's way.
 */

import type { ServerResponse } from "node:http"
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { Secret, WebhookSignature } from "@espalier/signing"
import * as DeliveryRows from "@espalier/testing/DeliveryRows"
import * as Sealing from "@espalier/testing/Sealing"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect, Layer, Metric, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Deliveries, Integrations } from "../src/index.ts"
import * as DeliveryWorker from "../src/Worker/DeliveryWorker.ts"
import { guard, integrate, publish, settled, start, tester, wake, workspace } from "./DeliveryHarness.ts"

const hour = 60 * 60 * 1000
const day = 24 * hour

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const test = tester(it, database)

  test("disables the integration on 410, until it is enabled", (receiver) =>
    Effect.gen(function* () {
      receiver.answers = Receiver.status(410)
      const { id } = yield* integrate(receiver)
      yield* publish("one")
      expect(yield* settled(1)).toMatchObject({ state: "dead" })
      const { get, enable } = yield* Integrations
      expect(yield* get(workspace, id)).toMatchObject({ enabled: false, disabledReason: "Gone" })
      expect(yield* publish("two")).toMatchObject({ deliveries: 0 })
      receiver.answers = Receiver.status(200)
      yield* enable(workspace, id)
      yield* publish("three")
      yield* settled(1)
      expect(receiver.received.length).toBe(2)
    }))

  test("sends what waits for a disabled integration when it is enabled", (receiver) =>
    Effect.gen(function* () {
      receiver.answers = Receiver.status(500)
      const { id } = yield* integrate(receiver)
      yield* publish("one")
      yield* settled(1)
      const { disable, enable } = yield* Integrations
      yield* disable(workspace, id)
      receiver.answers = Receiver.status(200)
      yield* TestClock.adjust("1 minute")
      yield* wake
      yield* TestClock.withLive(Effect.sleep(10))
      expect(receiver.received.length).toBe(1)
      yield* enable(workspace, id)
      expect(yield* settled(2)).toMatchObject({ state: "delivered" })
    }))

  /** Publishes at a time, and returns the integration after the attempt was recorded. */
  const publishAt = (receiver: Receiver.Receiver, integration: string) => (at: number, code: number) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start + at)
      receiver.answers = Receiver.status(code)
      const { list } = yield* Deliveries
      const { id: event } = yield* publish(String(at))
      for (;;) {
        const [delivery] = (yield* list(workspace, { event })).deliveries
        if (delivery !== undefined && delivery.attempts > 0) break
        yield* TestClock.withLive(Effect.sleep(2))
      }
      return yield* Effect.flatMap(Integrations, ({ get }) => get(workspace, integration))
    })

  test(
    "disables an integration after five days of failures, unless an attempt succeeds",
    (receiver) =>
      Effect.gen(function* () {
        const { id } = yield* integrate(receiver)
        const publishOn = publishAt(receiver, id)
        expect(yield* publishOn(0, 500)).toMatchObject({ enabled: true, failingSince: start })
        expect(yield* publishOn(4 * day, 200)).not.toHaveProperty("failingSince")
        for (const at of [6, 7.5, 9, 10.9]) {
          expect(yield* publishOn(at * day, 500)).toMatchObject({ enabled: true, failingSince: start + 6 * day })
        }
        expect(yield* publishOn(11 * day, 500)).toMatchObject({ enabled: false, disabledReason: "Failing" })
      }),
    { retryDelays: [0] },
  )

  test(
    "forgets failures after two days without one",
    (receiver) =>
      Effect.gen(function* () {
        const { id } = yield* integrate(receiver)
        const publishOn = publishAt(receiver, id)
        yield* publishOn(0, 500)
        expect(yield* publishOn(11 * day, 500)).toMatchObject({ enabled: true, failingSince: start + 11 * day })
      }),
    { retryDelays: [0] },
  )

  test(
    "does not disable an integration by a failure with attempts left",
    (receiver) =>
      Effect.gen(function* () {
        const { id } = yield* integrate(receiver)
        const publishOn = publishAt(receiver, id)
        for (const at of [0, 1.5, 3, 4.5, 6]) {
          expect(yield* publishOn(at * day, 500)).toMatchObject({ enabled: true, failingSince: start })
        }
      }),
    { retryDelays: [0, "30 days"] },
  )

  test("signs with both secrets for a day after a rotation", (receiver) =>
    Effect.gen(function* () {
      const { id, secret } = yield* integrate(receiver)
      const { rotateSecret } = yield* Integrations
      const rotated = Redacted.value((yield* rotateSecret(workspace, id)).secret)
      const verifiedBy = (heard: Receiver.ReceivedRequest) =>
        Effect.gen(function* () {
          const secrets = { old: secret, new: rotated }
          const found: Array<string> = []
          for (const [name, text] of Object.entries(secrets)) {
            const headers = Object.fromEntries(
              Object.entries(heard.headers).map(([key, value]) => [key, String(value)]),
            )
            const result = yield* Effect.result(
              WebhookSignature.verify({
                headers,
                body: heard.body,
                secrets: [yield* Effect.fromResult(Secret.parse(text))],
              }),
            )
            if (result._tag === "Success") found.push(name)
          }
          return found
        })
      yield* publish("one")
      expect(yield* verifiedBy(yield* receiver.next)).toEqual(["old", "new"])
      yield* TestClock.adjust("24 hours")
      yield* publish("two")
      expect(yield* verifiedBy(yield* receiver.next)).toEqual(["new"])
    }))

  test(
    "a receiver that never responds delays no other receiver",
    (receiver) =>
      Effect.gen(function* () {
        const unanswered: Array<ServerResponse> = []
        receiver.answers = (response, { path }) => {
          if (path === "/dead") unanswered.push(response)
          else response.writeHead(204).end()
        }
        yield* integrate(receiver, "/dead")
        yield* integrate(receiver, "/well")
        const { list } = yield* Deliveries
        yield* Effect.forEach(Array.from({ length: 30 }), (_, index) => publish(String(index)), { discard: true })
        let well = 0
        while (well < 30) if ((yield* receiver.next).path === "/well") well++
        // The dead one has as many as it may have at a time, and no more.
        expect(receiver.received.filter(({ path }) => path === "/dead").length).toBe(3)
        expect((yield* list(workspace, { state: "pending" })).deliveries.length).toBeGreaterThanOrEqual(30)
        // The worker does not stop before its tries have ended.
        for (const response of unanswered) response.destroy()
      }),
    { concurrency: 3 },
  )

  test("two workers never make the same attempt", (receiver) =>
    Effect.gen(function* () {
      yield* integrate(receiver)
      yield* Effect.forEach(
        Array.from({ length: 100 }, (_, index) => index),
        (index) => Effect.andThen(publish(String(index)), wake),
        { concurrency: 10, discard: true },
      )
      const { list } = yield* Deliveries
      while ((yield* list(workspace, { state: "pending" })).deliveries.length > 0) {
        yield* wake
        yield* TestClock.withLive(Effect.sleep(2))
      }
      expect(receiver.received.length).toBe(100)
      expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(100)
    }).pipe(
      Effect.provide(
        DeliveryWorker.layer({ pollInterval: "30 days" }).pipe(Layer.provide(Layer.merge(guard, Sealing.layer))),
      ),
    ))

  test(
    "attempts no more in a second than the rate of an integration",
    (receiver) =>
      Effect.gen(function* () {
        yield* integrate(receiver)
        for (let index = 0; index < 12; index++) yield* publish(String(index))
        for (let second = 1; second <= 3; second++) {
          const want = Math.min(second * 5, 12)
          while (receiver.received.length < want) yield* TestClock.withLive(Effect.sleep(2))
          yield* TestClock.withLive(Effect.sleep(20))
          expect(receiver.received.length).toBe(want)
          yield* TestClock.adjust("1 second")
        }
      }),
    { ratePerSecond: 5 },
  )

  test("prunes old attempts, deliveries and events, and keeps what is pending", (receiver) =>
    Effect.gen(function* () {
      yield* integrate(receiver)
      yield* publish("old")
      yield* settled(1)
      yield* TestClock.adjust("10 days")
      receiver.answers = Receiver.status(500)
      yield* publish("new")
      const { list, prune } = yield* Deliveries
      yield* settled(1)
      expect((yield* list(workspace)).deliveries.length).toBe(2)
      expect(yield* prune("11 days")).toBe(0)
      expect(yield* prune("9 days")).toBe(1)
      expect((yield* list(workspace)).deliveries).toMatchObject([{ state: "pending", attempts: 1 }])
      yield* TestClock.adjust("10 days")
      const sql = yield* SqlClient.SqlClient
      expect(yield* prune("1 day")).toBe(0)
      expect(yield* sql`SELECT count(*) AS n FROM espalier_event`).toEqual([{ n: 1 }])
      expect(yield* sql`SELECT count(*) AS n FROM espalier_attempt`).toEqual([{ n: 1 }])
    }))

  test("prunes old deliveries among thousands that stay", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { prune } = yield* Deliveries
      // Those that are pending wait for an integration that is disabled.
      const { create, disable } = yield* Integrations
      const { integration } = yield* create(workspace, { url: "http://127.0.0.1/", events: ["inventory_item"] })
      yield* disable(workspace, integration.id)
      yield* DeliveryRows.insertMany(workspace, 2100)
      yield* sql`UPDATE espalier_delivery SET integration_id = ${integration.id}`
      yield* sql`UPDATE espalier_delivery SET state = 'pending' WHERE created_at <= 1000`
      yield* sql`UPDATE espalier_delivery SET updated_at = 5000 WHERE created_at BETWEEN 1001 AND 1100`
      yield* TestClock.setTime(3000)
      expect(yield* prune(1000)).toBe(899)
      expect(yield* sql`SELECT count(*) AS n FROM espalier_delivery`).toEqual([{ n: 1201 }])
      yield* TestClock.setTime(7000)
      expect(yield* prune(1000)).toBe(201)
      expect(yield* sql`SELECT count(*) AS n FROM espalier_event`).toEqual([{ n: 1 }])
      yield* sql`UPDATE espalier_delivery SET state = 'dead' WHERE created_at = 1000`
      yield* sql`DELETE FROM espalier_delivery WHERE created_at < 1000`
      expect(yield* prune(1000)).toBe(1)
      expect(yield* sql`SELECT count(*) AS n FROM espalier_event`).toEqual([{ n: 0 }])
    }))

  test("counts attempts by outcome", (receiver) =>
    Effect.gen(function* () {
      const counts = Effect.map(Metric.snapshot, (metrics) =>
        Object.fromEntries(
          metrics.flatMap((metric) =>
            metric.id === "espalier_notifications_attempts_total" && metric.type === "Counter"
              ? [[metric.attributes?.["outcome"], Number(metric.state.count)]]
              : [],
          ),
        ),
      )
      const before = yield* counts
      yield* integrate(receiver)
      receiver.answers = Receiver.status(500)
      yield* publish("one")
      yield* settled(1)
      receiver.answers = Receiver.status(204)
      yield* TestClock.adjust("6 seconds")
      yield* wake
      yield* settled(2)
      receiver.answers = Receiver.status(410)
      yield* publish("two")
      while (((yield* counts)["gone"] ?? 0) === (before["gone"] ?? 0)) yield* TestClock.withLive(Effect.sleep(2))
      const after = yield* counts
      expect(
        ["delivered", "retry", "dead", "gone"].map((outcome) => (after[outcome] ?? 0) - (before[outcome] ?? 0)),
      ).toEqual([1, 1, 0, 1])
    }))
}

describe("SQLite", () => contract(it, memory))
layer(server)("PostgreSQL", (it) => contract(it, postgres))
