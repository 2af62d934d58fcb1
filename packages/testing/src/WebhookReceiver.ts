/**
 * A receiver of webhooks on this machine: it answers as configured and hands over what it received.
 */
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { Effect, Queue, type Scope } from "effect"

export interface ReceivedRequest {
  readonly id: string
  readonly path: string
  readonly body: Uint8Array
  readonly headers: IncomingMessage["headers"]
}

/** What it answers to a request; by default 204. `path` and `count` (from 1, of that path) tell requests apart. */
export type Answers = (response: ServerResponse, request: { readonly path: string; readonly count: number }) => void

export interface Receiver {
  readonly url: (path: string) => string
  /** The next request that was received and not yet taken. */
  readonly next: Effect.Effect<ReceivedRequest>
  readonly received: ReadonlyArray<ReceivedRequest>
  answers: Answers
}

export const make: Effect.Effect<Receiver, never, Scope.Scope> = Effect.gen(function* () {
  const queue = yield* Queue.unbounded<ReceivedRequest>()
  const received: Array<ReceivedRequest> = []
  const counts = new Map<string, number>()
  const server = createServer((request, response) => {
    const chunks: Array<Uint8Array> = []
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk))
    request.on("end", () => {
      const path = request.url ?? ""
      const count = (counts.get(path) ?? 0) + 1
      counts.set(path, count)
      const { headers } = request
      const one = { id: String(headers["webhook-id"]), path, body: Buffer.concat(chunks), headers }
      received.push(one)
      receiver.answers(response, { path, count })
      Queue.offerUnsafe(queue, one)
    })
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => once(server.listen(0, "127.0.0.1"), "listening")),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      }),
  )
  const bound = server.address()
  const port = typeof bound === "object" && bound !== null ? bound.port : 0
  const receiver: Receiver = {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    next: Queue.take(queue),
    received,
    answers: (response) => {
      response.writeHead(204).end()
    },
  }
  return receiver
})

export const status =
  (code: number, headers: Record<string, string> = {}): Answers =>
  (response) => {
    response.writeHead(code, headers).end(`status ${code}`)
  }
