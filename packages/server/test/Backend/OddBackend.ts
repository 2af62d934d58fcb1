/**
 * Backends on loopback ports that answer as oddly as a test asks, closed with the test's scope.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http"
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net"
import type { RequestOf } from "@espalier/schema"
import { Effect, type Scope } from "effect"
import { type BackendOptions, make } from "../../src/Backend/index.ts"

export interface Received {
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Listening {
  readonly url: string
  readonly received: ReadonlyArray<Received>
  readonly connections: () => number
}

/** Answers every request, once its body is there, with `answer`; `turn` counts requests from 1. */
export const http = (
  answer: (response: ServerResponse, turn: number, request: Received) => void,
): Effect.Effect<Listening, never, Scope.Scope> => {
  const received: Array<Received> = []
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Array<Buffer> = []
    request.on("error", () => {})
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const whole = { path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() }
      answer(response, received.push(whole), whole)
    })
  }
  return listen(createServer(onRequest), received)
}

/** Does `react` with a connection as soon as the first bytes of a request are there. */
export const tcp = (react: (socket: Socket, turn: number) => void): Effect.Effect<Listening, never, Scope.Scope> => {
  let turn = 0
  return listen(
    createTcpServer((socket) => {
      socket.on("error", () => {})
      socket.once("data", () => react(socket, ++turn))
    }),
    [],
  )
}

const listen = (server: Server, received: ReadonlyArray<Received>) =>
  Effect.acquireRelease(
    Effect.callback<Listening & { readonly close: () => void }>((resume) => {
      const sockets = new Set<Socket>()
      let connections = 0
      server.on("connection", (socket: Socket) => {
        connections++
        sockets.add(socket)
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(
          Effect.succeed({
            url: `http://127.0.0.1:${port}`,
            received,
            connections: () => connections,
            close: () => {
              server.close()
              for (const socket of sockets) socket.destroy()
            },
          }),
        )
      })
    }),
    ({ close }) => Effect.sync(close),
  )

/** A client of a backend. Nothing is repeated and no circuit opens unless the test wants it. */
export const client = (backend: Listening, options?: Partial<BackendOptions>) =>
  make({ baseUrl: backend.url, retries: 0, circuitBreaker: false, ...options })

export const scope = { _tag: "device", udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } } as const

export const checkOut: RequestOf<"event"> = { scope, event: { _tag: "CheckOut" } }

export const tokens = { activationsToken: "a", configurationsToken: "b", assetsToken: "c", managementToken: "d" }

/** An answer in JSON, with its status. */
export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}
