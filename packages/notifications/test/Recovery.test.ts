/**
 * Deliveries recover from the ordinary misfortunes of the net: lost answers, receivers that ask for a pause, secrets that are replaced in a hurry.
 */
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { Secret, WebhookSignature } from "@espalier/signing"
import { enrolled } from "@espalier/testing/Events"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect, Layer, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Deliveries, Integrations, migrate, Notifications } from "../src/index.ts"
import * as GroupCommit from "../src/Storage/GroupCommit.ts"
import * as Wakeup from "../src/Worker/Wakeup.ts"
import { integrate, publish, publishing, settled, start, tester, wake, workspace } from "./DeliveryHarness.ts"

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const test = tester(it, database)

  test("holds all deliveries back during the Retry-After of a receiver, and spreads them", (receiver) =>
    Effect.gen(function* () {
      receiver.answers = Receiver.status(429, { "retry-after": "3600" })
      yield* integrate(receiver)
      yield* publish("first")
      yield* settled(1)
      for (let count = 0; count < 20; count++) yield* publish(String(count))
      yield* wake
      const { list } = yield* Deliveries
      const due = (yield* list(workspace)).deliveries.map(({ dueAt }) => dueAt - start)
      expect(Math.min(...due)).toBeGreaterThanOrEqual(3_600_000)
      expect(Math.max(...due)).toBeLessThanOrEqual(3_960_000)
      expect(Math.max(...due) - Math.min(...due)).toBeGreaterThan(60_000)
      expect(receiver.received.length).toBe(1)

      receiver.answers = Receiver.status(200)
      yield* TestClock.setTime(start + 3_961_000)
      yield* wake
      while ((yield* list(workspace, { state: "delivered" })).deliveries.length < 21) {
        yield* TestClock.withLive(Effect.sleep(2))
      }
    }))

  test("sends a delivery at once, whatever its state, and all of an integration when it is enabled", (receiver) =>
    Effect.gen(function* () {
      receiver.answers = Receiver.status(500)
      const { id } = yield* integrate(receiver)
      yield* publish("one")
      const one = yield* settled(1)
      expect(one).toMatchObject({ state: "pending", lastStatus: 500, lastError: null })
      const { retry, retryAll, attempts } = yield* Deliveries
      yield* retry(workspace, one.id)
      yield* settled(2)
      expect(yield* retryAll(workspace, id)).toEqual({ deliveries: 1 })
      yield* settled(3)
      expect(yield* retryAll("b", id)).toEqual({ deliveries: 0 })
      receiver.answers = Receiver.status(200)
      yield* Effect.flatMap(Integrations, ({ enable }) => enable(workspace, id))
      expect(yield* settled(4)).toMatchObject({ state: "delivered" })
      expect((yield* attempts(workspace, one.id)).map(({ status }) => status)).toEqual([500, 500, 500, 200])
    }))

  test("counts a replay before it, pending failures included", (receiver) =>
    Effect.gen(function* () {
      receiver.answers = Receiver.status(500)
      yield* integrate(receiver, "/one")
      yield* integrate(receiver, "/two")
      yield* publish("one")
      const { list, previewReplay, replay } = yield* Deliveries
      while ((yield* list(workspace)).deliveries.some(({ attempts }) => attempts === 0)) {
        yield* TestClock.withLive(Effect.sleep(2))
      }
      const range = { since: start, until: start + 1 }
      expect(yield* previewReplay(workspace, range)).toEqual({ deliveries: 2, integrations: 2 })
      expect(yield* previewReplay(workspace, { ...range, state: "dead" })).toEqual({ deliveries: 0, integrations: 0 })
      expect(yield* replay(workspace, range)).toEqual({ deliveries: 2 })
    }))

  test("signs with every secret that has not expired, ten at most", (receiver) =>
    Effect.gen(function* () {
      const { id, secret } = yield* integrate(receiver)
      const { rotateSecret } = yield* Integrations
      const signers = (heard: Receiver.ReceivedRequest, texts: ReadonlyArray<string>) =>
        texts.map((text) =>
          Result.isSuccess(
            WebhookSignature.verifyAt(Number(heard.headers["webhook-timestamp"]) * 1000, {
              headers: {
                "webhook-id": heard.id,
                "webhook-timestamp": String(heard.headers["webhook-timestamp"]),
                "webhook-signature": String(heard.headers["webhook-signature"]),
              },
              body: heard.body,
              secrets: [Result.getOrThrow(Secret.parse(text))],
            }),
          ),
        )
      const second = Redacted.value((yield* rotateSecret(workspace, id)).secret)
      const third = Redacted.value((yield* rotateSecret(workspace, id, { overlap: "1 hour" })).secret)
      yield* publish("one")
      expect(signers(yield* receiver.next, [secret, second, third])).toEqual([true, true, true])
      yield* TestClock.adjust("1 hour")
      yield* publish("two")
      expect(signers(yield* receiver.next, [secret, second, third])).toEqual([true, false, true])
      for (let count = 0; count < 12; count++) yield* rotateSecret(workspace, id)
      yield* publish("three")
      const heard = yield* receiver.next
      expect(String(heard.headers["webhook-signature"]).split(" ").length).toBe(10)
      expect(signers(heard, [secret])).toEqual([false])
    }))

  test("marks a test event, attempts it once, and counts it nowhere", (receiver) =>
    Effect.gen(function* () {
      receiver.answers = Receiver.status(410)
      const { id } = yield* integrate(receiver)
      const { sendTest, get } = yield* Integrations
      const { health, statistics, list } = yield* Deliveries
      yield* sendTest(workspace, id)
      expect((yield* receiver.next).headers["webhook-test"]).toBe("true")
      expect(yield* settled(1)).toMatchObject({ state: "dead", test: true })
      expect(yield* get(workspace, id)).toMatchObject({ enabled: true })
      expect(yield* health(workspace)).toMatchObject({ pending: 0, dead: 0, failingIntegrations: 0 })
      const [count] = yield* statistics(workspace, { since: start, until: start + 1000, step: 1000 })
      expect(count).toMatchObject({ delivered: 0, dead: 0, pending: 0 })
      receiver.answers = Receiver.status(200)
      yield* publish("real")
      expect((yield* receiver.next).headers).not.toHaveProperty("webhook-test")
      expect((yield* list(workspace)).deliveries.length).toBe(2)
    }))

  test("records where an attempt went and what was sent", (receiver) =>
    Effect.gen(function* () {
      receiver.answers = Receiver.status(500)
      const { id } = yield* integrate(receiver, "/old")
      const { edit } = yield* Integrations
      yield* edit(workspace, id, { headers: { "x-api-key": "s3cr3t" } })
      yield* publish("one")
      const heard = yield* receiver.next
      const delivery = yield* settled(1)
      yield* edit(workspace, id, { url: receiver.url("/new") })
      const [attempt] = yield* Effect.flatMap(Deliveries, ({ attempts }) => attempts(workspace, delivery.id))
      expect(attempt).toMatchObject({
        url: receiver.url("/old"),
        status: 500,
        message: null,
        remoteAddress: "127.0.0.1",
        requestHeaders: {
          "webhook-id": heard.id,
          "webhook-signature": heard.headers["webhook-signature"],
          "x-api-key": "(hidden)",
        },
        timing: { dns: null, connect: expect.any(Number), tls: null, firstByte: expect.any(Number) },
      })
      expect(heard.headers["x-api-key"]).toBe("s3cr3t")
    }))

  test("creates one integration for an idempotency key", (receiver) =>
    Effect.gen(function* () {
      const { create, list } = yield* Integrations
      const input = { url: receiver.url("/"), events: ["device_enrolled"] }
      const options = { idempotencyKey: "k" }
      const first = yield* create(workspace, input, options)
      const again = yield* create(workspace, input, options)
      expect(again.integration).toEqual(first.integration)
      expect(Redacted.value(again.secret)).toBe(Redacted.value(first.secret))
      expect((yield* list(workspace)).length).toBe(1)
      const other = { ...input, events: ["inventory_item"] }
      expect((yield* Effect.flip(create(workspace, other, options)))._tag).toBe("IdempotencyKeyConflict")
      expect((yield* Effect.flip(create(workspace, input, { idempotencyKey: "" })))._tag).toBe("InvalidIdempotencyKey")
      yield* TestClock.adjust("25 hours")
      expect(yield* Effect.flip(create(workspace, input, options))).toMatchObject({
        ...{ _tag: "IntegrationConflict", id: first.integration.id },
      })
    }))

  it.effect("publishes once when the answer to the commit is lost", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      let lost = 0
      const failing = new Proxy(sql, {
        get: (target, name, self) => {
          if (name !== "withTransaction") return Reflect.get(target, name, self)
          return <A, E, R2>(work: Effect.Effect<A, E, R2>) =>
            Effect.tap(target.withTransaction(work), () =>
              lost++ === 0 ? Effect.flip(Effect.flip(sql`SELECT nothing FROM nowhere`)) : Effect.void,
            )
        },
      })
      const services = publishing.pipe(
        Layer.provide(Layer.merge(GroupCommit.layer, Wakeup.layer)),
        Layer.provide(Layer.succeed(SqlClient.SqlClient, failing)),
      )
      const result = yield* Effect.flatMap(Notifications, (notifications) =>
        notifications.publish(workspace, enrolled("one")),
      ).pipe(Effect.provide(services))
      expect(lost).toBeGreaterThan(1)
      expect(result.duplicate).toBe(false)
      expect(yield* sql`SELECT id FROM espalier_event`).toEqual([{ id: result.id }])
    }).pipe(Effect.provide(migrated(database))),
  )
}

const migrated = <R>(database: TestDatabase<R>) =>
  Layer.provideMerge(Layer.effectDiscard(Effect.orDie(migrate)), database)

describe("SQLite", () => contract(it, memory))
layer(server)("PostgreSQL", (it) => contract(it, postgres))
