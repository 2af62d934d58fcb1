/**
 * What is sent because somebody asked: finished deliveries of a range of time once more, and test events.
 */
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { NotificationEvent, SubscriptionName, subscriptionOf } from "@espalier/schema"
import { Secret, WebhookSignature } from "@espalier/signing"
import * as DeliveryRows from "@espalier/testing/DeliveryRows"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import * as EventExample from "../src/Events/EventExample.ts"
import { Deliveries, Integrations } from "../src/index.ts"
import { integrate, publish, settled, start, tester, wake, workspace } from "./DeliveryHarness.ts"

/** Waits, in real time, until nothing is pending, and gives the workspace's deliveries, oldest first. */
const finished = Effect.gen(function* () {
  const { list } = yield* Deliveries
  while ((yield* list(workspace, { state: "pending", limit: 1 })).deliveries.length > 0) {
    yield* TestClock.withLive(Effect.sleep(2))
  }
  return (yield* list(workspace)).deliveries.toReversed()
})

/** Publishes an event a second, five in all, and gives their identifiers. */
const publishFive = Effect.gen(function* () {
  const ids: Array<string> = []
  for (let second = 0; second < 5; second++) {
    ids.push((yield* publish(String(second))).id)
    yield* finished
    yield* TestClock.adjust("1 second")
  }
  return ids
})

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const test = tester(it, database)

  test(
    "replays the dead deliveries of a time range with the same ids, and no others",
    (receiver) =>
      Effect.gen(function* () {
        const { replay, attempts } = yield* Deliveries
        yield* integrate(receiver)
        // The second one arrives; the others are dead at the first try.
        receiver.answers = (response, { count }) => response.writeHead(count === 2 ? 204 : 500).end()
        const ids = yield* publishFive
        expect((yield* finished).map(({ state }) => state)).toEqual(["dead", "delivered", "dead", "dead", "dead"])
        receiver.answers = Receiver.status(204)
        const range = { since: start + 1000, until: start + 4000 }
        expect(yield* replay(workspace, range)).toEqual({ deliveries: 2 })
        const after = yield* finished
        expect(
          receiver.received
            .slice(5)
            .map(({ id }) => id)
            .sort(),
        ).toEqual([ids[2], ids[3]].sort())
        expect(after.map(({ state, attempts }) => [state, attempts])).toEqual([
          ["dead", 1],
          ["delivered", 1],
          ["delivered", 2],
          ["delivered", 2],
          ["dead", 1],
        ])
        expect(yield* attempts(workspace, after[2]?.id ?? 0)).toMatchObject([
          { number: 1, status: 500 },
          { number: 2, status: 204 },
        ])
        // Again, as after it was stopped: nothing is left to do.
        expect(yield* replay(workspace, range)).toEqual({ deliveries: 0 })
        expect(yield* replay("b", range)).toEqual({ deliveries: 0 })
      }),
    { retryDelays: [0] },
  )

  test("replays delivered ones on request, for one integration if it is named", (receiver) =>
    Effect.gen(function* () {
      const { replay } = yield* Deliveries
      const { id: integration } = yield* integrate(receiver, "/one")
      yield* integrate(receiver, "/two")
      const ids = yield* publishFive
      const range = { since: start + 1000, until: start + 3000 }
      expect(yield* replay(workspace, range)).toEqual({ deliveries: 0 })
      expect(yield* replay(workspace, { ...range, state: "delivered", integration })).toEqual({ deliveries: 2 })
      yield* finished
      const again = receiver.received.slice(10)
      expect(again.map(({ id }) => id).sort()).toEqual([ids[1], ids[2]].sort())
      expect(again.map(({ path }) => path)).toEqual(["/one", "/one"])
      expect(yield* replay(workspace, { ...range, state: "delivered" })).toEqual({ deliveries: 4 })
      yield* finished
      expect(receiver.received.length).toBe(16)
    }))

  test(
    "retries once more when no attempts are left, and continues with those that are left",
    (receiver) =>
      Effect.gen(function* () {
        const { replay } = yield* Deliveries
        yield* integrate(receiver)
        receiver.answers = (response, { count }) => response.writeHead(count === 1 ? 204 : 500).end()
        yield* publish("delivered at first")
        yield* finished
        yield* publish("never")
        yield* settled(1)
        yield* TestClock.adjust("2 minutes")
        yield* wake
        expect((yield* finished).map(({ state, attempts }) => [state, attempts])).toEqual([
          ["delivered", 1],
          ["dead", 2],
        ])
        const range = { since: start, until: start + 1 }
        expect(yield* replay(workspace, range)).toEqual({ deliveries: 1 })
        expect((yield* finished)[1]).toMatchObject({ state: "dead", attempts: 3 })
        expect(yield* replay(workspace, { ...range, state: "delivered" })).toEqual({ deliveries: 1 })
        // Its second try is its last.
        expect((yield* finished)[0]).toMatchObject({ state: "dead", attempts: 2 })
      }),
    { retryDelays: [0, "1 minute"] },
  )

  test("replays thousands, and leaves those outside of the range", () =>
    Effect.gen(function* () {
      const { replay, list, statistics } = yield* Deliveries
      yield* DeliveryRows.insertMany(workspace, 4500)
      const range = { since: 101, until: 4301, state: "delivered" } as const
      expect(yield* replay(workspace, range)).toEqual({ deliveries: 4200 })
      expect(yield* replay(workspace, range)).toEqual({ deliveries: 0 })
      expect(yield* statistics(workspace, { since: 1, until: 4501, step: 100 })).toEqual(
        Array.from({ length: 45 }, (_, index) => {
          const pending = index >= 1 && index < 43
          return { at: 1 + index * 100, delivered: pending ? 0 : 100, dead: 0, pending: pending ? 100 : 0 }
        }),
      )
      const [newest] = (yield* list(workspace, { state: "pending", limit: 1 })).deliveries
      expect(newest).toMatchObject({ createdAt: 4300, dueAt: start, updatedAt: start })
    }))

  test("sends a test event to one integration, signed, and lists its attempt", (receiver) =>
    Effect.gen(function* () {
      const { sendTest } = yield* Integrations
      const { get, attempts } = yield* Deliveries
      const { id, secret } = yield* integrate(receiver, "/one")
      yield* integrate(receiver, "/two")
      const sent = yield* sendTest(workspace, id)
      const { path, headers, body } = yield* receiver.next
      expect([path, headers["webhook-id"]]).toEqual(["/one", sent.event])
      yield* WebhookSignature.verify({
        headers: {
          "webhook-id": sent.event,
          "webhook-timestamp": String(headers["webhook-timestamp"]),
          "webhook-signature": String(headers["webhook-signature"]),
        },
        body,
        secrets: [yield* Effect.fromResult(Secret.parse(secret))],
      })
      expect(yield* finished).toMatchObject([{ id: sent.delivery, event: sent.event, integration: id }])
      expect(yield* get(workspace, sent.delivery)).toMatchObject({
        ...{ name: "device_enrolled", state: "delivered", url: receiver.url("/one") },
        body: Buffer.from(body).toString(),
      })
      expect(yield* attempts(workspace, sent.delivery)).toMatchObject([{ number: 1, status: 204 }])
      expect(receiver.received.length).toBe(1)
    }))

  test("sends a test of any event", (receiver) =>
    Effect.gen(function* () {
      const { sendTest } = yield* Integrations
      const { id } = yield* integrate(receiver)
      for (const name of SubscriptionName.literals) {
        const { event } = yield* sendTest(workspace, id, name)
        const heard = yield* receiver.next
        expect(heard.id).toBe(event)
        const read = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(NotificationEvent))(
          Buffer.from(heard.body).toString(),
        )
        expect(read).toEqual(EventExample.of(name))
        expect(subscriptionOf(read)).toBe(name)
      }
    }))

  test("rejects a test of a disabled integration and of another workspace's", (receiver) =>
    Effect.gen(function* () {
      const { sendTest, disable } = yield* Integrations
      const { id } = yield* integrate(receiver)
      expect((yield* Effect.flip(sendTest("b", id)))._tag).toBe("IntegrationNotFound")
      expect((yield* Effect.flip(sendTest(workspace, "int_none")))._tag).toBe("IntegrationNotFound")
      yield* disable(workspace, id)
      expect((yield* Effect.flip(sendTest(workspace, id)))._tag).toBe("IntegrationDisabled")
      const sql = yield* SqlClient.SqlClient
      expect(yield* sql`SELECT id FROM espalier_event`).toEqual([])
    }))
}

describe("SQLite", () => contract(it, memory))
layer(server)("PostgreSQL", (it) => contract(it, postgres))
