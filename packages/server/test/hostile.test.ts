/**
 * What is sent to the server and is no message: each is refused in a sentence, none reaches the backend, none does harm.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { BodyLimits } from "../src/index.ts"
import * as Backend from "./support/Backend.ts"
import * as BinaryMessages from "./support/BinaryMessages.ts"
import * as Messages from "./support/Messages.ts"
import * as Whitelabel from "./support/Whitelabel.ts"

/** Stands in what is sent, and must not stand in what comes back. */
const marker = "MARKER"

const given = Effect.gen(function* () {
  const backend = yield* Backend.start({}, Backend.json({ _tag: "Idle" }))
  return { backend, server: yield* Whitelabel.start(backend) }
})

/** The answer is a problem with this status, says a sentence, and quotes nothing. */
const expectProblem = (answer: Whitelabel.Answer, status: number) => {
  expect(answer).toMatchObject({ status, complete: true })
  expect(answer.headers["content-type"]).toBe("application/problem+json")
  const problem: unknown = JSON.parse(answer.text)
  expect(problem).toEqual({
    type: "about:blank",
    title: expect.stringMatching(/^[A-Z]/),
    status,
    detail: expect.stringMatching(/\w+ \w+/),
  })
  expect(answer.text).not.toContain(marker)
  expect(answer.text).not.toMatch(/node_modules|\.ts\b|\n\s*at /)
}

const expectUnharmed = Effect.fnUntraced(function* (server: Whitelabel.Whitelabel, backend: Backend.Backend) {
  expect(backend.heard()).toEqual([])
  expect((yield* Whitelabel.ask(server, { path: "/health" })).text).toBe(`{"status":"ok"}`)
})

const mdm = "/mdm/apple/mdm"
const checkInType = { "content-type": Whitelabel.checkInType }
const idle = Whitelabel.xml(Messages.idle)

describe("requests", () => {
  const requests: ReadonlyArray<readonly [string, Whitelabel.Ask, number]> = [
    ["GET", { path: mdm }, 405],
    ["POST", { path: mdm, method: "POST", headers: checkInType, body: idle }, 405],
    ["DELETE", { path: mdm, method: "DELETE" }, 405],
    ["OPTIONS", { path: mdm, method: "OPTIONS" }, 405],
    ["an odd method", { path: mdm, method: "PROPFIND" }, 405],
    ["POST of an asset", { path: "/mdm/apple/assets/a", method: "POST", body: marker }, 405],
    ["PUT of health", { path: "/health", method: "PUT", body: marker }, 405],
    ["OPTIONS *", { path: "*", method: "OPTIONS" }, 404],
    ["no path", { path: "/" }, 404],
    ["another path", { path: `/mdm/apple/${marker}` }, 404],
    ["a path below", { path: `${mdm}/x`, method: "PUT", headers: checkInType, body: idle }, 404],
    ["slashes twice", { path: "//mdm/apple//mdm", method: "PUT", headers: checkInType, body: idle }, 404],
    ["a slash at the end", { path: `${mdm}/`, method: "PUT", headers: checkInType, body: idle }, 404],
    ["a path in capitals", { path: "/MDM/apple/mdm", method: "PUT", headers: checkInType, body: idle }, 404],
    ["a path that is not UTF-8", { path: "/%C3%28" }, 404],
    ["a path with a NUL", { path: "/%00" }, 404],
    ["a long path", { path: `/${"a".repeat(10_000)}` }, 404],
    ["no content type", { path: mdm, method: "PUT", body: idle }, 415],
    ["an empty content type", { path: mdm, method: "PUT", headers: { "content-type": "" }, body: idle }, 415],
    ["JSON", { path: mdm, method: "PUT", headers: { "content-type": "application/json" }, body: "{}" }, 415],
    ["XML", { path: mdm, method: "PUT", headers: { "content-type": "application/xml" }, body: idle }, 415],
    ["a content type like a property", { path: mdm, method: "PUT", headers: { "content-type": "__proto__" } }, 415],
    [
      "gzip",
      { path: mdm, method: "PUT", headers: { ...checkInType, "content-encoding": "gzip" }, body: "\u001f\u008b" },
      415,
    ],
    ["another host", { path: mdm, method: "PUT", headers: { host: `${marker}.example.com` }, body: idle }, 421],
    ["another port", { path: mdm, method: "PUT", headers: { ...checkInType, host: "127.0.0.1:1" }, body: idle }, 421],
    ["a host with a user", { path: mdm, method: "PUT", headers: { host: "a@127.0.0.1" }, body: idle }, 421],
    ["a host like a property", { path: mdm, method: "PUT", headers: { host: "__proto__" }, body: idle }, 421],
    ["an asset of another host", { path: "/mdm/apple/assets/a", headers: { host: "example.com" } }, 421],
    [
      "another host behind a header that only a proxy may send",
      {
        path: mdm,
        method: "PUT",
        headers: { ...checkInType, host: "example.com", "x-forwarded-host": "127.0.0.1" },
        body: idle,
      },
      421,
    ],
  ]

  it.live.each(requests)("%s: refused", ([, request, status]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      expectProblem(yield* Whitelabel.ask(server, request), status)
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live.each<readonly [string, string, string]>([
    ["GET", mdm, "PUT"],
    ["PUT", "/mdm/apple/assets/a", "GET, HEAD"],
    ["PUT", "/health", "GET, HEAD"],
  ])("%s %s says which methods there are: %s", ([method, path, allow]) =>
    Effect.gen(function* () {
      const { server } = yield* given
      expect((yield* Whitelabel.ask(server, { method, path })).headers["allow"]).toBe(allow)
    }),
  )

  it.live.each([
    ["content types with parameters, in capitals", { "content-type": "Application/X-Apple-Aspen-MDM; charset=UTF-8" }],
    ["the identity coding", { "content-type": Whitelabel.commandType, "content-encoding": "Identity" }],
    ["an upgrade offered", { "content-type": Whitelabel.commandType, connection: "upgrade", upgrade: "h2c" }],
  ] as ReadonlyArray<readonly [string, { readonly [name: string]: string }]>)(
    "%s are no reason to refuse",
    ([, headers]) =>
      Effect.gen(function* () {
        const { server } = yield* given
        const answer = yield* Whitelabel.ask(server, { path: mdm, method: "PUT", headers, body: idle })
        expect(answer).toMatchObject({ status: 200, text: "" })
      }),
  )
})

/** A property list around the inside of its dictionary. */
const plist = (inside: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>${inside}</dict></plist>`
const checkOut = plist(`<key>MessageType</key><string>CheckOut</string><key>UDID</key><string>A-1</string>`)

/** Any bytes, as one-byte characters. */
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"))

describe("bodies", () => {
  const bodies: ReadonlyArray<readonly [string, Whitelabel.Ask["body"]]> = [
    ["nothing", ""],
    ["a word", marker],
    ["JSON", `{"MessageType":"${marker}"}`],
    ["HTML", `<html><body>${marker}</body></html>`],
    ["NULs", new Uint8Array(1000)],
    ["bytes that are no UTF-8", latin1(plist(`<key>MessageType</key><string>\xff${marker}</string>`))],
    ["XML that ends in the middle", checkOut.slice(0, -20)],
    ["XML with a tail", `${checkOut}${marker}`],
    ["two property lists", checkOut + checkOut],
    ["a property list that is an array", `<plist version="1.0"><array><string>${marker}</string></array></plist>`],
    ["a property list that is a string", `<plist version="1.0"><string>${marker}</string></plist>`],
    ["an empty dictionary", plist("")],
    ["a key twice", plist(`<key>UDID</key><string>a</string><key>UDID</key><string>${marker}</string>`)],
    ["a key without a value", plist(`<key>${marker}</key>`)],
    ["data that is not base64", plist(`<key>UDID</key><data>${marker}!</data>`)],
    ["a date that is none", plist(`<key>UDID</key><date>${marker}</date>`)],
    ["an integer that is none", plist(`<key>UDID</key><integer>${marker}</integer>`)],
    [
      "an entity of its own",
      `<!DOCTYPE plist [<!ENTITY e "${marker}">]>${plist("<key>MessageType</key><string>&e;</string>")}`,
    ],
    [
      "a bomb of entities",
      `<!DOCTYPE plist [<!ENTITY a "${"x".repeat(100)}">${"bcdefghij"
        .split("")
        .map((name, i) => `<!ENTITY ${name} "${`&${"abcdefghij"[i]};`.repeat(10)}">`)
        .join("")}]>${plist("<key>MessageType</key><string>&j;</string>")}`,
    ],
    [
      "an entity of a file",
      `<!DOCTYPE plist [<!ENTITY e SYSTEM "file:///etc/passwd">]>${plist("<key>UDID</key><string>&e;</string>")}`,
    ],
    ["10,000 arrays in one another", plist(`<key>a</key>${"<array>".repeat(10_000)}${"</array>".repeat(10_000)}`)],
    ["10,000 dictionaries begun", plist("<key>a</key><dict>".repeat(10_000))],
    ["a binary head and nothing else", "bplist00"],
    ["binary of another version", latin1(`bplist15${"\0".repeat(40)}`)],
    ["binary that ends in the middle", BinaryMessages.authenticate.subarray(0, 60)],
    ["binary without its last byte", BinaryMessages.authenticate.subarray(0, -1)],
    [
      "binary that contains itself",
      latin1(`bplist00\xa1\x00\x08${"\0".repeat(6)}\x01\x01${"\0".repeat(7)}\x01${"\0".repeat(15)}\x0a`),
    ],
    ["no UDID", plist("<key>MessageType</key><string>CheckOut</string>")],
    ["an empty UDID", plist("<key>MessageType</key><string>CheckOut</string><key>UDID</key><string></string>")],
    [
      "a UDID too long",
      plist(`<key>MessageType</key><string>CheckOut</string><key>UDID</key><string>${marker.repeat(50)}</string>`),
    ],
    [
      "a Shared iPad's user without a name",
      Whitelabel.xml({ ...Messages.checkOut, UserID: "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF" }),
    ],
    [
      "a UDID that is a number",
      plist("<key>MessageType</key><string>CheckOut</string><key>UDID</key><integer>1</integer>"),
    ],
    ["an unknown MessageType", Whitelabel.xml({ ...Messages.checkOut, MessageType: "Reboot" })],
    ["a MessageType like a property", Whitelabel.xml({ ...Messages.checkOut, MessageType: "__proto__" })],
    ["a MessageType that is data", Whitelabel.xml({ ...Messages.checkOut, MessageType: new Uint8Array(3) })],
    [
      "a TokenUpdate without a token",
      Whitelabel.xml({ MessageType: "TokenUpdate", UDID: "A", Topic: "t", PushMagic: "m" }),
    ],
    ["a Token that is text", Whitelabel.xml({ ...Messages.tokenUpdate, Token: marker })],
    ["a PushMagic that is a boolean", Whitelabel.xml({ ...Messages.tokenUpdate, PushMagic: true })],
    ["a GetToken for no service", Whitelabel.xml({ ...Messages.getToken, TokenServiceType: "" })],
    ["a GetToken whose parameters are text", Whitelabel.xml({ ...Messages.getToken, TokenParameters: marker })],
    ["an unknown Endpoint", Whitelabel.xml(Messages.declarative(marker))],
    ["an Endpoint of another type", Whitelabel.xml(Messages.declarative(`declaration/${marker}/a`))],
    ["an Endpoint without an identifier", Whitelabel.xml(Messages.declarative("declaration/asset/"))],
    ["a status without Data", Whitelabel.xml(Messages.declarative("status"))],
    ["a status that is not JSON", Whitelabel.xml(Messages.declarative("status", marker))],
    ["a status that is an array", Whitelabel.xml(Messages.declarative("status", `["${marker}"]`))],
    ["a status of another shape", Whitelabel.xml(Messages.declarative("status", `{"Errors":"${marker}"}`))],
    [
      "a status too deep",
      Whitelabel.xml(Messages.declarative("status", `{"a":${"[".repeat(9000)}${"]".repeat(9000)}}`)),
    ],
    ["a report, sent as a check-in", idle],
  ]

  it.live.each(bodies)("%s: refused", ([, body = ""]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      expectProblem(yield* Whitelabel.checkIn(server, body), 400)
      yield* expectUnharmed(server, backend)
    }),
  )

  const reports: ReadonlyArray<readonly [string, string]> = [
    ["a check-in, sent as a report", checkOut],
    ["no Status", plist("<key>UDID</key><string>A-1</string>")],
    ["an unknown Status", Whitelabel.xml({ ...Messages.idle, Status: marker })],
    ["a result of no command", Whitelabel.xml({ Status: "Acknowledged", UDID: "A-1" })],
    ["an ErrorChain that is text", Whitelabel.xml({ ...Messages.acknowledged, Status: "Error", ErrorChain: marker })],
    [
      "an ErrorCode that is text",
      Whitelabel.xml({
        ...Messages.acknowledged,
        Status: "Error",
        ErrorChain: [{ ErrorCode: marker, ErrorDomain: "d" }],
      }),
    ],
  ]

  it.live.each(reports)("%s: refused", ([, body]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      expectProblem(yield* Whitelabel.report(server, body), 400)
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live("an ErrorCode of 64 bits is no reason to lose the result", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      const ErrorChain = [{ ErrorCode: 2n ** 63n - 1n, ErrorDomain: "d" }]
      const answer = yield* Whitelabel.report(server, { ...Messages.acknowledged, Status: "Error", ErrorChain })
      expect(answer.status).toBe(200)
      expect(backend.heardBy("event")).toMatchObject([{ event: { errorChain: [{ errorDomain: "d" }] } }])
    }),
  )

  it.live.each(Object.entries(BinaryMessages))("binary property lists are heard: %s", ([name, body]) =>
    Effect.gen(function* () {
      const { server, backend } = yield* given
      const answer = yield* (name === "acknowledged" ? Whitelabel.report : Whitelabel.checkIn)(server, body)
      expect(answer.status).toBe(200)
      expect(backend.heardBy("event")).toMatchObject([{ scope: { udid: Messages.udid } }])
    }),
  )
})

const head = (server: Whitelabel.Whitelabel, ...headers: ReadonlyArray<string>) =>
  [
    `PUT ${mdm} HTTP/1.1`,
    `Host: 127.0.0.1:${server.port}`,
    `Content-Type: ${Whitelabel.checkInType}`,
    ...headers,
    "",
    "",
  ].join("\r\n")

const statusOf = (received: string) => received.slice(0, received.indexOf("\r\n"))

describe("bodies too large", () => {
  const size = 11 * 1024 * 1024

  it.live("declared: refused before they are sent", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      const received = yield* Whitelabel.raw(server, (socket) => {
        socket.write(head(server, `Content-Length: ${size}`))
        socket.on("data", () => socket.end())
      })
      expect(statusOf(received)).toBe("HTTP/1.1 413 Payload Too Large")
      expect(received).toContain("application/problem+json")
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live("declared and sent: the device reads the answer", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      const received = yield* Whitelabel.raw(server, (socket) => {
        socket.write(head(server, `Content-Length: ${size}`, "Connection: close"))
        socket.write(Buffer.alloc(size, 0x20))
      })
      expect(statusOf(received)).toBe("HTTP/1.1 413 Payload Too Large")
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live("in chunks", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      const chunk = Buffer.alloc(1024 * 1024, 0x20)
      const received = yield* Whitelabel.raw(server, (socket) => {
        socket.write(head(server, "Transfer-Encoding: chunked"))
        socket.on("data", () => socket.end())
        for (let i = 0; i < 11; i++) {
          socket.write(`${chunk.length.toString(16)}\r\n`)
          socket.write(chunk)
          socket.write("\r\n")
        }
      })
      expect(statusOf(received)).toBe("HTTP/1.1 413 Payload Too Large")
      expect(received).toContain("application/problem+json")
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live("a body as large as may be is read", () =>
    Effect.gen(function* () {
      const backend = yield* Backend.start({ event: Backend.taken })
      const server = yield* Whitelabel.start(backend).pipe(
        Effect.provideService(BodyLimits, { maxBytes: checkOut.length, timeout: "30 seconds" }),
      )
      expect(yield* Whitelabel.checkIn(server, checkOut)).toMatchObject({ status: 200 })
      expectProblem(yield* Whitelabel.checkIn(server, `${checkOut} `), 413)
    }),
  )
})

describe("senders that dawdle", () => {
  const impatient = Effect.gen(function* () {
    const backend = yield* Backend.start({}, Backend.json({ _tag: "Idle" }))
    const server = yield* Whitelabel.start(backend).pipe(
      Effect.provideService(BodyLimits, { maxBytes: "1 MiB", timeout: "50 millis" }),
    )
    return { backend, server }
  })

  it.live.each(["Content-Length: 100", "Transfer-Encoding: chunked"])("over the body (%s): 408", (length) =>
    Effect.gen(function* () {
      const { backend, server } = yield* impatient
      const received = yield* Whitelabel.raw(server, (socket) => {
        socket.write(`${head(server, length)}${length.includes("chunked") ? "5\r\n<?xml" : "<?xml"}`)
        socket.on("data", () => socket.end())
      })
      expect(statusOf(received)).toBe("HTTP/1.1 408 Request Timeout")
      expect(received).toContain("application/problem+json")
      expect(received).toContain("The body did not arrive within 50ms")
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live("and hang up in the middle of a body: nothing is heard, nothing breaks", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      yield* Whitelabel.raw(server, (socket) => {
        socket.write(`${head(server, `Content-Length: ${checkOut.length + 1}`)}${checkOut}`, () => socket.destroy())
      })
      yield* Whitelabel.raw(server, (socket) => {
        socket.write(`${head(server, `Content-Length: ${checkOut.length + 1}`)}${checkOut}`, () => socket.end())
      })
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live("and hang up while the backend thinks: it is asked no more", () =>
    Effect.gen(function* () {
      const closed = Promise.withResolvers<void>()
      const backend = yield* Backend.start({
        event: (response) => {
          response.on("close", () => closed.resolve())
          device?.destroy()
        },
      })
      const server = yield* Whitelabel.start(backend)
      let device: { readonly destroy: () => void } | undefined
      yield* Whitelabel.raw(server, (socket) => {
        device = socket
        socket.write(`${head(server, `Content-Length: ${checkOut.length}`)}${checkOut}`)
      })
      yield* Effect.promise(() => closed.promise)
      expect((yield* Whitelabel.ask(server, { path: "/health" })).status).toBe(200)
    }),
  )
})

describe("what is not even HTTP", () => {
  it.live.each([
    ["noise", "\u0000\u0001\u0002\r\n\r\n"],
    ["TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"],
    ["no Host", `PUT ${mdm} HTTP/1.1\r\n\r\n`],
    ["two lengths", `PUT ${mdm} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    [
      "two framings",
      `PUT ${mdm} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ["headers beyond 16 KiB", `GET /health HTTP/1.1\r\nHost: a\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`],
    ["HTTP/2 at once", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ])("%s", ([, bytes]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      const received = yield* Whitelabel.raw(server, (socket) => {
        socket.write(Buffer.from(bytes ?? "", "latin1"))
      })
      expect(statusOf(received)).toMatch(/^HTTP\/1\.1 4\d\d /)
      yield* expectUnharmed(server, backend)
    }),
  )
})
