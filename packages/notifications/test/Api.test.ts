/**
 * The HTTP API over a real socket, by the client that its definition gives: what each endpoint is for, one after the other.
 */

import { describe, expect, it } from "@effect/vitest"
import { enrolled } from "@espalier/testing/Events"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect, Metric, Redacted } from "effect"
import { HttpApi, OpenApi } from "effect/http-api"
import { NotificationsApi } from "../src/Api/index.ts"
import * as ApiHarness from "./ApiHarness.ts"

/** The routes that have answered with a status of the 200s, as the metrics know them. */
const served = Effect.map(Metric.snapshot, (snapshot) =>
  snapshot.flatMap(({ id, attributes }) =>
    id === "espalier_notifications_requests_total" && attributes?.["status"]?.startsWith("2")
      ? [attributes["route"]]
      : [],
  ),
)

const params = { workspace: "acme" }

describe("the API", () => {
  it.live("serves what the page of a workspace needs", () =>
    Effect.gen(function* () {
      const { client, receiver, key } = yield* ApiHarness.make()
      const { session, integrations, events, deliveries } = client

      const holder = { keyId: key.slice(3, 19), workspace: "acme", note: "tests" }
      expect(yield* session.signIn({ payload: { key: Redacted.make(key) } })).toEqual(holder)
      expect(yield* session.session()).toEqual(holder)
      yield* session.signOut()

      const catalogue = yield* events.catalogue({ params })
      expect(catalogue.map(({ name }) => name)).toContain("device_enrolled")
      expect(catalogue.every(({ description }) => description !== "")).toBe(true)

      const made = yield* integrations.create({
        headers: {},
        params,
        payload: { url: receiver.url("/hook"), events: ["device_enrolled"] },
      })
      const { id } = made.integration
      const at = { workspace: "acme", id }
      expect(made.integration).toMatchObject({ type: "webhook", enabled: true, events: ["device_enrolled"] })
      expect(Redacted.value(made.secret)).toMatch(/^whsec_/)
      expect(yield* integrations.list({ params })).toEqual([made.integration])
      expect(yield* integrations.get({ params: at })).toEqual(made.integration)

      const edited = yield* integrations.edit({
        params: at,
        payload: { events: ["device_enrolled", "inventory_item"] },
      })
      expect(edited).toMatchObject({ id, url: receiver.url("/hook"), events: ["device_enrolled", "inventory_item"] })
      const rotated = yield* integrations.rotateSecret({ params: at, query: {} })
      expect(Redacted.value(rotated.secret)).not.toBe(Redacted.value(made.secret))

      const test = yield* integrations.sendTest({ params: at, payload: { event: "inventory_item" } })
      const heardTest = yield* receiver.next
      expect(heardTest.id).toBe(test.event)
      expect(JSON.parse(Buffer.from(heardTest.body).toString())).toMatchObject({ subAction: "created" })
      yield* integrations.sendTest({ params: at, payload: {} })
      yield* receiver.next

      expect(yield* integrations.disable({ params: at })).toMatchObject({ enabled: false, disabledReason: "Asked" })
      expect(yield* integrations.enable({ params: at })).toMatchObject({ enabled: true })

      const headers = { "idempotency-key": "enrolled-1" }
      const before = Date.now()
      const published = yield* events.publish({ params, headers, payload: enrolled("one") })
      expect(published).toMatchObject({ deliveries: 1, duplicate: false })
      expect((yield* receiver.next).id).toBe(published.id)
      const again = yield* events.publish({ params, headers, payload: enrolled("one") })
      expect(again).toEqual({ ...published, duplicate: true })

      const [delivery] = (yield* deliveries.list({ params, query: { event: published.id } })).deliveries
      if (delivery === undefined) throw new Error("no delivery")
      const which = { workspace: "acme", id: delivery.id }
      const tried = Effect.repeat(deliveries.get({ params: which }), { until: ({ state }) => state === "delivered" })
      expect(yield* tried).toMatchObject({ url: receiver.url("/hook"), body: JSON.stringify(enrolled("one")) })
      expect(yield* deliveries.attempts({ params: which })).toMatchObject([{ number: 1, status: 204, error: null }])
      yield* deliveries.retry({ params: which })
      expect((yield* receiver.next).id).toBe(published.id)
      yield* Effect.repeat(deliveries.get({ params: which }), { until: ({ attempts }) => attempts === 2 })

      const range = { since: before, until: before + 600_000 }
      const replayed = yield* deliveries.replay({ params, payload: { ...range, state: "delivered", integration: id } })
      expect(replayed).toEqual({ deliveries: 1 })
      expect((yield* receiver.next).id).toBe(published.id)
      yield* Effect.repeat(deliveries.get({ params: which }), { until: ({ attempts }) => attempts === 3 })

      const delivered = { ...range, state: "delivered" } as const
      expect(yield* deliveries.previewReplay({ params, payload: delivered })).toEqual({
        deliveries: 1,
        integrations: 1,
      })
      expect(yield* deliveries.retryAll({ params: at })).toEqual({ deliveries: 0 })

      const counts = yield* deliveries.statistics({ params, query: { ...range, step: 60_000 } })
      expect(counts.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(1)
      expect(yield* deliveries.health({ params })).toEqual({
        pending: 0,
        dead: 0,
        oldestDueAt: null,
        disabledIntegrations: 0,
        failingIntegrations: 0,
      })

      yield* integrations.delete({ params: at })
      expect(yield* integrations.list({ params })).toEqual([])

      const endpoints: Array<string> = []
      HttpApi.reflect(NotificationsApi, {
        onGroup: () => {},
        onEndpoint: ({ endpoint }) => endpoints.push(`${endpoint.method} ${endpoint.path}`),
      })
      expect(new Set(yield* served)).toEqual(new Set(endpoints))
    }),
  )

  it.live("lists deliveries by page, filtered", () =>
    Effect.gen(function* () {
      const { client, receiver, call } = yield* ApiHarness.make()
      receiver.answers = Receiver.status(500)
      yield* client.integrations.create({
        params,
        headers: {},
        payload: { url: receiver.url("/"), events: ["device_enrolled"] },
      })
      const ids: Array<string> = []
      for (const name of ["a", "b", "c", "d", "e"]) {
        ids.unshift((yield* client.events.publish({ params, headers: {}, payload: enrolled(name) })).id)
      }
      const seen: Array<string> = []
      let cursor: string | undefined
      const sizes: Array<number> = []
      do {
        const page = yield* client.deliveries.list({
          params,
          query: { limit: 2, ...(cursor === undefined ? {} : { cursor }) },
        })
        seen.push(...page.deliveries.map(({ event }) => event))
        sizes.push(page.deliveries.length)
        cursor = page.next
      } while (cursor !== undefined)
      expect([seen, sizes]).toEqual([ids, [2, 2, 1]])
      const none = yield* client.deliveries.list({ params, query: { state: "delivered", name: "device_enrolled" } })
      expect(none).toEqual({ deliveries: [] })
      const later = yield* call("GET", `/workspaces/acme/deliveries?since=${Date.now() + 60_000}`)
      expect(later.json).toEqual({ deliveries: [] })
    }),
  )

  it.live("has an OpenAPI document whose references resolve, and a page to browse it", () =>
    Effect.gen(function* () {
      const { call } = yield* ApiHarness.make({ worker: false })
      const document = yield* call("GET", "/notifications/openapi.json", { key: null })
      expect(document).toMatchObject({ status: 200, json: { openapi: "3.1.0", webhooks: { device_enrolled: {} } } })
      expect(document.json).toEqual(JSON.parse(JSON.stringify(OpenApi.fromApi(NotificationsApi))))
      const references = new Set([...document.text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = ""]) => path))
      expect(references.size).toBeGreaterThan(30)
      for (const path of references) {
        const found = path.split("/").reduce((node: unknown, key) => Object(node)[key], document.json)
        expect(found, path).toBeDefined()
      }
      const page = yield* call("GET", "/notifications/reference", { key: null })
      expect([page.status, page.type]).toEqual([200, "text/html"])
      expect(page.text).toContain("Espalier notifications")
    }),
  )
})
