/**
 * Deliveries: what is published arrives, signed, at least once; what fails is tried again when the schedule says.
 */

import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { Secret, WebhookSignature } from "@espalier/signing"
import { enrolled } from "@espalier/testing/Events"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Webhook } from "standardwebhooks"
import { Deliveries, Integrations, RetrySchedule } from "../src/index.ts"
import { integrate, publish, services, settled, start, tester, wake, workspace } from "./DeliveryHarness.ts"

const hour = 60 * 60 * 1000
const day = 24 * hour

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const test = tester(it, database)

  test("delivers an event as it was encoded, signed, once", (receiver) =>
    Effect.gen(function* () {
      const { secret } = yield* integrate(receiver, "/hook?tenant=1")
      const { id } = yield* publish("one")
      const { path, headers, body } = yield* receiver.next
      expect([path, headers["content-type"], headers["webhook-id"]]).toEqual(["/hook?tenant=1", "application/json", id])
      expect(JSON.parse(Buffer.from(body).toString())).toEqual(enrolled("one"))
      const text = (name: string) => String(headers[name])
      const signed = {
        "webhook-id": text("webhook-id"),
        "webhook-timestamp": text("webhook-timestamp"),
        "webhook-signature": text("webhook-signature"),
      }
      expect(Number(signed["webhook-timestamp"])).toBe(start / 1000)
      yield* WebhookSignature.verify({
        headers: signed,
        body,
        secrets: [yield* Effect.fromResult(Secret.parse(secret))],
      })
      expect(yield* settled(1)).toMatchObject({ state: "delivered", attempts: 1, event: id, name: "device_enrolled" })
      const { list, attempts } = yield* Deliveries
      const [delivery] = (yield* list(workspace)).deliveries
      expect(yield* attempts(workspace, delivery?.id ?? 0)).toMatchObject([{ number: 1, status: 204, error: null }])
      yield* TestClock.adjust("1 day")
      yield* wake
      expect(receiver.received.length).toBe(1)
    }))

  test("retries by the schedule with one id, then is dead, then is retried by hand", (receiver) =>
    Effect.gen(function* () {
      receiver.answers = Receiver.status(500)
      yield* integrate(receiver)
      const { id } = yield* publish("one")
      const { list, attempts, retry } = yield* Deliveries
      for (const [index, wait] of RetrySchedule.standard.entries()) {
        if (index > 0) {
          // Not before its time; jitter makes it at most a tenth later.
          yield* TestClock.adjust(wait - 1)
          yield* wake
          yield* TestClock.withLive(Effect.sleep(10))
          expect(receiver.received.length).toBe(index)
          yield* TestClock.adjust(wait / 10 + 2)
          yield* wake
        }
        expect((yield* receiver.next).id).toBe(id)
        yield* settled(index + 1)
      }
      const [dead] = (yield* list(workspace)).deliveries
      expect(dead).toMatchObject({ state: "dead", attempts: 10 })
      const log = yield* attempts(workspace, dead?.id ?? 0)
      expect(log.map(({ number, status, bodyExcerpt }) => [number, status, bodyExcerpt])).toEqual(
        Array.from({ length: 10 }, (_, index) => [index + 1, 500, "status 500"]),
      )
      receiver.answers = Receiver.status(200)
      yield* retry(workspace, dead?.id ?? 0)
      expect((yield* receiver.next).id).toBe(id)
      expect(yield* settled(11)).toMatchObject({ state: "delivered" })
      expect((yield* Effect.flip(retry(workspace, 4711)))._tag).toBe("DeliveryNotFound")
      expect((yield* Effect.flip(retry("b", dead?.id ?? 0)))._tag).toBe("DeliveryNotFound")
    }))

  const failures: ReadonlyArray<readonly [string, Receiver.Answers, { status?: number; error?: string }]> = [
    ["a redirect", Receiver.status(307, { location: "/elsewhere" }), { status: 307 }],
    ["400", Receiver.status(400), { status: 400 }],
    ["a connection cut off", (response) => response.destroy(), { error: "ConnectionClosed" }],
    ["no answer", () => undefined, { error: "Timeout" }],
    [
      "503 without an end",
      (response) => {
        response.writeHead(503).write("a")
      },
      { status: 503 },
    ],
  ]
  for (const [name, answers, expected] of failures) {
    test(
      `${name} is a failure`,
      (receiver) =>
        Effect.gen(function* () {
          receiver.answers = answers
          yield* integrate(receiver)
          yield* publish("one")
          const { id, state } = yield* settled(1)
          expect(state).toBe("pending")
          expect(yield* (yield* Deliveries).attempts(workspace, id)).toMatchObject([expected])
          expect(receiver.received.map(({ path }) => path)).toEqual(["/"])
        }),
      { timeout: "100 millis" },
    )
  }

  const endings: ReadonlyArray<readonly [string, Receiver.Answers]> = [
    [
      "is cut off",
      (response) => response.writeHead(200, { "content-length": "9" }).write("a", () => response.destroy()),
    ],
    ["never ends", (response) => response.writeHead(200).write("a")],
    [
      "has the wrong length",
      (response) => response.writeHead(200, { "content-length": "9" }).write("a", () => response.socket?.end()),
    ],
  ]
  for (const [name, answers] of endings) {
    test(
      `delivers with a 200 whose body ${name}`,
      (receiver) =>
        Effect.gen(function* () {
          receiver.answers = answers
          yield* integrate(receiver)
          yield* publish("one")
          const { id, state } = yield* settled(1)
          expect(state).toBe("delivered")
          expect(yield* (yield* Deliveries).attempts(workspace, id)).toMatchObject([{ status: 200, error: null }])
        }),
      { timeout: "300 millis" },
    )
  }

  test("takes the status and the first KiB of an endless response, and closes the connection", (receiver) =>
    Effect.gen(function* () {
      let closed = false
      receiver.answers = (response) => {
        response.once("close", () => {
          closed = true
        })
        const more = () => {
          if (response.write("a".repeat(4096))) setImmediate(more)
          else response.once("drain", more)
        }
        response.writeHead(200)
        more()
      }
      yield* integrate(receiver)
      yield* publish("one")
      const { id, state } = yield* settled(1)
      expect(state).toBe("delivered")
      expect(yield* (yield* Deliveries).attempts(workspace, id)).toMatchObject([
        { status: 200, bodyExcerpt: "a".repeat(1024) },
      ])
      while (!closed) yield* TestClock.withLive(Effect.sleep(2))
    }))

  test("honours a longer Retry-After, up to a day", (receiver) =>
    Effect.gen(function* () {
      const now = start
      const { id: integration } = yield* integrate(receiver)
      const { enable } = yield* Integrations
      const cases = [
        ["3600", hour],
        ["1", 5000],
        ["999999", day],
        ["nonsense", 5000],
        [new Date(now + 2 * hour).toUTCString(), 2 * hour],
      ] as const
      for (const [value, wait] of cases) {
        receiver.answers = Receiver.status(503, { "retry-after": value })
        yield* publish(value)
        const { dueAt, id } = yield* settled(1)
        expect(dueAt - now, value).toBeGreaterThanOrEqual(wait)
        expect(dueAt - now, value).toBeLessThanOrEqual(wait * 1.1)
        // Forgets the receiver's wish.
        yield* enable(workspace, integration)
        const sql = yield* SqlClient.SqlClient
        yield* sql`DELETE FROM espalier_delivery WHERE id = ${id}`
      }
    }))
}

describe("SQLite", () => contract(it, memory))
layer(server)("PostgreSQL", (it) => contract(it, postgres))

describe("the Standard Webhooks reference library", () => {
  it.effect("verifies our signatures", () =>
    Effect.gen(function* () {
      // It reads the machine's clock.
      yield* TestClock.setTime(Date.now())
      const receiver = yield* Receiver.make
      const { secret } = yield* integrate(receiver)
      yield* publish("one")
      const { headers, body } = yield* receiver.next
      const text = Buffer.from(body).toString()
      const plain = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)]))
      expect(new Webhook(secret).verify(text, plain)).toEqual(enrolled("one"))
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(services(), memory))),
  )
})
