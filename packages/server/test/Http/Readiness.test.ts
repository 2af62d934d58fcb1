/**
 * What load balancers and monitoring ask: can this server work just now, and what has it done?
 */
import { describe, expect, it } from "@effect/vitest"
import { Certificate } from "@espalier/apple"
import { Database } from "@espalier/sql"
import * as Apns from "@espalier/testing/Apns"
import * as Pki from "@espalier/testing/Pki"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import * as Folder from "../support/Folder.ts"
import { launch } from "../support/Launch.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const ready = (server: Whitelabel.Whitelabel) =>
  Effect.map(Whitelabel.ask(server, { path: "/ready" }), ({ status, headers, text }) => {
    expect(headers["content-type"]).toBe("application/json")
    const body: unknown = JSON.parse(text)
    return { status, body }
  })

const fine = ["backend", "store", "authority"].map((name) => ({ name, ok: true }))

/** A push certificate of so many days, from then on. */
const pushCertificate = (topic: string, at: Date, days: number) => {
  const certificate = Pki.pushCertificateOf({
    authority: Devices.stranger,
    privateKey: Devices.key,
    topic,
    at,
    days,
  })
  return {
    cert: Certificate.toPem(certificate),
    key: Redacted.make(Devices.key.export({ type: "pkcs8", format: "pem" }).toString()),
  }
}

describe("/ready", () => {
  it.live("is 200 when all is well", () =>
    Effect.gen(function* () {
      const push = { certificates: [Apns.certificate("topic-one")] }
      const server = yield* launch(yield* Backend.start({}), { push })
      const detail = expect.stringMatching(/^\d{5} days left$/)
      const checks = [...fine, { name: `push certificate of ${Apns.topicOne}`, ok: true, detail }]
      expect(yield* ready(server)).toEqual({ status: 200, body: { status: "ready", checks } })
      const head = yield* Whitelabel.ask(server, { method: "HEAD", path: "/ready" })
      expect(head).toMatchObject({ status: 200, text: "" })
    }),
  )

  it.live("is 503 while nobody listens where the backend is; the process is healthy all the same", () =>
    Effect.gen(function* () {
      const gone = yield* Effect.scoped(Backend.start({}))
      const server = yield* launch({ url: `${gone.url}/path/` })
      const detail = `${new URL(gone.url).host} cannot be reached: check --webhook-url`
      expect(yield* ready(server)).toEqual({
        status: 503,
        body: { status: "not ready", checks: [{ name: "backend", ok: false, detail }, ...fine.slice(1)] },
      })
      expect((yield* Whitelabel.ask(server, { path: "/health" })).status).toBe(200)
    }),
  )

  it.live("is 503 while the store takes no writes, and 200 again when it does", () =>
    Effect.gen(function* () {
      const path = yield* Folder.temporary
      const databaseUrl = Redacted.make(`sqlite://${path}/store.db`)
      const server = yield* launch(yield* Backend.start({}), { databaseUrl })
      const context = yield* Layer.build(Layer.fresh(Database.layer({ url: databaseUrl })))
      const sql = (statement: string) =>
        Effect.provide(
          Effect.flatMap(SqlClient.SqlClient, (client) => client.unsafe(statement)),
          context,
        )
      yield* sql("ALTER TABLE espalier_probe RENAME TO away")
      const detail = expect.stringMatching(/\w+ \w+/)
      expect(yield* ready(server)).toMatchObject({
        status: 503,
        body: { checks: [{ ok: true }, { name: "store", ok: false, detail }, { ok: true }] },
      })
      yield* sql("ALTER TABLE away RENAME TO espalier_probe")
      expect((yield* ready(server)).status).toBe(200)
    }),
  )

  const [one, two] = ["com.apple.mgmt.External.one", "com.apple.mgmt.External.two"]
  it.live.each<readonly [string, readonly [at: Date, days: number], number, object]>([
    [
      "expired yesterday",
      [Devices.inDays(-365), 364],
      503,
      { ok: false, detail: expect.stringMatching(/^It has expired: renew it/) },
    ],
    ["ends within a month", [Devices.now, 12.5], 200, { ok: true, detail: "12 days left: renew it" }],
    ["ends today", [Devices.now, 0.5], 200, { ok: true, detail: "0 days left: renew it" }],
    ["is new", [Devices.now, 364.5], 200, { ok: true, detail: "364 days left" }],
  ])("says of a push certificate that it %s", ([, [at, days], status, check]) =>
    Effect.gen(function* () {
      const certificates = [pushCertificate(one, at, days), pushCertificate(two, Devices.now, 100.5)]
      const server = yield* launch(yield* Backend.start({}), { push: { certificates } })
      const other = { name: `push certificate of ${two}`, ok: true, detail: "100 days left" }
      expect(yield* ready(server)).toMatchObject({
        status,
        body: { checks: [...fine, { name: `push certificate of ${one}`, ...check }, other] },
      })
    }),
  )
})

describe("/metrics", () => {
  it.live("counts requests by message and status, in Prometheus's text, and knows no device", () =>
    Effect.gen(function* () {
      const server = yield* launch(yield* Backend.start({ event: Backend.taken }))
      const [udid, secret] = ["UDID-OF-NOBODY", "SECRET"]
      yield* Whitelabel.checkIn(server, { ...Messages.tokenUpdate, UDID: udid, PushMagic: secret })
      yield* Whitelabel.checkIn(server, { ...Messages.tokenUpdate, UDID: udid, PushMagic: secret })
      yield* Whitelabel.checkIn(server, secret)
      yield* Whitelabel.ask(server, { path: `/mdm/apple/enroll?token=${secret}` })
      const answer = yield* Whitelabel.ask(server, { path: "/metrics" })
      expect(answer).toMatchObject({ status: 200, headers: { "content-type": expect.stringMatching(/^text\/plain/) } })
      expect(answer.text).toMatch(/^# TYPE espalier_device_requests_total counter$/m)
      const counted = (message: string, status: number) =>
        answer.text
          .split("\n")
          .filter((line) => line.startsWith("espalier_device_requests_total{"))
          .find((line) => line.includes(`message="${message}"`) && line.includes(`status="${status}"`))
          ?.split(" ")
          .at(-1)
      expect([counted("TokenUpdate", 200), counted("rejected", 400), counted("rejected", 403)]).toEqual(["2", "1", "1"])
      expect(answer.text).toMatch(/^espalier_device_request_duration_seconds_bucket/m)
      expect(answer.text).not.toMatch(new RegExp(`${udid}|${secret}`))
      // Every line is a comment or a sample (Prometheus, "Text-based format").
      for (const line of answer.text.trimEnd().split("\n")) {
        expect(line).toMatch(/^(?:# (?:HELP|TYPE) \S+ .+|[a-zA-Z_:][\w:]*(?:\{[^}]*\})? [-+\deE.NaInf]+)$/)
      }
    }),
  )
})
