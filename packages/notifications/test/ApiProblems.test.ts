/**
 * The errors of the HTTP API: each is a problem (RFC 9457) with a type that programs can tell apart.
 */
import { describe, expect, it } from "@effect/vitest"
import { enrolled } from "@espalier/testing/Events"
import * as Receiver from "@espalier/testing/WebhookReceiver"
import { Effect } from "effect"
import { OpenApi } from "effect/http-api"
import { NotificationsApi } from "../src/Api/index.ts"
import * as ApiHarness from "./ApiHarness.ts"

const events = ["device_enrolled"]
const url = "http://127.0.0.1:4000/"
const body = { url, events }
const acme = "/workspaces/acme"
const integrations = `${acme}/integrations`
const range = { since: 1000, until: 1000 }

type Row = readonly [
  error: string,
  method: string,
  path: string,
  call: ApiHarness.Call,
  status: number,
  type: string,
  members?: object,
]

const bad = "about:blank"
const urn = (name: string) => `urn:espalier:problem:${name}`

/** `{name}` in a path stands for what is there: an integration, one that is disabled, a delivery that is pending. */
const rows: ReadonlyArray<Row> = [
  ["no key", "GET", integrations, { key: null }, 401, urn("unauthorized")],
  ["a malformed key", "GET", integrations, { key: "x" }, 401, urn("unauthorized")],
  ["a sign-in without a key", "POST", "/session", { key: null, body: {} }, 400, bad],
  ["a sign-in with a malformed key", "POST", "/session", { key: null, body: { key: "x" } }, 401, urn("unauthorized")],
  ["a sign-in with a long key", "POST", "/session", { key: null, body: { key: "x".repeat(300) } }, 400, bad],
  ["another workspace", "GET", "/workspaces/b/integrations", {}, 403, urn("forbidden"), { reason: "OtherWorkspace" }],
  ["an integration id with NUL", "GET", `${integrations}/a%00`, {}, 400, bad],
  ["an event id with NUL", "GET", `${acme}/deliveries?event=a%00`, {}, 400, bad],
  ["a body that is not JSON", "POST", integrations, { body: "{" }, 400, bad],
  ["no body", "POST", integrations, {}, 400, bad],
  ["another shape", "POST", integrations, { body: { url: 5 } }, 400, bad, { errors: [{ path: ["payload", "url"] }] }],
  ["another type", "POST", integrations, { body: { ...body, type: "email" } }, 400, bad],
  ["a form", "POST", integrations, { body: "a=b", headers: { "content-type": "text/plain" } }, 415, bad],
  ["a body that is too large", "POST", integrations, { body: " ".repeat(600_000) }, 413, bad],
  ["no URL", "POST", integrations, { body: { ...body, url: "" } }, 422, urn("invalid-url"), { reason: "NotAUrl" }],
  [
    "a private address",
    "POST",
    integrations,
    { body: { ...body, url: "https://10.0.0.1/" } },
    422,
    urn("invalid-address"),
    { range: "private" },
  ],
  [
    "no events",
    "POST",
    integrations,
    { body: { url, events: [] } },
    422,
    urn("invalid-subscriptions"),
    { reason: "None" },
  ],
  [
    "a header of the sender's own",
    "POST",
    integrations,
    { body: { ...body, url: `${url}settings`, headers: { Host: "s3cr3t" } } },
    422,
    urn("invalid-setting"),
    { member: "headers.host" },
  ],
  [
    "unknown events",
    "POST",
    integrations,
    { body: { url, events: ["x"] } },
    422,
    urn("invalid-subscriptions"),
    { reason: "Unknown" },
  ],
  [
    "events twice",
    "POST",
    integrations,
    { body: { url, events: [...events, ...events] } },
    422,
    urn("invalid-subscriptions"),
    { reason: "Duplicate" },
  ],
  ["101 events", "POST", integrations, { body: { url, events: Array(101).fill("x") } }, 400, bad],
  ["a URL that another integration has", "POST", integrations, { body }, 409, urn("integration-conflict")],
  ["an unknown integration", "GET", `${integrations}/int_x`, {}, 404, urn("integration-not-found")],
  [
    "a test of a disabled one",
    "POST",
    `${integrations}/{disabled}/test`,
    { body: {} },
    409,
    urn("integration-disabled"),
  ],
  ["a test of an unknown event", "POST", `${integrations}/{integration}/test`, { body: { event: "x" } }, 400, bad],
  ["an unknown action", "POST", `${acme}/events`, { body: { action: "x" } }, 400, bad],
  ["an event without a member", "POST", `${acme}/events`, { body: { action: "adm_device_enrolled" } }, 400, bad],
  [
    "an event of half a megabyte",
    "POST",
    `${acme}/events`,
    { body: enrolled("x".repeat(300_000)) },
    422,
    urn("invalid-event"),
    { reason: "TooLarge" },
  ],
  [
    "a long idempotency key",
    "POST",
    `${acme}/events`,
    { body: enrolled("a"), headers: { "idempotency-key": "x".repeat(256) } },
    422,
    urn("invalid-idempotency-key"),
  ],
  [
    "an idempotency key of another event",
    "POST",
    `${acme}/events`,
    { body: enrolled("b"), headers: { "idempotency-key": "first" } },
    422,
    urn("idempotency-key-conflict"),
  ],
  ["an unknown delivery", "GET", `${acme}/deliveries/999`, {}, 404, urn("delivery-not-found"), { id: 999 }],
  ["a delivery id that is not a number", "GET", `${acme}/deliveries/abc`, {}, 400, bad],
  ["a delivery id out of range", "GET", `${acme}/deliveries/99999999999999999999`, {}, 400, bad],
  [
    "an unknown member of a new integration",
    "POST",
    integrations,
    { body: { ...body, header: {} } },
    422,
    urn("unknown-member"),
    { member: "header" },
  ],
  [
    "an unknown member of an edit",
    "PATCH",
    `${integrations}/{integration}`,
    { body: { enabled: false } },
    422,
    urn("unknown-member"),
    { member: "enabled" },
  ],
  [
    "an unknown member in an event",
    "POST",
    `${acme}/events`,
    {
      body: { ...enrolled("a"), mdmUser: { id: "u", email: "a@example.com", url: "https://example.com", phone: "1" } },
    },
    422,
    urn("unknown-member"),
    { member: "mdmUser.phone" },
  ],
  [
    "an unknown member of a replay",
    "POST",
    `${acme}/deliveries/replay`,
    { body: { since: 1, until: 2, states: [] } },
    422,
    urn("unknown-member"),
    { member: "states" },
  ],
  ["an invalid cursor", "GET", `${acme}/deliveries?cursor=x`, {}, 422, urn("invalid-cursor")],
  [
    "a range that ends before it begins",
    "GET",
    `${acme}/deliveries?since=5&until=1`,
    {},
    422,
    urn("invalid-time-range"),
  ],
  ["a replay of an empty range", "POST", `${acme}/deliveries/replay`, { body: range }, 422, urn("invalid-time-range")],
  [
    "a million buckets",
    "GET",
    `${acme}/deliveries/statistics?since=0&until=1e9&step=1000`,
    {},
    422,
    urn("invalid-time-range"),
  ],
  ["a page of 201", "GET", `${acme}/deliveries?limit=201`, {}, 400, bad],
  ["an unknown state", "GET", `${acme}/deliveries?state=lost`, {}, 400, bad],
  ["an unknown path", "GET", `${acme}/nothing`, {}, 404, bad],
  ["another method", "PUT", integrations, { body }, 405, bad],
  ["a path that is not UTF-8", "GET", "/workspaces/%ff/integrations", {}, 400, bad],
]

describe("the API", () => {
  it.live("responds with the problems of the table", () =>
    Effect.gen(function* () {
      const { call, receiver } = yield* ApiHarness.make()
      receiver.answers = Receiver.status(500)
      const make = (at: string, subscribed = events) =>
        Effect.map(
          call("POST", integrations, { body: { url: at, events: subscribed } }),
          ({ json }): string => Object(json).integration.id,
        )
      yield* make(url, ["inventory_item"])
      const integration = yield* make(receiver.url("/"))
      const disabled = yield* make(receiver.url("/disabled"))
      yield* call("POST", `${integrations}/${disabled}/disable`)
      yield* call("POST", `${acme}/events`, { body: enrolled("a"), headers: { "idempotency-key": "first" } })
      const { json } = yield* call("GET", `${acme}/deliveries`)
      const there: Record<string, string> = { integration, disabled, pending: Object(json).deliveries[0].id }

      for (const [error, method, path, options, status, type, members = {}] of rows) {
        const answer = yield* call(
          method,
          path.replace(/\{(\w+)\}/, (_, name: string) => there[name] ?? ""),
          options,
        )
        expect([error, answer.status, answer.type]).toEqual([error, status, "application/problem+json"])
        expect(answer.json, error).toMatchObject({ type, status, title: expect.any(String), ...members })
      }
    }),
  )

  it("has a row for every problem type of its document", () => {
    const tested = new Set(rows.map(([, , , , , type]) => type))
    const known = JSON.stringify(OpenApi.fromApi(NotificationsApi)).match(/urn:espalier:problem:[\w-]+/g)
    // The next tests cover the limits and a failing database.
    expect(new Set([...(known ?? []), bad])).toEqual(
      new Set([...tested, ...["database-unavailable", "too-many-integrations", "too-many-tests"].map(urn)]),
    )
  })

  it.live("limits integrations and test events", () =>
    Effect.gen(function* () {
      const { call } = yield* ApiHarness.make({ worker: false, maxIntegrations: 1, maxTestsPerMinute: 2 })
      const created = yield* call("POST", integrations, { body })
      const { id } = Object(created.json).integration
      const another = yield* call("POST", integrations, { body: { ...body, url: `${url}2` } })
      expect([another.status, another.json]).toMatchObject([409, { type: urn("too-many-integrations"), limit: 1 }])
      expect((yield* call("POST", "/workspaces/b/integrations", { body })).status).toBe(403)
      const test = call("POST", `${integrations}/${id}/test`, { body: {} })
      expect([(yield* test).status, (yield* test).status]).toEqual([202, 202])
      const third = yield* test
      expect([third.status, third.json]).toMatchObject([429, { type: urn("too-many-tests"), limit: 2 }])
      expect(third.headers.get("retry-after")).toBe("60")
    }),
  )

  it.live("responds 503 with Retry-After while the database fails", () =>
    Effect.gen(function* () {
      const { call, sql, key } = yield* ApiHarness.make({ worker: false })
      yield* sql`DROP TABLE espalier_integration`
      const answer = yield* call("GET", integrations)
      expect([answer.status, answer.type]).toEqual([503, "application/problem+json"])
      expect(answer.json).toEqual({ type: urn("database-unavailable"), status: 503, title: expect.any(String) })
      expect(answer.headers.get("retry-after")).toBe("5")
      yield* sql`DROP TABLE espalier_api_key`
      expect((yield* call("GET", integrations)).status).toBe(503)
      expect((yield* call("POST", "/session", { key: null, body: { key } })).status).toBe(503)
      expect((yield* call("GET", integrations, { key: "nonsense" })).status).toBe(401)
    }),
  )

  it.live("rejects an endless body without a length", () =>
    Effect.gen(function* () {
      const { origin, key } = yield* ApiHarness.make({ worker: false })
      let sent = 0
      const endless = new ReadableStream({
        pull: (controller) => {
          sent += 65_536
          controller.enqueue(new Uint8Array(65_536).fill(32))
        },
      })
      const answer = yield* Effect.promise(() =>
        fetch(`${origin}/api${integrations}`, {
          method: "POST",
          headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
          duplex: "half",
          body: endless,
        }),
      )
      expect(answer.status).toBe(413)
      expect(sent).toBeLessThan(10_000_000)
    }),
  )

  it.live("lists the methods of a path in Allow", () =>
    Effect.gen(function* () {
      const { call } = yield* ApiHarness.make({ worker: false })
      expect((yield* call("PUT", integrations)).headers.get("allow")).toBe("GET, POST")
      expect((yield* call("PUT", "/session")).headers.get("allow")).toBe("POST, GET, DELETE")
    }),
  )
})
