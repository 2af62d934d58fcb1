/**
 * The conversation, to look at: each exchange of a device with the calls it led to, and none of the secrets that passed through. Looking at it
 * never hurts.
 */
import { describe, expect, it } from "@effect/vitest"
import { Exchange } from "@espalier/schema"
import { Deferred, Effect, Queue, Schema } from "effect"
import * as Backend from "../support/Backend.ts"
import * as BinaryMessages from "../support/BinaryMessages.ts"
import { launch } from "../support/Launch.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const encode = Schema.encodeSync(Exchange)

/** A server that is looked at, and the next exchange that it shows. */
const given = Effect.fnUntraced(function* (replies: Backend.Replies = {}) {
  const backend = yield* Backend.start({ event: Backend.taken, checkin: Backend.json({ _tag: "Idle" }), ...replies })
  const shown = yield* Queue.unbounded<Exchange>()
  const server = yield* launch(backend, {
    enrollment: { mode: "open" },
    onExchange: (exchange) => Queue.offer(shown, exchange),
  })
  return { backend, server, next: Effect.map(Queue.take(shown), (exchange) => encode(exchange)) }
})

const command = {
  _tag: "Command",
  commandUUID: "command-9",
  requestType: "DeviceInformation",
  payload: { Queries: ["DeviceName"] },
}

describe("an exchange", () => {
  it.live("is what the device said, what the backend was asked, and what the device was answered", () =>
    Effect.gen(function* () {
      const { server, next } = yield* given({ checkin: Backend.json(command) })
      yield* Whitelabel.report(server, { ...Messages.acknowledged, QueryResponses: { DeviceName: "Ada's iPhone" } })
      const exchange = yield* next
      expect(exchange).toMatchObject({
        id: expect.stringMatching(/^[a-z0-9]+-1$/),
        message: "Acknowledged",
        udid: Messages.udid,
        method: "PUT",
        path: "/mdm/apple/mdm",
        request: {
          contentType: Whitelabel.commandType,
          json: { QueryResponses: { DeviceName: "Ada's iPhone" }, Status: "Acknowledged" },
        },
        calls: [
          {
            webhook: "event",
            request: { json: { event: { _tag: "CommandResult", commandUUID: "command-1", status: "Acknowledged" } } },
            status: 204,
          },
          {
            webhook: "checkin",
            request: { json: { scope: { udid: Messages.udid } } },
            status: 200,
            answer: { json: command },
          },
        ],
        status: 200,
        response: {
          contentType: "application/xml",
          json: { CommandUUID: "command-9", Command: { RequestType: "DeviceInformation", Queries: ["DeviceName"] } },
        },
      })
      expect(exchange.request?.text).toContain("<key>QueryResponses</key>")
      expect(exchange.response?.text).toContain("<string>DeviceInformation</string>")
      expect(exchange.calls[0]?.answer).toBeUndefined()
      expect(Math.abs(exchange.at - Date.now())).toBeLessThan(60_000)

      yield* Whitelabel.report(server, { ...Messages.idle, UserID: "0E2B", UserShortName: "ada" })
      const later = yield* next
      expect(later).toMatchObject({ message: "Idle", udid: Messages.udid, userId: "0E2B", userShortName: "ada" })
      expect(later.id).toBe(exchange.id.replace(/1$/, "2"))
    }),
  )

  const backendsWords = { _tag: "UnknownDevice", message: "never heard of it" }

  it.live.each([
    { backend: Backend.json(backendsWords, 404), status: 404, call: { status: 404, answer: { json: backendsWords } } },
    { backend: Backend.hangUp, status: 503, call: { error: expect.stringMatching(/^Unreachable: /) } },
    {
      backend: Backend.json({ _tag: "Nap" }),
      status: 503,
      call: { status: 200, error: expect.stringMatching(/^InvalidResponse: /) },
    },
  ])("tells how the backend failed: %j", ({ backend, status, call }) =>
    Effect.gen(function* () {
      const { server, next } = yield* given({ checkin: backend })
      yield* Whitelabel.report(server, Messages.idle)
      const { calls, ...exchange } = yield* next
      expect(exchange).toMatchObject({ message: "Idle", status })
      expect(calls).toMatchObject([{ webhook: "checkin", ...call }])
      if (!("status" in call)) expect(calls[0]).not.toHaveProperty("status")
      if (!("answer" in call)) expect(calls[0]).not.toHaveProperty("answer")
    }),
  )

  it.live("that the server refuses has no calls; a body that is no property list shows its size only", () =>
    Effect.gen(function* () {
      const { server, next } = yield* given()
      yield* Whitelabel.checkIn(server, "<plist><dict>")
      const exchange = yield* next
      expect(exchange).toMatchObject({ message: "PUT", status: 400, calls: [] })
      expect(exchange.request).toEqual({ contentType: Whitelabel.checkInType, size: 13 })
      expect(exchange.response).toMatchObject({ contentType: "application/problem+json", json: { status: 400 } })
    }),
  )

  it.live("shows a binary property list as XML, and JSON inside of data as text", () =>
    Effect.gen(function* () {
      const { server, next } = yield* given()
      yield* Whitelabel.checkIn(server, BinaryMessages.authenticate)
      expect((yield* next).request?.text).toContain("<string>Authenticate</string>")
      yield* Whitelabel.checkIn(server, Messages.declarative("status", `{"StatusItems":{"a":1}}`))
      const status = yield* next
      expect(status.message).toBe("DeclarativeManagement status")
      expect(status.request?.json).toMatchObject({ Data: `{"StatusItems":{"a":1}}` })
    }),
  )

  it.live("is bounded: 64 KiB of a body, and nothing of one beyond a mebibyte", () =>
    Effect.gen(function* () {
      const { server, next } = yield* given()
      const report = (length: number) =>
        Whitelabel.report(server, { ...Messages.acknowledged, QueryResponses: { DeviceName: "é".repeat(length) } })
      yield* report(70_000)
      const { request, calls } = yield* next
      for (const body of [request, calls[0]?.request]) {
        expect(Buffer.byteLength(body?.text ?? "")).toBeGreaterThan(65_000)
        expect(Buffer.byteLength(body?.text ?? "")).toBeLessThanOrEqual(65_536 + 2)
        expect(body).not.toHaveProperty("json")
      }
      yield* report(600_000)
      const large = yield* next
      expect(large.request).toEqual({ contentType: Whitelabel.commandType, size: expect.any(Number) })
      expect(JSON.stringify(large).length).toBeLessThan(200_000)
    }),
  )

  it.live("is every request of a device: profile, SCEP, assets; not those of operators", () =>
    Effect.gen(function* () {
      const { server, next } = yield* given({
        asset: Backend.json({
          content: Buffer.from("the asset's bytes").toString("base64"),
          contentType: "text/plain",
        }),
      })
      yield* Whitelabel.ask(server, { path: "/health" })
      yield* Whitelabel.ask(server, { path: "/mdm/apple/enroll" })
      const enrollment = yield* next
      expect(enrollment).toMatchObject({ message: "enroll", status: 200 })
      // The first profile also asks for the capabilities of the backend.
      const calls = enrollment.calls.map(({ webhook, status }) => `${webhook} ${status}`)
      expect(calls.toSorted()).toEqual(["bootstrapToken 404", "enroll 404", "token 404"])
      yield* Whitelabel.ask(server, { path: "/mdm/apple/scep?operation=GetCACaps" })
      expect(yield* next).toMatchObject({ message: "GetCACaps", path: "/mdm/apple/scep?operation=GetCACaps" })
      yield* Whitelabel.ask(server, { method: "POST", path: "/mdm/apple/scep?operation=PKIOperation", body: "binary" })
      expect(yield* next).toMatchObject({ message: "PKIOperation", request: { contentType: "", size: 6 } })
      yield* Whitelabel.ask(server, { path: "/mdm/apple/assets/logo" })
      const asset = yield* next
      expect(asset).toMatchObject({ message: "asset", path: "/mdm/apple/assets/logo", status: 200 })
      expect(asset.response).toEqual({ contentType: "text/plain", size: 17 })
      yield* Whitelabel.ask(server, { path: "/mdm/apple/astray" })
      expect(yield* next).toMatchObject({ message: "GET", status: 404 })
    }),
  )
})

/** In each form that it takes on its way. */
const secret = "SECRET-MARKER-7d1f"
const bytes = new TextEncoder().encode(secret)
const base64 = Buffer.from(secret).toString("base64")
const forms = [secret, base64, Buffer.from(secret).toString("hex"), base64.replaceAll("=", "")]

describe("secrets", () => {
  it.live("are in no exchange, whatever becomes of it", () =>
    Effect.gen(function* () {
      const elsewhere = yield* Backend.start({}, Backend.json({}))
      const { server, next } = yield* given({
        bootstrapToken: Backend.json({ bootstrapToken: base64 }),
        token: Backend.json({ tokenData: base64 }),
        userAuthenticate: Backend.json({ _tag: "Challenge", digest: secret }),
        asset: Backend.json({ url: `${elsewhere.url.replace("//", `//${secret}:${secret}@`)}/logo?ticket=${secret}` }),
        declaration: Backend.json({ Type: "t", Identifier: "i", ServerToken: "s", Payload: { Password: secret } }),
        enroll: Backend.json({ _tag: "Allow" }),
        checkin: Backend.json({
          _tag: "Command",
          commandUUID: "command-9",
          requestType: "ClearPasscode",
          payload: {
            UnlockToken: { $data: base64 },
            PIN: secret,
            Payload: { $data: base64 },
            Accounts: [{ passwordHash: { $data: base64 }, NewPassword: secret, SharedSecret: [secret] }],
            Data: { $data: Buffer.from(`{"PIN":"${secret}"}`).toString("base64") },
          },
        }),
      })
      const put = (contentType: string) => (message: Parameters<typeof Whitelabel.xml>[0]) =>
        Whitelabel.ask(server, {
          method: "PUT",
          path: "/mdm/apple/mdm",
          headers: { authorization: secret, cookie: secret, "content-type": contentType },
          body: Whitelabel.xml(message),
        })
      const checkIn = put(Whitelabel.checkInType)
      const report = put(Whitelabel.commandType)
      const conversation = [
        checkIn({ ...Messages.tokenUpdate, Token: bytes, PushMagic: secret, UnlockToken: bytes }),
        checkIn({ ...Messages.setBootstrapToken, BootstrapToken: bytes }),
        checkIn(Messages.getBootstrapToken),
        checkIn({ ...Messages.getToken, TokenParameters: { SecurityToken: secret, Other: secret } }),
        checkIn({ ...Messages.userAuthenticate, DigestResponse: secret, AuthToken: secret }),
        checkIn(Messages.declarative("declaration/configuration/mail")),
        checkIn(Messages.declarative("status", `{"StatusItems":{"Passcode":"${secret}"}}`)),
        report(Messages.idle),
        report({ ...Messages.acknowledged, SecurityInfo: { PersonalRecoveryKey: secret, Key: bytes, PIN: 123_456 } }),
        report({ ...Messages.acknowledged, CertificateList: [{ Data: bytes }], BypassCode: secret }),
        // Refused, each at another step.
        checkIn({ ...Messages.tokenUpdate, Topic: bytes, PushMagic: secret }),
        Whitelabel.checkIn(server, `<plist><data>${secret}</data></plist>`),
        Whitelabel.ask(server, { path: "/mdm/apple/assets/logo" }),
        Whitelabel.ask(server, { path: `/mdm/apple/enroll?token=${secret}` }),
        Whitelabel.ask(server, { path: `/mdm/apple/enroll?profile=&${secret}` }),
        Whitelabel.ask(server, { path: `/mdm/apple/scep?operation=PKIOperation&message=${base64}` }),
      ]
      for (const exchanged of conversation) {
        const answer = yield* exchanged
        const exchange = yield* next
        expect(exchange.status).toBe(answer.status)
        const told = JSON.stringify(exchange)
        expect(forms.filter((form) => told.includes(form))).toEqual([])
        expect(told).not.toContain("123456")
      }
    }),
  )

  it.live("take nothing else with them", () =>
    Effect.gen(function* () {
      const { server, next } = yield* given({
        checkin: Backend.json({
          _tag: "Command",
          commandUUID: "command-9",
          requestType: "Settings",
          payload: { RequirePasscode: true, ServerToken: "not a secret", Link: "https://example.com/a?b" },
        }),
      })
      yield* Whitelabel.report(server, Messages.idle)
      expect((yield* next).response?.json).toMatchObject({
        Command: { RequirePasscode: true, ServerToken: "not a secret", Link: "https://example.com/a?•••" },
      })
    }),
  )

  it.live("of an enrollment profile stay out as well", () =>
    Effect.gen(function* () {
      const { server, next } = yield* given()
      const { text } = yield* Whitelabel.ask(server, { path: "/mdm/apple/enroll" })
      const challenge = /<key>Challenge<\/key>\s*<string>([^<]+)</.exec(text)?.[1] ?? "none"
      expect(challenge.length).toBeGreaterThan(20)
      const { response } = yield* next
      expect(response?.text).toContain("<key>Challenge</key>")
      expect(JSON.stringify(response)).not.toContain(challenge)
    }),
  )
})

describe("looking", () => {
  it.live.each([
    { how: "fails", onExchange: () => Effect.fail("no") },
    { how: "throws", onExchange: () => Effect.die("no") },
    {
      how: "throws before it begins",
      onExchange: (): Effect.Effect<void> => {
        throw new Error("no")
      },
    },
    { how: "never ends", onExchange: () => Effect.never },
  ])("does not hurt the exchange when it $how", ({ onExchange: trace }) =>
    Effect.gen(function* () {
      const backend = yield* Backend.start({ checkin: Backend.json({ _tag: "Idle" }) })
      const server = yield* launch(backend, { onExchange: trace })
      for (let turn = 0; turn < 300; turn++) {
        expect((yield* Whitelabel.report(server, Messages.idle)).status).toBe(200)
      }
    }),
  )

  it.live("goes on after a failure, and drops the oldest when it is slow", () =>
    Effect.gen(function* () {
      const backend = yield* Backend.start({ checkin: Backend.json({ _tag: "Idle" }) })
      const open = yield* Deferred.make<void>()
      const shown = yield* Queue.unbounded<string>()
      const server = yield* launch(backend, {
        onExchange: ({ id }) =>
          Effect.andThen(Deferred.await(open), id.endsWith("-1") ? Effect.fail("no") : Queue.offer(shown, id)),
      })
      for (let turn = 0; turn < 300; turn++) yield* Whitelabel.report(server, Messages.idle)
      yield* Deferred.succeed(open, undefined)
      expect(yield* Queue.take(shown)).toMatch(/-45$/)
    }),
  )
})
