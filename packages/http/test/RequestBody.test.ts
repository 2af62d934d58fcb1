/**
 * Bodies over real sockets: what a caller sends, and what it receives when the body is not read.
 */
import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { NodeHttpServer } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Context, Deferred, Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { Problem, RequestBody, RequestLimits } from "../src/index.ts"

const limits: RequestLimits.Limits = { maxBytes: "10 B", maxDepth: 4, timeout: "200 millis" }

/** Responds with the length of the body, or with the problem. */
const serving = Effect.fnUntraced(function* (context: Context.Context<never> = Context.empty()) {
  const app = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const body = yield* RequestBody.read(request)
    return HttpServerResponse.text(String(body.byteLength))
  }).pipe(
    Effect.catch((error) => Effect.succeed(Problem.toResponse(RequestBody.problemOf(error)))),
    Effect.provideService(RequestLimits.RequestLimits, limits),
    Effect.provideContext(context),
  )
  const handler = yield* NodeHttpServer.makeHandler(app, { scope: yield* Effect.scope })
  const server = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer(handler)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.closeAllConnections() ?? server.close()),
  )
  return server.address()
})

const portOf = (address: AddressInfo | string | null) => (typeof address === "object" ? (address?.port ?? 0) : 0)

/** Sends the text as it is, and returns all that comes until the server closes the connection or has responded in full. */
const send = (address: AddressInfo | string | null, text: string, onConnect = () => {}) =>
  Effect.callback<string>((resume) => {
    let received = ""
    const socket = connect(portOf(address), "127.0.0.1", () => {
      socket.write(text)
      onConnect()
    })
    const end = () => {
      socket.destroy()
      resume(Effect.succeed(received))
    }
    socket.on("data", (chunk) => {
      received += chunk.toString()
      const [head = "", body] = received.split("\r\n\r\n", 2)
      const length = /content-length: (\d+)/i.exec(head)?.[1]
      if (!/connection: close/i.test(head) && body?.length === Number(length)) end()
    })
    socket.on("close", end)
    socket.on("error", end)
    return Effect.sync(() => socket.destroy())
  })

const post = (headers: string, body: string) => `POST / HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n${body}`

describe("read", () => {
  it.live("returns the body up to the limit", () =>
    Effect.gen(function* () {
      const address = yield* serving()
      expect(yield* send(address, post("Content-Length: 10", "0123456789"))).toMatch(/\r\n\r\n10$/)
      expect(yield* send(address, post("Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n"))).toMatch(/\r\n\r\n3$/)
      expect(yield* send(address, post("Content-Length: 1\r\nContent-Encoding: Identity", "0"))).toMatch(/\r\n\r\n1$/)
      expect(yield* send(address, post("Content-Length: 0", ""))).toMatch(/\r\n\r\n0$/)
    }),
  )

  it.live.each<[string, string, string, number, string]>([
    ["a declared length over the limit", "Content-Length: 11", "", 413, "The body is larger than 10 B"],
    [
      "chunks over the limit",
      "Transfer-Encoding: chunked",
      "b\r\n0123456789a\r\n0\r\n\r\n",
      413,
      "The body is larger than 10 B",
    ],
    [
      "a content-encoding",
      "Content-Length: 1\r\nContent-Encoding: gzip",
      "0",
      415,
      "Send the body without content-encoding",
    ],
    ["a body that stalls", "Content-Length: 9", "0", 408, "The body did not arrive within 200ms"],
  ])("rejects %s", ([, headers, body, status, detail]) =>
    Effect.gen(function* () {
      const response = yield* send(yield* serving(), post(headers, body))
      expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      expect(response).toContain(`"detail":"${detail}"`)
      expect(/^connection: close/im.test(response)).toBe(status === 408)
    }),
  )

  it.live("stops waiting when the server stops", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const address = yield* serving(Context.make(RequestBody.StopSignal, stop))
      const response = yield* send(address, post("Content-Length: 9", "0"), () => {
        Effect.runSync(Deferred.succeed(stop, undefined))
      })
      expect(response).toMatch(/^HTTP\/1.1 503 /)
      expect(response).toMatch(/^connection: close/im)
      expect(response).toMatch(/^retry-after: 5\r/im)
    }),
  )

  it.live("reads the body that has arrived while the server is running", () =>
    Effect.gen(function* () {
      const address = yield* serving(Context.make(RequestBody.StopSignal, yield* Deferred.make<void>()))
      expect(yield* send(address, post("Content-Length: 1", "0"))).toMatch(/\r\n\r\n1$/)
    }),
  )

  it.live("calls the hook with each body that was read", () =>
    Effect.gen(function* () {
      const bodies: Array<string> = []
      const address = yield* serving(
        Context.make(RequestBody.OnBody, (body: Uint8Array) => void bodies.push(new TextDecoder().decode(body))),
      )
      yield* send(address, post("Content-Length: 3", "abc"))
      yield* send(address, post("Content-Length: 11", ""))
      expect(bodies).toEqual(["abc"])
    }),
  )
})

it.live("a body that breaks off is Incomplete", () =>
  Effect.gen(function* () {
    const broken = new ReadableStream({
      pull: (controller) => controller.error(new Error("reset")),
    })
    const request = HttpServerRequest.fromWeb(
      new Request("http://localhost/", { method: "POST", body: broken, duplex: "half" }),
    )
    const error = yield* Effect.flip(RequestBody.read(request))
    expect(error).toMatchObject({ reason: "Incomplete" })
    expect(RequestBody.problemOf(error)).toMatchObject({ status: 400, detail: "The body is incomplete" })
  }),
)
