/**
 * What the client makes of whatever a backend answers. Every answer comes over a real connection.
 */

import type { ServerResponse } from "node:http"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import type { WebhookCalls } from "../../src/Backend/index.ts"
import { checkOut, client, http, json, type Listening, scope, tcp, tokens } from "./OddBackend.ts"

const ask = {
  event: (calls: WebhookCalls) => calls.event(checkOut),
  checkin: (calls: WebhookCalls) => calls.checkin({ scope }),
  declaration: (calls: WebhookCalls) => calls.declaration({ scope, type: "configuration", identifier: "a" }),
  asset: (calls: WebhookCalls) => calls.asset({ identifier: "a" }),
  token: (calls: WebhookCalls) => calls.token({ scope, tokenServiceType: "com.apple.maid" }),
}

/** `Success value`, an error's tag, or `BackendUnavailable` with its reason, as one line. */
const outcome = (webhook: keyof typeof ask, backend: Listening) =>
  Effect.gen(function* () {
    const calls = yield* client(backend, { maxResponseBytes: 1000, timeout: "2 seconds" })
    const result = yield* Effect.result<unknown, Effect.Error<ReturnType<(typeof ask)["event"]>>, never>(
      ask[webhook](calls),
    )
    if (Result.isSuccess(result)) return `Success ${JSON.stringify(result.success)}`
    const error = result.failure
    return error._tag === "BackendUnavailable" ? `${error.reason}: ${error.message}` : error._tag
  })

type Row = readonly [
  answer: string,
  webhook: keyof typeof ask,
  send: (response: ServerResponse) => void,
  expected: string | RegExp,
]

const body = (status: number, type: string | undefined, text: string | Buffer) => (response: ServerResponse) =>
  response.writeHead(status, type === undefined ? {} : { "content-type": type }).end(text)

const typed = (status: number, value: unknown) => (response: ServerResponse) => json(response, status, value)

const html = "<html><body>Welcome</body></html>"
const idle = `{"_tag":"Idle"}`

const rows: ReadonlyArray<Row> = [
  // Values
  ["a manifest", "checkin", typed(200, { _tag: "Idle" }), `Success ${idle}`],
  ["unknown fields", "checkin", typed(200, { _tag: "Idle", later: 1 }), `Success ${idle}`],
  ["null for a declaration", "declaration", typed(200, null), "Success null"],
  ["null for an asset", "asset", typed(200, null), "Success null"],
  [
    "null for a manifest",
    "checkin",
    typed(200, null),
    /^InvalidResponse: .* does not match its schema at the top level/,
  ],
  ["JSON with a charset", "checkin", body(200, "application/json; charset=UTF-8", idle), `Success ${idle}`],
  ["JSON of a suffix type", "checkin", body(200, "application/vnd.acme+json", idle), `Success ${idle}`],
  ["JSON with a byte order mark", "checkin", body(200, "application/json", `\uFEFF${idle}`), `Success ${idle}`],
  ["JSON without a type", "checkin", body(200, undefined, idle), `Success ${idle}`],
  [
    "JSON in two pieces",
    "checkin",
    (response) => {
      response.writeHead(200, { "content-type": "application/json" })
      response.write(idle.slice(0, 5))
      setImmediate(() => response.end(idle.slice(5)))
    },
    `Success ${idle}`,
  ],

  // Events: any 2xx
  ["204", "event", body(204, undefined, ""), "Success undefined"],
  ["202 with HTML", "event", body(202, "text/html", html), "Success undefined"],
  ["200 with a typed error", "event", typed(200, { _tag: "InternalServerError" }), "Success undefined"],
  ["200 and a body without end", "event", (response) => response.writeHead(200).write("{"), "Success undefined"],
  ["200 and a huge body", "event", body(200, undefined, Buffer.alloc(300_000)), "Success undefined"],

  // 2xx that is no answer
  [
    "HTML 200",
    "checkin",
    body(200, "text/html", html),
    /^InvalidResponse: .* does not have the type application\/json$/,
  ],
  [
    "HTML called JSON",
    "checkin",
    body(200, "application/json", html),
    /^InvalidResponse: .* is not JSON(?: \(at character \d+\))?$/,
  ],
  ["valid JSON called text", "checkin", body(200, "text/plain", idle), /^InvalidResponse: .* does not have the type/],
  ["JSON in Latin-1", "checkin", body(200, "application/json", Buffer.from(`{"_tag":"\xe9"}`, "latin1")), /UTF-8$/],
  [
    "half JSON, ended in order",
    "checkin",
    body(200, "application/json", `{"_tag":"Id`),
    /^InvalidResponse: .* not JSON/,
  ],
  ["an empty 200", "checkin", body(200, "application/json", ""), /^InvalidResponse: .* is empty$/],
  ["204 where a value is due", "checkin", body(204, undefined, ""), /^InvalidResponse: .* has status 204, not 200$/],
  ["201 with a manifest", "checkin", typed(201, { _tag: "Idle" }), /^InvalidResponse: .* has status 201, not 200$/],
  [
    "another shape",
    "checkin",
    typed(200, { _tag: "DdmSync", serverToken: 7 }),
    /schema at serverToken: Expected string/,
  ],
  [
    "a typed error under 200",
    "checkin",
    typed(200, { _tag: "UnknownDevice" }),
    /^InvalidResponse: .* error UnknownDevice with status 200/,
  ],
  [
    "the same where any object is a value",
    "declaration",
    typed(200, { _tag: "UnknownDevice" }),
    /^InvalidResponse: .* error UnknownDevice/,
  ],
  [
    "nested beyond reason",
    "declaration",
    body(200, "application/json", "[".repeat(900)),
    /^InvalidResponse: .* nests deeper than 128/,
  ],
  [
    "gzip nobody asked for",
    "checkin",
    (response) =>
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(gzipSync(idle)),
    /^InvalidResponse: .* has a content-encoding$/,
  ],
  [
    "a large body, declared",
    "asset",
    (response) => response.writeHead(200, { "content-type": "application/json", "content-length": 1e12 }).write("{"),
    /^TooLarge: .* larger than 1000 bytes/,
  ],
  [
    "a large body, in chunks",
    "asset",
    (response) => {
      response.writeHead(200, { "content-type": "application/json" })
      const more = () => {
        response.write(" ".repeat(700))
        if (!response.destroyed) setImmediate(more)
      }
      more()
    },
    /^TooLarge: .* larger than 1000 bytes/,
  ],

  // Typed errors: the tag first
  ["UnknownDevice", "checkin", typed(404, { _tag: "UnknownDevice", message: "who?" }), "UnknownDevice"],
  [
    "ServerInitiatedUnenrollment",
    "checkin",
    typed(410, { _tag: "ServerInitiatedUnenrollment", legacy: true }),
    "ServerInitiatedUnenrollment",
  ],
  ["UnknownDevice under 500", "checkin", typed(500, { _tag: "UnknownDevice" }), "UnknownDevice"],
  ["UnknownDevice under 400", "checkin", typed(400, { _tag: "UnknownDevice" }), "UnknownDevice"],
  ["InternalServerError under 404", "checkin", typed(404, { _tag: "InternalServerError" }), "InternalServerError"],
  [
    "ManagementNotSupported under 503",
    "event",
    typed(503, { _tag: "ManagementNotSupported" }),
    "ManagementNotSupported",
  ],
  ["a tag with bad members", "checkin", typed(410, { _tag: "UnknownDevice", message: 5 }), "UnknownDevice"],
  ["an optional webhook's UnknownDevice", "token", typed(404, { _tag: "UnknownDevice" }), "UnknownDevice"],

  // What a handler says before any service
  ["UnknownWebhook", "checkin", typed(404, { _tag: "UnknownWebhook" }), /^InvalidResponse: .*path of the base URL/],
  ["UnknownWebhook, optional", "token", typed(404, { _tag: "UnknownWebhook" }), "ManagementNotSupported"],
  ["InvalidSignature", "checkin", typed(401, { _tag: "InvalidSignature" }), /^InvalidResponse: .*secret/],
  ["InvalidRequest", "checkin", typed(400, { _tag: "InvalidRequest" }), /^InvalidResponse: .*same version/],
  ["PayloadTooLarge", "event", typed(413, { _tag: "PayloadTooLarge" }), /^InvalidResponse: .*limit/],

  // Bare statuses
  ["HTML 404", "checkin", body(404, "text/html", html), /^BadStatus: .*status 404 .*without a typed error/],
  ["HTML 404, optional", "token", body(404, "text/html", html), "ManagementNotSupported"],
  ["HTML 500", "checkin", body(500, "text/html", html), "InternalServerError"],
  ["a bare 501", "checkin", body(501, undefined, ""), "ManagementNotSupported"],
  ["a bare 410", "event", body(410, undefined, ""), /^BadStatus: .*status 410 .*without a typed error/],
  ["an unknown tag with status 404", "checkin", typed(404, { _tag: "Nope" }), /^BadStatus: .*status 404/],
  [
    "a typed error that is too large",
    "checkin",
    typed(404, { _tag: "UnknownDevice", message: "x".repeat(70_000) }),
    /^BadStatus: .*status 404/,
  ],
  [
    "a bare 401",
    "checkin",
    body(401, undefined, ""),
    /^BadStatus: .*status 401 .*; check whether it requires a secret/,
  ],
  ["a bare 429", "checkin", body(429, undefined, ""), /^BadStatus: .*status 429/],
  ["HTML 503", "event", body(503, "text/html", html), /^BadStatus: .*status 503/],
  ["a status of another world", "checkin", body(799, undefined, ""), /^BadStatus: .*status 799/],
  [
    "a redirect",
    "checkin",
    (response) => response.writeHead(308, { location: "/elsewhere" }).end(),
    /^Redirect: .*\(308\)/,
  ],
  ["a redirected event", "event", (response) => response.writeHead(302, { location: "/login" }).end(), /^Redirect: /],
]

describe("an answer", () => {
  it.live.each(rows)("%s to %s", ([, webhook, send, expected]) =>
    Effect.gen(function* () {
      const backend = yield* http(send)
      const got = yield* outcome(webhook, backend)
      if (typeof expected === "string") expect(got).toBe(expected)
      else expect(got).toMatch(expected)
      expect(backend.received).toHaveLength(1)
    }),
  )
})

describe("a connection", () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
  const rows: ReadonlyArray<readonly [string, Parameters<typeof tcp>[0], RegExp]> = [
    ["closed without a byte", (socket) => socket.end(), /^Unreachable: The connection to \S+ was lost before/],
    [
      "reset without a byte",
      (socket) => socket.resetAndDestroy(),
      /^Unreachable: The connection to \S+ was lost before/,
    ],
    ["closed inside the headers", (socket) => socket.end(head), /^Unreachable: /],
    [
      "closed inside the body",
      (socket) => socket.end(`${head}content-length: 50\r\n\r\n{"_tag"`),
      /^InvalidResponse: .* is incomplete/,
    ],
    [
      "closed inside a chunk",
      (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\n20\r\n{"_tag"`),
      /^InvalidResponse: .* is incomplete/,
    ],
    [
      "reset inside the body",
      (socket) =>
        socket.write(`${head}content-length: 50\r\n\r\n{"_tag"`, () => setImmediate(() => socket.resetAndDestroy())),
      /^InvalidResponse: .* is incomplete/,
    ],
    [
      "closed inside an error",
      (socket) => socket.end("HTTP/1.1 404 No\r\ncontent-length: 50\r\n\r\n{"),
      /^InvalidResponse: .* is incomplete/,
    ],
    [
      "to another protocol",
      (socket) => socket.end("220 mail.example.com ESMTP\r\n"),
      /^InvalidResponse: .* HTTP\/1\.1/,
    ],
    [
      "with endless headers",
      (socket) => socket.end(`${head}x: ${"x".repeat(40_000)}`),
      /^InvalidResponse: .* headers are too large/,
    ],
  ]

  it.live.each(rows)("%s", ([, react, expected]) =>
    Effect.gen(function* () {
      expect(yield* outcome("checkin", yield* tcp(react))).toMatch(expected)
    }),
  )

  it.live("to a port where nothing listens", () =>
    Effect.gen(function* () {
      const gone = yield* Effect.scoped(tcp(() => {}))
      expect(yield* outcome("checkin", gone)).toMatch(/^Unreachable: .*port is closed.*\(ECONNREFUSED\)$/)
    }),
  )

  it.live("to a host without an address", () =>
    Effect.gen(function* () {
      const nowhere = { url: "http://backend.invalid", received: [], connections: () => 0 }
      expect(yield* outcome("checkin", nowhere)).toMatch(/^Unreachable: No connection to backend\.invalid/)
    }),
  )

  it.live("with https to a plain http backend", () =>
    Effect.gen(function* () {
      const backend = yield* http((response) => json(response, 200, tokens))
      const confused = { ...backend, url: backend.url.replace("http:", "https:") }
      expect(yield* outcome("checkin", confused)).toMatch(/^Unreachable: .*http or https/)
    }),
  )
})
