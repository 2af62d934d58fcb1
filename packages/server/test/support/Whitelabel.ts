/**
 * The server under test, on a port of its own in front of a backend, and what devices do to it over real sockets.
 */
import { request as httpRequest, type IncomingHttpHeaders } from "node:http"
import { connect, type Socket } from "node:net"
import { fileURLToPath } from "node:url"
import { Plist } from "@espalier/plist"
import { Context, Effect, Layer, Logger, Redacted, Result, type Scope } from "effect"
import { HttpServer } from "effect/http"
import { Server } from "../../src/index.ts"
import type { Backend } from "./Backend.ts"

export interface Whitelabel {
  readonly port: number
  readonly origin: string
}

/**
 * What most tests start a server with: identity where it is shown, an authority that was made once (for tests, known to all the world),
 * and nothing on a disk.
 */
export const defaults = {
  port: 0,
  host: "127.0.0.1",
  identity: { mode: "optional" },
  dataDirectory: fileURLToPath(new URL("authority", import.meta.url)),
  databaseUrl: Redacted.make("sqlite::memory:"),
} as const

/** Calls that fail are not repeated and open no circuit, unless the test wants it. Nothing is logged but to `loggers`. */
export const start = (
  backend: Pick<Backend, "url">,
  options?: Partial<Server.ServerOptions["backend"]>,
  loggers: ReadonlyArray<Logger.Logger<unknown, unknown>> = [],
): Effect.Effect<Whitelabel, never, Scope.Scope> =>
  Layer.build(
    Server.layer({
      ...defaults,
      backend: { baseUrl: backend.url, retries: 0, circuitBreaker: false, ...options },
    }),
  ).pipe(
    Effect.provide(Logger.layer(loggers)),
    Effect.orDie,
    Effect.map((context) => {
      const { address } = Context.get(context, HttpServer.HttpServer)
      const port = "port" in address ? address.port : 0
      return { port, origin: `http://127.0.0.1:${port}` }
    }),
  )

export interface Ask {
  readonly method?: string
  readonly path: string
  readonly headers?: { readonly [name: string]: string }
  readonly body?: string | Uint8Array
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Uint8Array
  readonly text: string
  /** Whether the body came to its end; `false` when the connection broke inside of it. */
  readonly complete: boolean
}

/** One request on a connection of its own. Fails only when no answer came at all. */
export const ask = ({ port }: Whitelabel, { method = "GET", path, headers, body }: Ask): Effect.Effect<Answer, Error> =>
  Effect.callback<Answer, Error>((resume) => {
    const request = httpRequest(
      {
        host: "127.0.0.1",
        port,
        path,
        method,
        agent: false,
        headers: { ...headers, ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }) },
      },
      (response) => {
        const chunks: Array<Buffer> = []
        const done = () => {
          const bytes = new Uint8Array(Buffer.concat(chunks))
          resume(
            Effect.succeed({
              status: response.statusCode ?? 0,
              headers: response.headers,
              bytes,
              text: Buffer.from(bytes).toString(),
              complete: response.complete,
            }),
          )
        }
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("error", done)
        response.on("close", done)
      },
    )
    request.on("error", (error) => resume(Effect.fail(error)))
    request.end(body)
    return Effect.sync(() => request.destroy())
  })

export const checkInType = "application/x-apple-aspen-mdm-checkin"
export const commandType = "application/x-apple-aspen-mdm"

/** A property list as XML. */
export const xml = (dictionary: Plist.Dictionary): string => Result.getOrThrow(Plist.toXml(dictionary))

const put = (contentType: string) => (server: Whitelabel, message: Plist.Dictionary | string | Uint8Array) =>
  ask(server, {
    method: "PUT",
    path: "/mdm/apple/mdm",
    headers: { "content-type": contentType },
    body: typeof message === "string" || message instanceof Uint8Array ? message : xml(message),
  })

/** A device checks in. */
export const checkIn = put(checkInType)

/** A device reports, and asks for the next command. */
export const report = put(commandType)

/** The property list in an answer. */
export const plistOf = (answer: Answer): unknown => Result.getOrThrow(Plist.parse(answer.bytes))

/** Bytes over a bare socket, and whatever comes back until the server hangs up (or the test stops caring). */
export const raw = (
  { port }: Whitelabel,
  converse: (socket: Socket, receive: () => string) => void,
): Effect.Effect<string> =>
  Effect.callback<string>((resume) => {
    let received = ""
    const socket = connect(port, "127.0.0.1", () => converse(socket, () => received))
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1")
    })
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(received)))
    return Effect.sync(() => socket.destroy())
  })
