/**
 * What the vendor receives: once, signed, through the same outbox, and nothing about its own address.
 */
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { OperationalEvent } from "@espalier/schema"
import { Secret, WebhookSignature } from "@espalier/signing"
import { enrolled } from "@espalier/testing/Events"
import * as Sealing from "@espalier/testing/Sealing"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Deliveries, Integrations, Notifications, type NotificationsOptions } from "../src/index.ts"

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const start = Date.UTC(2026, 0, 1)
const decode = Schema.decodeUnknownSync(OperationalEvent)
/** A turn of the event loop, in which sockets do their work. */
const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

const options: NotificationsOptions = {
  addresses: { allow: ["127.0.0.0/8"], allowHttp: true },
  worker: { pollInterval: "20 millis" },
}

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const test = <E>(
    name: string,
    body: (
      receiver: Receiver.Receiver,
      next: Effect.Effect<OperationalEvent>,
    ) => Effect.Effect<void, E, Deliveries | Integrations | Notifications | SqlClient.SqlClient>,
  ) =>
    it.effect(name, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(start)
        const receiver = yield* Receiver.make
        const vendor = yield* Receiver.make
        /** Moves the clock until something arrives at the vendor. */
        const next = vendor.next.pipe(
          Effect.raceFirst(Effect.forever(Effect.andThen(TestClock.adjust("20 millis"), turn))),
          Effect.flatMap((heard) =>
            Effect.gen(function* () {
              const headers = Object.fromEntries(
                Object.entries(heard.headers).map(([name, value]) => [name, String(value)]),
              )
              const secrets = [yield* Effect.fromResult(Secret.parse(secret))]
              yield* WebhookSignature.verify({ headers, body: heard.body, secrets })
              return decode(JSON.parse(new TextDecoder().decode(heard.body)))
            }),
          ),
          Effect.orDie,
        )
        yield* body(receiver, next).pipe(
          Effect.provide(
            Notifications.layer({ ...options, operationalWebhook: { url: vendor.url("/"), secret } }).pipe(
              Layer.provide(Sealing.layer),
              Layer.provideMerge(database),
            ),
          ),
        )
      }).pipe(Effect.scoped),
    )

  test("reports a failing integration once, and an exhausted delivery", (receiver, next) =>
    Effect.gen(function* () {
      receiver.answers = (response) => response.writeHead(500).end()
      const { create } = yield* Integrations
      const { publish } = yield* Notifications
      const sql = yield* SqlClient.SqlClient
      const { integration } = yield* create("acme", {
        url: receiver.url("/"),
        events: ["device_enrolled"],
        retryDelays: [1000, 1000, 1000, 1000, 1000],
      })
      const common = { workspace: "acme", integration: integration.id, url: receiver.url("/") }
      const { id } = yield* publish("acme", enrolled("1"))
      const failing = yield* next
      expect(failing).toEqual({
        type: "integration_failing",
        timestamp: expect.stringMatching(/^2026-01-01T/),
        data: { ...common, failingSince: expect.any(Number) },
      })
      expect(yield* next).toEqual({
        type: "delivery_exhausted",
        timestamp: expect.any(String),
        data: { ...common, delivery: expect.any(Number), event: id, attempts: 6, status: 500 },
      })
      yield* publish("acme", enrolled("2"))
      expect((yield* next).type).toBe("delivery_exhausted")
      expect(yield* sql`SELECT name FROM espalier_event WHERE workspace = '' ORDER BY id`).toEqual(
        ["integration_failing", "delivery_exhausted", "delivery_exhausted"].map((name) => ({ name })),
      )
    }))

  test("reports a disabled integration", (receiver, next) =>
    Effect.gen(function* () {
      receiver.answers = (response) => response.writeHead(410).end()
      const { create, list } = yield* Integrations
      const { publish } = yield* Notifications
      const { integration } = yield* create("acme", { url: receiver.url("/"), events: ["*"] })
      yield* publish("acme", enrolled("1"))
      const both = [yield* next, yield* next].sort((a, b) => a.type.localeCompare(b.type))
      expect(both.map(({ type }) => type)).toEqual(["delivery_exhausted", "integration_disabled"])
      expect(both[1]?.data).toEqual({
        workspace: "acme",
        integration: integration.id,
        url: receiver.url("/"),
        reason: "Gone",
      })
      // No workspace shows the vendor's address.
      expect((yield* list("acme")).map(({ id }) => id)).toEqual([integration.id])
    }))
}

describe("SQLite", () => contract(it, memory))
layer(server, { timeout: "60 seconds" })("PostgreSQL", (it) => contract(it, postgres))

describe("an operational webhook", () => {
  const built = (
    operationalWebhook: NotificationsOptions["operationalWebhook"],
    worker: false | undefined = undefined,
  ) =>
    Layer.build(
      Notifications.layer({ ...options, ...(worker === false ? { worker } : {}), operationalWebhook }).pipe(
        Layer.provide(Sealing.layer),
      ),
    ).pipe(Effect.scoped)

  it.effect("that fails causes no operational event", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start)
      const sql = yield* SqlClient.SqlClient
      const receiver = yield* Receiver.make
      receiver.answers = (response) => response.writeHead(500).end()
      yield* Effect.gen(function* () {
        const { create } = yield* Integrations
        const { publish } = yield* Notifications
        const { health } = yield* Deliveries
        yield* create("acme", { url: receiver.url("/a"), events: ["*"], retryDelays: [] })
        yield* publish("acme", enrolled("1"))
        for (;;) {
          const [row] = yield* sql<{
            readonly attempts: number
          }>`SELECT max(attempts) AS attempts FROM espalier_delivery
            WHERE workspace = ''`
          if ((row?.attempts ?? 0) >= 6) break
          yield* TestClock.adjust("10 minutes")
          yield* turn
        }
        expect((yield* health("acme")).dead).toBe(1)
      }).pipe(
        Effect.provide(
          Notifications.layer({
            ...options,
            worker: { pollInterval: "10 minutes" },
            operationalWebhook: { url: receiver.url("/vendor"), secret },
          }).pipe(Layer.provide(Sealing.layer)),
        ),
      )
      expect(yield* sql`SELECT DISTINCT name FROM espalier_event WHERE workspace = ''`).toEqual(
        expect.arrayContaining([{ name: "delivery_exhausted" }]),
      )
      expect(yield* sql`SELECT id FROM espalier_event WHERE workspace = ''`).toHaveLength(2)
    }).pipe(Effect.scoped, Effect.provide(memory)),
  )

  it.effect("is checked at the start, kept by processes without a worker, and removed with the option", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const state = sql`SELECT url, enabled FROM espalier_integration`
      const url = "http://127.0.0.1:8080/"
      for (const [given, option] of [
        [{ url: "ftp://example.com", secret }, "url"],
        [{ url: "http://10.0.0.1", secret }, "url"],
        [{ url, secret: "whsec_nonsense" }, "secret"],
      ] as const) {
        const error = yield* Effect.flip(built(given))
        expect(error).toMatchObject({ _tag: "InvalidOperationalWebhook", option })
        expect(JSON.stringify(error)).not.toContain("nonsense")
      }
      yield* built({ url, secret })
      yield* built(undefined, false)
      expect(yield* state).toEqual([{ url, enabled: 1 }])
      yield* built({ url: `${url}other`, secret })
      yield* built(undefined)
      expect(yield* state).toEqual([{ url: `${url}other`, enabled: 0 }])
    }).pipe(Effect.provide(memory)),
  )
})
