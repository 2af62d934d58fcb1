/**
 * Senders that send too much, too slowly, half of it, or no HTTP at all: none does harm.
 */
import { describe, expect, it } from "@effect/vitest"
import { RequestLimits } from "@espalier/http"
import { Effect } from "effect"
import * as Backend from "../support/Backend.ts"
import { checkOut, expectProblem, expectUnharmed, given, mdm } from "../support/Refusals.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

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
        Effect.provideService(RequestLimits.RequestLimits, {
          maxBytes: checkOut.length,
          maxDepth: 64,
          timeout: "30 seconds",
        }),
      )
      expect(yield* Whitelabel.checkIn(server, checkOut)).toMatchObject({ status: 200 })
      expectProblem(yield* Whitelabel.checkIn(server, `${checkOut} `), 413)
    }),
  )
})

describe("idle connections", () => {
  // nginx, "upstream keepalive_timeout": 60 s; Caddy, reverse_proxy "keepalive": 2 min. The server must close later than its proxies.
  it.live("stay open longer than those of the proxies in the guide", () =>
    Effect.gen(function* () {
      const { server } = yield* given
      const received = yield* Whitelabel.raw(server, (socket) => {
        socket.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`)
        socket.once("data", () => socket.end())
      })
      const [, timeout] = /^keep-alive: timeout=(\d+)/im.exec(received) ?? []
      expect(Number(timeout)).toBeGreaterThan(120)
    }),
  )
})

describe("slow senders", () => {
  const slow = (minBytesPerSecond: number) =>
    Effect.gen(function* () {
      const backend = yield* Backend.start({}, Backend.json({ _tag: "Idle" }))
      const limits = { maxBytes: "1 MiB", maxDepth: 64, timeout: "100 millis", minBytesPerSecond } as const
      const server = yield* Whitelabel.start(backend).pipe(Effect.provideService(RequestLimits.RequestLimits, limits))
      const received = yield* Whitelabel.raw(server, (socket) => {
        socket.write(head(server, `Content-Length: ${checkOut.length}`, "Connection: close"))
        let at = 0
        const timer = setInterval(() => {
          socket.write(checkOut.slice(at, at + 8))
          at += 8
          if (at >= checkOut.length) clearInterval(timer)
        }, 20)
        socket.on("close", () => clearInterval(timer))
      })
      return { received, backend }
    })

  it.live("a body that takes several timeouts is read when it arrives at the minimum rate", () =>
    Effect.gen(function* () {
      const { received, backend } = yield* slow(10)
      expect(statusOf(received)).toBe("HTTP/1.1 200 OK")
      expect(backend.heardBy("event")).toMatchObject([{ event: { _tag: "CheckOut" } }])
    }),
  )

  it.live("returns 408 when a body arrives more slowly", () =>
    Effect.gen(function* () {
      expect(statusOf((yield* slow(100_000)).received)).toBe("HTTP/1.1 408 Request Timeout")
    }),
  )
  const impatient = Effect.gen(function* () {
    const backend = yield* Backend.start({}, Backend.json({ _tag: "Idle" }))
    const server = yield* Whitelabel.start(backend).pipe(
      Effect.provideService(RequestLimits.RequestLimits, { maxBytes: "1 MiB", maxDepth: 64, timeout: "50 millis" }),
    )
    return { backend, server }
  })

  it.live.each(["Content-Length: 100", "Transfer-Encoding: chunked"])(
    "over the body (%s): 408, and the server hangs up",
    (length) =>
      Effect.gen(function* () {
        const { backend, server } = yield* impatient
        const received = yield* Whitelabel.raw(server, (socket) => {
          socket.write(`${head(server, length)}${length.includes("chunked") ? "5\r\n<?xml" : "<?xml"}`)
        })
        expect(statusOf(received)).toBe("HTTP/1.1 408 Request Timeout")
        expect(received).toContain("application/problem+json")
        expect(received).toContain("The body did not arrive within 50ms")
        expect(received).toMatch(/^connection: close\r$/im)
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
    ["headers beyond 32 KiB", `GET /health HTTP/1.1\r\nHost: a\r\nX-A: ${"a".repeat(40_000)}\r\n\r\n`],
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
