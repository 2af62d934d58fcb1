/**
 * Clients that stall, disconnect or send invalid HTTP on a real socket. The next client must not be affected.
 */
import { createServer, request as httpRequest } from "node:http"
import { connect } from "node:net"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Layer, Logger, Scope } from "effect"
import { type Handle, RequestLimits } from "../src/index.ts"
import { toNodeListener } from "../src/Node.ts"
import { backendOf, deviceScope, fetchHandler, listening, pathOf, post, send, stillAnswers } from "./Backend.ts"

const idle: Handle<"checkin"> = () => Effect.succeed({ _tag: "Idle" })
const backend = backendOf({ checkin: idle })
const text = JSON.stringify({ scope: deviceScope })

/** One request over its own socket; `write` may leave it unfinished. */
const overSocket = (
  port: number,
  headers: Record<string, string | number>,
  write: (request: ReturnType<typeof httpRequest>) => void,
) =>
  Effect.callback<{ readonly status: number; readonly text: string; readonly connection: string | undefined }>(
    (resume) => {
      const request = httpRequest(
        { port, host: "127.0.0.1", method: "POST", path: pathOf("checkin"), headers, agent: false },
        (response) => {
          let text = ""
          response.setEncoding("utf8")
          response.on("data", (chunk) => {
            text += chunk
          })
          response.on("end", () => {
            request.destroy()
            const { connection } = response.headers
            resume(Effect.succeed({ status: response.statusCode ?? 0, text, connection }))
          })
        },
      )
      request.on("error", () => {})
      write(request)
      return Effect.sync(() => request.destroy())
    },
  )

const json = { "content-type": "application/json" }
const quick = Layer.succeed(RequestLimits.RequestLimits, { maxBytes: "10 MiB", maxDepth: 64, timeout: "50 millis" })

describe("sockets", () => {
  it.live("rejects an announced 11 MiB before they are sent", () =>
    Effect.gen(function* () {
      const mounted = yield* listening(backend)
      const answer = yield* overSocket(mounted.port, { ...json, "content-length": 11 * 1024 * 1024 }, (request) => {
        request.write("{")
      })
      expect(answer).toMatchObject({ status: 413, text: expect.stringContaining("PayloadTooLarge") })
      yield* stillAnswers(mounted)
    }),
  )

  it.live("answers 408 to a body that stops halfway", () =>
    Effect.gen(function* () {
      const mounted = yield* listening(Layer.merge(backend, quick))
      for (const headers of [{ ...json, "content-length": 100 }, json]) {
        const answer = yield* overSocket(mounted.port, headers, (request) => {
          request.write('{"scope":')
        })
        expect([answer.status, JSON.parse(answer.text)]).toEqual([
          408,
          { _tag: "RequestTimeout", message: "The body did not arrive within 50ms" },
        ])
      }
      yield* stillAnswers(mounted)
    }),
  )

  it.live("answers 408 to a fetch body that never ends", () =>
    Effect.gen(function* () {
      const mounted = yield* fetchHandler(Layer.merge(backend, quick))
      const init: RequestInit & { duplex: "half" } = {
        ...post({}),
        body: new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"scope":')) }),
        duplex: "half",
      }
      const answer = yield* send(mounted, pathOf("checkin"), init)
      expect([answer.status, JSON.parse(answer.text)._tag]).toEqual([408, "RequestTimeout"])
    }),
  )

  it.live("survives clients that disconnect in the middle of the body", () =>
    Effect.gen(function* () {
      const mounted = yield* listening(backend)
      for (let round = 0; round < 20; round++) {
        yield* Effect.callback<void>((resume) => {
          const socket = connect(mounted.port, "127.0.0.1", () => {
            socket.write(
              `POST ${pathOf("checkin")} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"scope":`,
              () => socket.resetAndDestroy(),
            )
          })
          socket.on("error", () => {})
          socket.on("close", () => resume(Effect.void))
        })
      }
      yield* stillAnswers(mounted)
    }),
  )

  it.live("interrupts the service when the client disconnects", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const ended = yield* Deferred.make<void>()
      const slow: Handle<"asset"> = () =>
        Deferred.succeed(started, undefined).pipe(
          Effect.andThen(Effect.never),
          Effect.onInterrupt(() => Deferred.succeed(ended, undefined)),
        )
      const logs: Array<unknown> = []
      const logger = Logger.layer([Logger.make(({ message }) => logs.push(message))])
      const mounted = yield* listening(Layer.merge(backendOf({ asset: slow, checkin: idle }), logger))
      const abort = new AbortController()
      const call = mounted.fetch(pathOf("asset"), { ...post({ identifier: "a" }), signal: abort.signal })
      yield* Deferred.await(started)
      abort.abort()
      yield* Effect.promise(() => call.catch(() => undefined))
      yield* Deferred.await(ended)
      expect(logs).toEqual([])
      yield* stillAnswers(mounted)
    }),
  )

  it.live("answers 400 when the body was consumed before", () =>
    Effect.gen(function* () {
      const { listener } = yield* Effect.acquireRelease(toNodeListener(backend), ({ dispose }) => dispose)
      const server = createServer((request, response) => {
        request.resume().on("end", () => listener(request, response))
      })
      yield* Effect.acquireRelease(
        Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
        () => Effect.sync(() => server.close().closeAllConnections()),
      )
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const answer = yield* overSocket(port, json, (request) => request.end(text))
      expect([answer.status, JSON.parse(answer.text).message]).toEqual([400, "The body is empty"])
    }),
  )

  it.live("dispose interrupts the calls in progress", () =>
    Effect.gen(function* () {
      const started = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const hang: Handle<"asset"> = () => Effect.andThen(Deferred.succeed(started, undefined), Effect.never)
      const held = Layer.effectDiscard(Effect.acquireRelease(Effect.void, () => Deferred.succeed(closed, undefined)))
      const scope = yield* Scope.make()
      const mounted = yield* listening(Layer.merge(backendOf({ asset: hang }), held)).pipe(Scope.provide(scope))
      const call = mounted.fetch(pathOf("asset"), post({ identifier: "a" })).then(
        ({ status }) => status,
        () => 0,
      )
      yield* Deferred.await(started)
      yield* Scope.close(scope, Exit.void)
      yield* Deferred.await(closed)
      expect([0, 503]).toContain(yield* Effect.promise(() => call))
    }),
  )

  it.live("survives invalid HTTP", () =>
    Effect.gen(function* () {
      const mounted = yield* listening(backend)
      for (const line of [
        "\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        `POST ${pathOf("checkin")} HTTP/1.1\r\ncontent-length: -1\r\n\r\n`,
      ]) {
        yield* Effect.callback<void>((resume) => {
          const socket = connect(mounted.port, "127.0.0.1", () => socket.end(line))
          socket.resume()
          socket.on("error", () => {})
          socket.on("close", () => resume(Effect.void))
        })
      }
      yield* stillAnswers(mounted)
    }),
  )
})
