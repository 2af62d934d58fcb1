/**
 * The protocol's table of errors, cell by cell: what the backend answers, and what the device sees of it in every situation.
 *
 * A cell is the whole answer: status, `Retry-After`, body.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Server } from "../../src/index.ts"
import * as Backend from "../support/Backend.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

type Send = (server: Whitelabel.Whitelabel) => ReturnType<typeof Whitelabel.ask>

const checkIn = (message: Parameters<typeof Whitelabel.checkIn>[1]) => (server: Whitelabel.Whitelabel) =>
  Whitelabel.checkIn(server, message)
const report = (message: Parameters<typeof Whitelabel.report>[1]) => (server: Whitelabel.Whitelabel) =>
  Whitelabel.report(server, message)
const get = (method: string) => (server: Whitelabel.Whitelabel) =>
  Whitelabel.ask(server, { method, path: "/mdm/apple/assets/logo" })

const tokens = { activationsToken: "a", configurationsToken: "b", assetsToken: "c", managementToken: "d" }
const items = { activations: [], configurations: [], assets: [], management: [] }

interface Column {
  readonly cell: keyof Cells
  readonly send: Send
  /** The webhooks that answer as they should; all others give the row's answer. */
  readonly replies?: Backend.Replies
}

interface Cells {
  readonly authenticate: string
  readonly event: string
  readonly optional: string
  readonly userAuthenticate: string
  readonly poll: string
  readonly declarative: string
  readonly status: string
  readonly asset: string
}

const columns: { readonly [situation: string]: Column } = {
  Authenticate: { cell: "authenticate", send: checkIn(Messages.authenticate) },
  TokenUpdate: { cell: "event", send: checkIn(Messages.tokenUpdate) },
  "TokenUpdate of a user": { cell: "event", send: checkIn({ ...Messages.tokenUpdate, UserID: "0E2B" }) },
  CheckOut: { cell: "event", send: checkIn(Messages.checkOut) },
  SetBootstrapToken: { cell: "optional", send: checkIn(Messages.setBootstrapToken) },
  GetBootstrapToken: { cell: "optional", send: checkIn(Messages.getBootstrapToken) },
  GetToken: { cell: "optional", send: checkIn(Messages.getToken) },
  UserAuthenticate: { cell: "userAuthenticate", send: checkIn(Messages.userAuthenticate) },
  Idle: { cell: "poll", send: report(Messages.idle) },
  "a result": { cell: "event", send: report(Messages.acknowledged) },
  "a result that is taken, then the question": {
    cell: "poll",
    send: report(Messages.acknowledged),
    replies: { event: Backend.taken },
  },
  tokens: { cell: "declarative", send: checkIn(Messages.declarative("tokens")) },
  "declaration-items, without tokens": {
    cell: "declarative",
    send: checkIn(Messages.declarative("declaration-items")),
    replies: { declarationItems: Backend.json(items) },
  },
  "declaration-items, without items": {
    cell: "declarative",
    send: checkIn(Messages.declarative("declaration-items")),
    replies: { declarationTokens: Backend.json(tokens) },
  },
  declaration: { cell: "declarative", send: checkIn(Messages.declarative("declaration/configuration/a")) },
  status: { cell: "status", send: checkIn(Messages.declarative("status", `{"StatusItems":{},"Errors":[]}`)) },
  "GET asset": { cell: "asset", send: get("GET") },
  "HEAD asset": { cell: "asset", send: get("HEAD") },
}

interface Row extends Partial<Cells> {
  readonly otherwise?: string
  readonly reply: Backend.Reply
  readonly options?: Partial<Server.ServerOptions["backend"]>
}

const unrecognized = `403 application/json {"code":"com.apple.unrecognized.device"}`
const explained = `403 application/json {"code":"com.apple.unrecognized.device","description":"gone","message":"Left the company"}`

const body =
  (status: number, contentType: string, text: string, headers?: { readonly [name: string]: string }): Backend.Reply =>
  (response) => {
    response.writeHead(status, { "content-type": contentType, ...headers }).end(text)
  }
const html = "<html><body>Hello</body></html>"

const rows: { readonly [answer: string]: Row } = {
  ManagementNotSupported: {
    reply: Backend.json({ _tag: "ManagementNotSupported" }, 501),
    authenticate: "403",
    event: "200",
    optional: "400",
    userAuthenticate: "410",
    poll: "200",
    declarative: "501",
    status: "200",
    asset: "404",
  },
  "ManagementNotSupported under another status": {
    reply: Backend.json({ _tag: "ManagementNotSupported", message: "no" }, 404),
    authenticate: "403",
    event: "200",
    optional: "400",
    userAuthenticate: "410",
    poll: "200",
    declarative: "501",
    status: "200",
    asset: "404",
  },
  UnknownDevice: {
    reply: Backend.json({ _tag: "UnknownDevice", message: "who?" }, 404),
    authenticate: "403",
    event: "404",
    optional: "404",
    userAuthenticate: "404",
    poll: "404",
    declarative: "400",
    status: "400",
    asset: "404",
  },
  "404 without a typed body": {
    reply: body(404, "text/html", html),
    optional: "400",
    userAuthenticate: "410",
    otherwise: "503 Retry-After 60",
  },
  "410 without a typed body": { reply: body(410, "text/html", html), otherwise: "503 Retry-After 60" },
  ServerInitiatedUnenrollment: {
    reply: Backend.json({ _tag: "ServerInitiatedUnenrollment" }, 410),
    authenticate: unrecognized,
    event: unrecognized,
    optional: unrecognized,
    userAuthenticate: unrecognized,
    poll: unrecognized,
    declarative: unrecognized,
    status: unrecognized,
    asset: "403",
  },
  "ServerInitiatedUnenrollment with words": {
    reply: Backend.json(
      { _tag: "ServerInitiatedUnenrollment", description: "gone", message: "Left the company", legacy: false },
      410,
    ),
    authenticate: explained,
    event: explained,
    optional: explained,
    userAuthenticate: explained,
    poll: explained,
    declarative: explained,
    status: explained,
    asset: "403",
  },
  "ServerInitiatedUnenrollment of an older system": {
    reply: Backend.json({ _tag: "ServerInitiatedUnenrollment", description: "gone", legacy: true }, 410),
    authenticate: "401",
    event: "401",
    optional: "401",
    userAuthenticate: "401",
    poll: "401",
    declarative: "401",
    status: "401",
    asset: "403",
  },
  InternalServerError: {
    reply: Backend.json({ _tag: "InternalServerError", message: "at Db.query (db.ts:1)" }, 500),
    otherwise: "503 Retry-After 60",
  },
  "500 without a typed body": { reply: body(500, "text/html", html), otherwise: "503 Retry-After 60" },
  "502 of a proxy": { reply: body(502, "text/html", html), otherwise: "503 Retry-After 60" },
  "503 with Retry-After": {
    reply: body(503, "text/html", html, { "retry-after": "7" }),
    otherwise: "503 Retry-After 7",
  },
  "429 that asks for a day": {
    reply: body(429, "text/plain", "", { "retry-after": "86400" }),
    otherwise: "503 Retry-After 3600",
  },
  "400, the server's own mistake": {
    reply: Backend.json({ _tag: "InvalidRequest", message: "scope" }, 400),
    otherwise: "503 Retry-After 60",
  },
  "401, a wrong secret": { reply: Backend.json({ _tag: "InvalidSignature" }, 401), otherwise: "503 Retry-After 60" },
  "a redirect": { reply: body(302, "text/plain", "", { location: "/" }), otherwise: "503 Retry-After 60" },
  "no answer in time": {
    reply: Backend.silence,
    options: { timeout: "80 millis" },
    otherwise: "503 Retry-After 60",
  },
  "a lost connection": { reply: Backend.hangUp, otherwise: "503 Retry-After 60" },
  "something that is not HTTP": {
    reply: (response) => {
      response.socket?.end("220 mail.example.com ESMTP\r\n\r\n")
    },
    otherwise: "503 Retry-After 60",
  },
  // To an event any 2xx is an answer.
  "200 with HTML": {
    reply: body(200, "text/html", html),
    otherwise: "503 Retry-After 60",
    event: "503 Retry-After 60",
  },
  "200 with an error in it": {
    reply: Backend.json({ _tag: "UnknownDevice" }),
    otherwise: "503 Retry-After 60",
    event: "503 Retry-After 60",
  },
}

const eventsTakeAny2xx = new Set(["200 with HTML", "200 with an error in it"])

const seen = ({ status, headers, text }: Whitelabel.Answer): string =>
  [status, headers["content-type"], headers["retry-after"] && `Retry-After ${headers["retry-after"]}`, text]
    .filter((part) => part !== undefined && part !== "")
    .join(" ")

describe.each(Object.entries(rows))("%s", (name, row) => {
  it.live("in every situation", () =>
    Effect.gen(function* () {
      const actual: Record<string, string> = {}
      const expected: Record<string, string | undefined> = {}
      for (const [situation, { cell, send, replies }] of Object.entries(columns)) {
        const isEvent = cell === "authenticate" || cell === "status" || (cell === "event" && situation !== "a result")
        if (eventsTakeAny2xx.has(name) && isEvent) continue
        yield* Effect.scoped(
          Effect.gen(function* () {
            const backend = yield* Backend.start(replies ?? {}, row.reply)
            const server = yield* Whitelabel.start(backend, row.options)
            const answer = yield* send(server)
            actual[situation] = seen(answer)
            // An empty answer says so: no device waits for more, none takes it for a broken one.
            if (answer.text === "" && situation !== "HEAD asset") {
              expect(answer.headers["content-length"], situation).toBe("0")
            }
          }),
        )
        const body = row[cell] ?? row.otherwise
        expected[situation] = situation.startsWith("HEAD") ? body?.replace(/ \{.*/, "") : body
      }
      expect(actual).toEqual(expected)
    }),
  )
})

describe("an open circuit", () => {
  it.live.each(Object.entries(columns))("%s", ([, { send }]) =>
    Effect.gen(function* () {
      const backend = yield* Backend.start({}, Backend.json({ _tag: "InternalServerError" }, 500))
      const server = yield* Whitelabel.start(backend, { circuitBreaker: { failures: 1, openFor: "40 seconds" } })
      yield* Whitelabel.report(server, Messages.idle)
      const before = backend.heard().length
      expect(seen(yield* send(server))).toMatch(/^503 Retry-After (40|39|38)$/)
      expect(backend.heard()).toHaveLength(before)
    }),
  )
})

describe("a backend that is not there", () => {
  it.live.each(Object.entries(columns))("%s", ([, { send }]) =>
    Effect.gen(function* () {
      const gone = yield* Effect.scoped(Backend.start({}))
      const server = yield* Whitelabel.start(gone)
      expect(seen(yield* send(server))).toBe("503 Retry-After 60")
      expect((yield* Whitelabel.ask(server, { path: "/health" })).text).toBe(`{"status":"ok"}`)
    }),
  )
})

describe("what a backend does not offer counts as delivered", () => {
  it.live("a result goes by and the question is asked", () =>
    Effect.gen(function* () {
      const backend = yield* Backend.start({
        event: Backend.json({ _tag: "ManagementNotSupported" }, 501),
        checkin: Backend.json({ _tag: "Command", commandUUID: "command-2", requestType: "DeviceLock", payload: {} }),
      })
      const server = yield* Whitelabel.start(backend)
      const answer = yield* Whitelabel.report(server, Messages.acknowledged)
      expect(Whitelabel.plistOf(answer)).toEqual({ CommandUUID: "command-2", Command: { RequestType: "DeviceLock" } })
    }),
  )
})

describe("only the backend's own null makes a device delete a declaration", () => {
  it.live("null", () =>
    Effect.gen(function* () {
      const backend = yield* Backend.start({ declaration: Backend.json(null) })
      const server = yield* Whitelabel.start(backend)
      const answer = yield* Whitelabel.checkIn(server, Messages.declarative("declaration/configuration/a"))
      expect(seen(answer)).toBe("404")
    }),
  )
})
