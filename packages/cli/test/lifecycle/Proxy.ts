/**
 * A reverse proxy in front of a server or backend. It closes the connection when the server is killed before a request or after its response.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { Effect, type Scope } from "effect"
import type { Outages } from "./Outages.ts"

const read = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

interface Whole {
  readonly message: IncomingMessage
  readonly body: Buffer
}

const forward = (to: string, from: Whole): Promise<Whole> =>
  new Promise((resolve, reject) => {
    const { method, headers, url } = from.message
    const onwards = request(new URL(url ?? "/", to), { method, headers, agent: false }, (message) => {
      read(message).then((body) => resolve({ message, body }), reject)
    })
    onwards.once("error", reject)
    onwards.end(from.body)
  })

/** The message of a request: `enroll`, `assets`, `push`, SCEP's operation, a `MessageType` (with the `Endpoint`), a `Status`. */
const messageOf = ({ message: { url: target }, body }: Whole): string => {
  const url = new URL(target ?? "/", "https://localhost")
  const key = (name: string) => new RegExp(`<key>${name}</key>\\s*<string>([^<]+)`).exec(body.toString())?.[1]
  const message = url.searchParams.get("operation") ?? key("MessageType") ?? key("Status")
  if (message === undefined) return url.pathname.replace(/^\/(?:mdm\/apple|api)\/([a-z]+).*$/, "$1")
  return message === "DeclarativeManagement" ? `${message} ${key("Endpoint")?.split("/", 1)[0]}` : message
}

/** A proxy, and the points at which it can lose a request or a response. */
interface Proxy {
  readonly to: string
  readonly outages: Outages
  readonly moments: readonly [request: string, answer: string]
  readonly name: (request: Whole) => string
  readonly answered?: (request: Whole, status: number) => void
}

const proxying =
  ({ to, outages, moments: [before, after], name, answered }: Proxy) =>
  async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const whole = { message, body: await read(message) }
      const strike = (moment: string) => outages.strike(`${outages.step}: ${moment} ${name(whole)}`)
      if (await strike(before)) return void response.destroy()
      const answer = await forward(to, whole)
      const { statusCode = 502, headers } = answer.message
      answered?.(whole, statusCode)
      if (await strike(after)) return void response.destroy()
      response.writeHead(statusCode, headers).end(answer.body)
    } catch {
      await outages.up()
      response.destroy()
    }
  }

const listening = (server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>, port: number) =>
  Effect.acquireRelease(
    Effect.callback<string>((resume) => {
      server.listen(port, "127.0.0.1", () => {
        const address = server.address()
        const at = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed(`http://127.0.0.1:${at}`))
      })
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      }),
  )

/** In front of the server at `to`. */
export const inFrontOfServer = (
  to: string,
  port: number,
  tls: { readonly cert: string; readonly key: string },
  outages: Outages,
): Effect.Effect<string, never, Scope.Scope> =>
  listening(createTlsServer(tls, proxying({ to, outages, moments: ["before", "answered"], name: messageOf })), port)

/** A webhook call. */
export interface Webhook {
  /** `event`, `checkin`, `asset`, … */
  readonly path: string
  readonly body: string
}

/** In front of the backend at `to`; `received` is told of every webhook that it has answered. */
export const inFrontOfBackend = (
  to: string,
  outages: Outages,
  name: (webhook: Webhook) => string,
  onCall: (webhook: Webhook, status: number) => void,
): Effect.Effect<string, never, Scope.Scope> => {
  const webhook = ({ message, body }: Whole): Webhook => ({
    path: (message.url ?? "").replace("/webhook/apple/", ""),
    body: body.toString(),
  })
  return listening(
    createServer(
      proxying({
        to,
        outages,
        moments: ["calling", "received"],
        name: (request) => name(webhook(request)),
        answered: (request, status) => onCall(webhook(request), status),
      }),
    ),
    0,
  )
}
