/**
 * `POST /api/push`, before a stand-in of APNs: who may, what is taken, and what becomes of each push.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Apns from "@espalier/testing/Apns"
import { Effect, Redacted } from "effect"
import type { Server } from "../../src/index.ts"
import * as Backend from "../support/Backend.ts"
import { launch } from "../support/Launch.ts"
import { expectProblem, expectUnharmed } from "../support/Refusals.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const [first, second] = ["correct-horse-battery-staple", "another-key"]

const pushOver = (apns: { readonly url: string }): Server.ServerOptions["push"] => ({
  certificates: [Apns.certificate("topic-one"), Apns.certificate("topic-two")],
  url: apns.url,
  ca: Apns.authority,
  retries: 0,
})

const given = Effect.fnUntraced(function* (
  react?: Parameters<typeof Apns.start>[0],
  keys: ReadonlyArray<string> = [first, second],
) {
  const apns = yield* Apns.start(react)
  const backend = yield* Backend.start({})
  return {
    apns,
    backend,
    server: yield* launch(backend, { push: pushOver(apns), apiKeys: keys.map((key) => Redacted.make(key)) }),
  }
})

const tokenOf = (text: string) => Buffer.from(text).toString("base64")
const hexOf = (text: string) => Buffer.from(text).toString("hex")
const push = (token: string, topic = Apns.topicOne) => ({
  topic,
  pushToken: tokenOf(token),
  pushMagic: `magic ${token}`,
})

const post = (server: Whitelabel.Whitelabel, body: string, authorization = `Bearer ${first}`) =>
  Whitelabel.ask(server, {
    method: "POST",
    path: "/api/push",
    headers: { "content-type": "application/json", ...(authorization === "" ? {} : { authorization }) },
    body,
  })
const pushes = (...all: ReadonlyArray<unknown>) => JSON.stringify({ pushes: all })

describe("who may push", () => {
  it.live.each([`Bearer ${first}`, `Bearer ${second}`, `bearer   ${first}`])("%s", (authorization) =>
    Effect.gen(function* () {
      const { server } = yield* given()
      expect((yield* post(server, pushes(push("a")), authorization)).status).toBe(200)
    }),
  )

  it.live.each([
    "",
    "Bearer",
    "Bearer ",
    "Bearer wrong",
    `Bearer ${first}x`,
    `Bearer ${first.slice(0, -1)}`,
    `Bearer ${first.toUpperCase()}`,
    `Bearer ${first} ${second}`,
    `Bearer ${first}, Bearer ${second}`,
    `Basic ${Buffer.from(`push:${first}`).toString("base64")}`,
    first,
    `Bearer ${"x".repeat(10_000)}`,
  ])("not: %s", (authorization) =>
    Effect.gen(function* () {
      const { apns, backend, server } = yield* given()
      const answer = yield* post(server, pushes(push("a")), authorization)
      expect(answer.status).toBe(401)
      expect(JSON.parse(answer.text)).toEqual({
        type: "urn:espalier:problem:unauthorized",
        title: "A valid API key is required",
        status: 401,
      })
      expect(answer.headers["www-authenticate"]).toBe("Bearer")
      expect(answer.text).not.toContain(first)
      expect(apns.asked).toEqual([])
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live("not without a key configured: there is nothing there", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given(undefined, [])
      expectProblem(yield* post(server, pushes(push("a")), "Bearer "), 404)
      expectProblem(yield* Whitelabel.ask(server, { path: "/api/push" }), 404)
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live("only by POST", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const answer = yield* Whitelabel.ask(server, { path: "/api/push" })
      expectProblem(answer, 405)
      expect(answer.headers["allow"]).toBe("POST")
    }),
  )
})

describe("what becomes of pushes", () => {
  it.live("each is told, in the order of the request: a dead token apart from one to try again", () =>
    Effect.gen(function* () {
      const { apns, server } = yield* given(({ token }): Apns.Reaction => {
        switch (Buffer.from(token, "hex").toString()) {
          case "gone":
            return Apns.refused(410, "Unregistered")
          case "bad":
            return Apns.refused(400, "BadDeviceToken")
          case "busy":
            return { status: 429, body: `{"reason":"TooManyRequests"}`, headers: { "retry-after": "30" } }
          case "down":
            return Apns.refused(503, "ServiceUnavailable")
          default:
            return Apns.accepted
        }
      })
      const answer = yield* post(
        server,
        pushes(
          push("one"),
          push("gone"),
          push("bad"),
          push("two", Apns.topicTwo),
          push("busy"),
          push("down"),
          push("x", "com.apple.mgmt.unknown"),
          { ...push("y"), pushToken: "not base64!" },
        ),
      )
      expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/json" } })
      const accepted = { status: "accepted", apnsId: expect.stringMatching(/^[0-9a-f-]{36}$/) }
      const failed = (reason: string) => ({ status: "failed", reason, message: expect.any(String) })
      expect(JSON.parse(answer.text)).toEqual({
        results: [
          accepted,
          failed("InvalidToken"),
          failed("InvalidToken"),
          accepted,
          { ...failed("TooManyRequests"), retryAfter: 30 },
          failed("Unavailable"),
          failed("TopicNotFound"),
          failed("InvalidRequest"),
        ],
      })
      const one = apns.asked.find(({ token }) => token === hexOf("one"))
      expect(one?.headers).toMatchObject({
        "apns-topic": Apns.topicOne,
        "apns-push-type": "mdm",
        "apns-priority": "10",
      })
      expect(JSON.parse(one?.body ?? "")).toEqual({ mdm: "magic one" })
      // Nothing of a token or a magic comes back.
      expect(answer.text).not.toMatch(/magic|not base64!/)
    }),
  )

  it.live("a thousand go at once", () =>
    Effect.gen(function* () {
      const { apns, server } = yield* given()
      const answer = yield* post(server, pushes(...Array.from({ length: 1000 }, (_, index) => push(`device ${index}`))))
      expect(answer.status).toBe(200)
      expect(answer.text.match(/"accepted"/g)?.length).toBe(1000)
      expect(new Set(apns.asked.map(({ token }) => token)).size).toBe(1000)
      expect(apns.sessions()).toBe(1)
    }),
  )
})

describe("a body that cannot be taken is refused, and nobody is woken", () => {
  it.live.each<readonly [string, string]>([
    ["nothing", ""],
    ["no JSON", "{"],
    ["no pushes", "{}"],
    ["an empty batch", pushes()],
    ["no array", JSON.stringify({ pushes: push("a") })],
    ["one of nothing", pushes(null)],
    ["one without a token", pushes(push("a"), { ...push("b"), pushToken: undefined })],
    ["one with an empty magic", pushes(push("a"), { ...push("b"), pushMagic: "" })],
    ["one with a number for a topic", pushes({ ...push("a"), topic: 1 })],
    ["one more than a thousand", pushes(...Array.from({ length: 1001 }, () => push("a")))],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00]).toString("latin1")],
    ["brackets", "[".repeat(100_000)],
  ])("%s", ([, body]) =>
    Effect.gen(function* () {
      const { apns, backend, server } = yield* given()
      const answer = yield* post(server, body)
      expect(answer).toMatchObject({ status: 400, headers: { "content-type": "application/problem+json" } })
      expect(JSON.parse(answer.text)).toMatchObject({ status: 400, title: expect.stringMatching(/\w/) })
      expect(apns.asked).toEqual([])
      yield* expectUnharmed(server, backend)
    }),
  )
})

describe("the OpenAPI document", () => {
  it.live("describes the operation", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const answer = yield* Whitelabel.ask(server, { path: "/api/push/openapi.json" })
      expect(answer.status).toBe(200)
      expect(JSON.parse(answer.text)).toMatchObject({
        openapi: expect.stringMatching(/^3\./),
        paths: { "/api/push": { post: { summary: "Wake devices", security: expect.any(Array) } } },
      })
    }),
  )
})

describe("certificates", () => {
  it.live("that cannot be used stop the start", () =>
    Effect.gen(function* () {
      const backend = yield* Backend.start({})
      const certificates = [Apns.certificate("app")]
      const error = yield* Effect.flip(launch(backend, { push: { certificates } }))
      expect(error).toMatchObject({ _tag: "InvalidPushOptions" })
    }),
  )

  it.live("give the profile its topic", () =>
    Effect.gen(function* () {
      const apns = yield* Apns.start()
      const backend = yield* Backend.start({})
      const server = yield* launch(backend, { push: pushOver(apns), enrollment: { mode: "open" } })
      const answer = yield* Whitelabel.ask(server, { path: "/mdm/apple/enroll" })
      expect(answer.text).toContain(`<key>Topic</key>`)
      expect(answer.text).toContain(`<string>${Apns.topicOne}</string>`)
    }),
  )
})
