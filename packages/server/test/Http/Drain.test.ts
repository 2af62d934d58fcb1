/**
 * Stopping: what is under way is finished, nothing new is begun, and nobody can hold the server up.
 */
import { connect } from "node:net"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import { TestClock } from "effect/testing"
import * as Backend from "../support/Backend.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

/** A server whose life is in the test's hand, before a backend that answers events when told. */
const given = Effect.gen(function* () {
  const asked = Promise.withResolvers<void>()
  const held: Array<() => void> = []
  const backend = yield* Backend.start({
    event: (response) => {
      held.push(() => response.writeHead(204).end())
      asked.resolve()
    },
    asset: Backend.json({ content: Buffer.alloc(8 * 1024 * 1024).toString("base64"), contentType: "text/plain" }),
  })
  const life = yield* Scope.make()
  const server = yield* Scope.provide(Whitelabel.start(backend), life)
  return {
    backend,
    server,
    stop: Effect.forkChild(Scope.close(life, Exit.void), { startImmediately: true }),
    asked: Effect.promise(() => asked.promise),
    answer: Effect.sync(() => {
      for (const release of held.splice(0)) release()
    }),
  }
})

/** Opens a connection and writes this first. Unless it is read, what comes back piles up. */
const connected = ({ port }: Whitelabel.Whitelabel, first: string, isRead: boolean) =>
  Effect.callback<{ readonly closed: Effect.Effect<void> }>((resume) => {
    const closed = Promise.withResolvers<void>()
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(first, () => resume(Effect.succeed({ closed: Effect.promise(() => closed.promise) }))),
    )
    socket.on("error", () => {})
    socket.on("close", () => closed.resolve())
    if (isRead) socket.resume()
  })

describe("stopping", () => {
  it.live("finishes the request under way, and tells new ones to come again", () =>
    Effect.gen(function* () {
      const { server, stop, asked, answer } = yield* given
      const underWay = yield* Effect.forkChild(Whitelabel.checkIn(server, Messages.authenticate))
      yield* asked
      const stopping = yield* stop
      const turnedAway = yield* Whitelabel.ask(server, { path: "/health" })
      expect(turnedAway).toMatchObject({ status: 503, headers: { "retry-after": "5", connection: "close" } })
      expect(stopping.pollUnsafe()).toBeUndefined()
      yield* answer
      expect(yield* Fiber.join(underWay)).toMatchObject({ status: 200, complete: true })
      yield* Fiber.join(stopping)
      const refused = yield* Effect.flip(Whitelabel.ask(server, { path: "/health" }))
      expect(refused).toMatchObject({ code: "ECONNREFUSED" })
    }),
  )

  it.live("is at once when nothing is under way, idle connections or not", () =>
    Effect.gen(function* () {
      const { server, stop } = yield* given
      yield* Whitelabel.ask(server, { path: "/health" })
      const idle = yield* connected(server, "GET /health HTTP/1.1\r\nHost: a\r\n\r\n", true)
      yield* Whitelabel.ask(server, { path: "/health" })
      yield* Fiber.join(yield* stop)
      yield* idle.closed
    }),
  )

  it.effect("waits 20 seconds at most for a backend that does not answer: the device is told to come back", () =>
    Effect.gen(function* () {
      const { server, stop, asked } = yield* given
      const underWay = yield* Effect.forkChild(Whitelabel.checkIn(server, Messages.authenticate))
      yield* asked
      const stopping = yield* stop
      yield* TestClock.adjust("20 seconds")
      yield* Fiber.join(stopping)
      expect((yield* Fiber.join(underWay)).status).toBe(503)
    }),
  )

  it.effect.each([
    ["half a request line", () => "PUT /mdm"],
    ["half the headers", () => "PUT /mdm/apple/mdm HTTP/1.1\r\nHost: a\r\n"],
    [
      "half a body",
      ({ port }: Whitelabel.Whitelabel) =>
        `PUT /mdm/apple/mdm HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: ${Whitelabel.checkInType}\r\nContent-Length: 9\r\n\r\n<`,
    ],
    [
      "a request whose answer it does not read",
      ({ port }: Whitelabel.Whitelabel) => `GET /mdm/apple/assets/a HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
    ],
  ] as const)("is not held up by a device that sent %s", ([, first]) =>
    Effect.gen(function* () {
      const { server, stop } = yield* given
      yield* connected(server, first(server), false)
      yield* Whitelabel.ask(server, { path: "/health" })
      const stopping = yield* stop
      // Until running requests are interrupted, then until open connections are closed.
      yield* TestClock.adjust("20 seconds")
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(stopping)
    }),
  )
})
