/**
 * Assets that the backend gives as a URL: streamed through, and never whole when they are the wrong bytes.
 */
import { createHash } from "node:crypto"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { alphabet, etag, path, serving, sha256 } from "../support/Assets.ts"
import * as Backend from "../support/Backend.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

type Stand = (response: ServerResponse, method: string) => void

/** Where an asset is, if not in the answer. */
const upstream = (answer: Stand) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly url: string; readonly close: () => void; readonly asked: () => number }>((resume) => {
        let asked = 0
        const server = createServer((request, response) => {
          asked++
          answer(response, request.method ?? "")
        })
        server.listen(0, "127.0.0.1", () =>
          resume(
            Effect.succeed({
              url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`,
              asked: () => asked,
              close: () => {
                server.close()
                server.closeAllConnections()
              },
            }),
          ),
        )
      }),
      ({ close }) => Effect.sync(close),
    ),
    ({ url, asked }) => ({ url, asked }),
  )

const sends =
  (chunks: ReadonlyArray<string>, headers: { readonly [name: string]: string | number } = {}) =>
  (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "image/png", ...headers })
    for (const chunk of chunks) response.write(chunk)
    response.end()
  }

describe("an asset given as a URL", () => {
  it.live.each([
    ["with its hash", sha256(alphabet)],
    ["without a hash", undefined],
  ])("is streamed through, %s", ([, hash]) =>
    Effect.gen(function* () {
      const { url } = yield* upstream(sends(["abcdefghijklm", "nopqrstuvwxyz"], { "content-length": 26 }))
      const { server } = yield* serving(Backend.json({ url, ...(hash && { sha256: hash }) }))
      const answer = yield* Whitelabel.ask(server, { path })
      expect(answer).toMatchObject({ status: 200, text: alphabet, complete: true })
      expect(answer.headers).toMatchObject({ "content-type": "image/png", "content-length": "26" })
      expect(answer.headers["etag"]).toBe(hash && etag)
      expect(answer.headers["accept-ranges"]).toBe("none")
    }),
  )

  it.live("without a content length or type", () =>
    Effect.gen(function* () {
      const { url } = yield* upstream((response) => {
        response.write("abcdefghijklm")
        response.end("nopqrstuvwxyz")
      })
      const { server } = yield* serving(Backend.json({ url, sha256: sha256(alphabet) }))
      const answer = yield* Whitelabel.ask(server, { path })
      expect(answer).toMatchObject({ status: 200, text: alphabet, complete: true })
      expect(answer.headers["content-type"]).toBe("application/octet-stream")
    }),
  )

  it.live("of no bytes, with its hash", () =>
    Effect.gen(function* () {
      const { url } = yield* upstream(sends([], { "content-length": 0 }))
      const { server } = yield* serving(Backend.json({ url, sha256: sha256("") }))
      expect(yield* Whitelabel.ask(server, { path })).toMatchObject({ status: 200, text: "", complete: true })
    }),
  )

  it.live("HEAD asks no more than HEAD", () =>
    Effect.gen(function* () {
      const methods: Array<string> = []
      const { url } = yield* upstream((response, method) => {
        methods.push(method)
        response.writeHead(200, { "content-type": "image/png", "content-length": 26 }).end()
      })
      const { server } = yield* serving(Backend.json({ url, sha256: sha256(alphabet) }))
      const answer = yield* Whitelabel.ask(server, { path, method: "HEAD" })
      expect(answer).toMatchObject({ status: 200, text: "", complete: true })
      expect(answer.headers).toMatchObject({ "content-type": "image/png", "content-length": "26", etag })
      expect(methods).toEqual(["HEAD"])
    }),
  )

  it.live("that the device has is not fetched again", () =>
    Effect.gen(function* () {
      const { url, asked } = yield* upstream(sends([alphabet]))
      const { server } = yield* serving(Backend.json({ url, sha256: sha256(alphabet) }))
      const answer = yield* Whitelabel.ask(server, { path, headers: { "if-none-match": etag } })
      expect(answer).toMatchObject({ status: 304, text: "" })
      expect(asked()).toBe(0)
    }),
  )

  it.live.each<readonly [string, Stand]>([
    ["in two chunks, with a length", sends(["abc", "def"], { "content-length": 6 })],
    ["in two chunks, without a length", sends(["abc", "def"])],
    ["in one chunk, with a length", sends(["abcdef"], { "content-length": 6 })],
    ["in one chunk, without a length", sends(["abcdef"])],
    ["of no bytes, with a length", sends([], { "content-length": 0 })],
    ["of no bytes, without a length", sends([])],
  ])("with the wrong hash never arrives whole: %s", ([, answer]) =>
    Effect.gen(function* () {
      const { url } = yield* upstream(answer)
      const { server } = yield* serving(Backend.json({ url, sha256: sha256(alphabet) }))
      const isWhole = yield* Whitelabel.ask(server, { path }).pipe(
        Effect.map(({ status, complete }) => status === 200 && complete),
        Effect.orElseSucceed(() => false),
      )
      expect(isWhole).toBe(false)
      expect((yield* Whitelabel.ask(server, { path: "/health" })).status).toBe(200)
    }),
  )

  it.live("that breaks off upstream breaks off for the device", () =>
    Effect.gen(function* () {
      const { url } = yield* upstream((response) => {
        response.writeHead(200, { "content-length": 26 }).write("abc", () => response.socket?.destroy())
      })
      const { server } = yield* serving(Backend.json({ url }))
      const isWhole = yield* Whitelabel.ask(server, { path }).pipe(
        Effect.map(({ complete }) => complete),
        Effect.orElseSucceed(() => false),
      )
      expect(isWhole).toBe(false)
    }),
  )

  it.live.each<readonly [string, Stand]>([
    ["404", (response: ServerResponse) => response.writeHead(404).end("not here")],
    ["403", (response: ServerResponse) => response.writeHead(403).end()],
    ["500", (response: ServerResponse) => response.writeHead(500).end("stack")],
    ["206", (response: ServerResponse) => response.writeHead(206).end("part")],
    ["a redirect", (response: ServerResponse) => response.writeHead(302, { location: "/elsewhere" }).end()],
    ["nothing", (response: ServerResponse) => response.socket?.destroy()],
    ["no HTTP", (response: ServerResponse) => response.socket?.end("220 ESMTP\r\n\r\n")],
    ["compressed bytes", sends(["abc"], { "content-encoding": "gzip" })],
    [
      "an impossible type",
      (response: ServerResponse) =>
        response.socket?.end("HTTP/1.1 200 OK\r\nContent-Type: a\u0001b\r\nContent-Length: 0\r\n\r\n"),
    ],
  ])("whose server answers %s: 503, later", ([, answer]) =>
    Effect.gen(function* () {
      const { url } = yield* upstream(answer)
      const { server } = yield* serving(Backend.json({ url }))
      const response = yield* Whitelabel.ask(server, { path })
      expect(response).toMatchObject({ status: 503, text: "" })
      expect(response.headers["retry-after"]).toBe("60")
    }),
  )

  it.live.each(["http://127.0.0.1:1/", "http://127.0.0.1:99999/", "http://[/", "https://a b/", "ftp://127.0.0.1/"])(
    "%s: 503, later",
    (url) =>
      Effect.gen(function* () {
        const { server } = yield* serving(Backend.json({ url }))
        expect(yield* Whitelabel.ask(server, { path })).toMatchObject({ status: 503, text: "" })
      }),
  )

  it.effect("whose server says nothing for 15 seconds: 503, later", () =>
    Effect.gen(function* () {
      const asked = Promise.withResolvers<void>()
      const { url } = yield* upstream(() => asked.resolve())
      const { server } = yield* serving(Backend.json({ url }))
      const waiting = yield* Effect.forkChild(Whitelabel.ask(server, { path }))
      yield* Effect.promise(() => asked.promise)
      yield* TestClock.adjust("15 seconds")
      expect(yield* Fiber.join(waiting)).toMatchObject({ status: 503, text: "" })
    }),
  )

  it.effect("whose server stops in the middle for 15 seconds breaks off", () =>
    Effect.gen(function* () {
      const { url } = yield* upstream((response) => {
        response.writeHead(200, { "content-length": 26 }).write("abc")
      })
      const { server } = yield* serving(Backend.json({ url }))
      const begun = Promise.withResolvers<void>()
      const waiting = yield* Effect.forkChild(
        Whitelabel.raw(server, (socket) => {
          socket.on("data", (chunk) => chunk.toString().includes("abc") && begun.resolve())
          socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`)
        }),
      )
      yield* Effect.promise(() => begun.promise)
      yield* TestClock.adjust("15 seconds")
      expect(yield* Fiber.join(waiting)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nabc$/s)
    }),
  )

  it.live("a device that hangs up ends the download", () =>
    Effect.gen(function* () {
      const ended = Promise.withResolvers<void>()
      const { url } = yield* upstream((response) => {
        response.on("close", () => ended.resolve())
        response.writeHead(200, { "content-length": 1_000_000 }).write("abc")
      })
      const { server } = yield* serving(Backend.json({ url }))
      yield* Whitelabel.raw(server, (socket) => {
        socket.on("data", (chunk) => chunk.toString().includes("abc") && socket.destroy())
        socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`)
      })
      yield* Effect.promise(() => ended.promise)
    }),
  )

  it.live("of 50 MiB passes through without being in memory, however slow the device", () =>
    Effect.gen(function* () {
      const chunk = Buffer.alloc(64 * 1024, alphabet)
      const count = 800
      const hash = createHash("sha256")
      for (let i = 0; i < count; i++) hash.update(chunk)
      const sha256 = hash.digest("hex")
      let sent = 0
      const { url } = yield* upstream((response) => {
        response.writeHead(200, { "content-length": chunk.length * count })
        const more = () => {
          while (sent < count) {
            sent++
            if (!response.write(chunk)) return response.once("drain", more)
          }
          return response.end()
        }
        more()
      })
      const { server } = yield* serving(Backend.json({ url, sha256 }))
      let received = 0
      let ahead = 0
      yield* Whitelabel.raw(server, (socket) => {
        // Only counted, and in steps, so that what the server held back shows as what upstream sent ahead.
        socket.removeAllListeners("data")
        socket.on("data", (bytes: Buffer) => {
          received += bytes.length
          ahead = Math.max(ahead, sent * chunk.length - received)
          socket.pause()
          setImmediate(() => socket.resume())
        })
        socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\n\r\n`)
      })
      expect(received).toBeGreaterThan(chunk.length * count)
      expect(received).toBeLessThan(chunk.length * count + 1000)
      expect(ahead).toBeLessThan(20 * 1024 * 1024)
    }),
  )
})
