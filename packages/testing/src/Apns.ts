/**
 * APNs on loopback: HTTP/2 over TLS that wants an MDM push certificate, answers what a test tells it to, and remembers
 * what it was asked.
 */
import { readFileSync } from "node:fs"
import * as http2 from "node:http2"
import type { AddressInfo } from "node:net"
import { TLSSocket } from "node:tls"
import { fileURLToPath } from "node:url"
import { Effect, Redacted } from "effect"

/** The path of a file of `push-certificates/`. */
export const fileOf = (name: string): string =>
  fileURLToPath(new URL(`../push-certificates/${name}.pem`, import.meta.url))

const pem = (name: string) => readFileSync(fileOf(name), "utf8")

/** The authority that signed everything here. */
export const authority = pem("authority")
/** A certificate with its key. */
export const certificate = (
  name: "topic-one" | "topic-two" | "app",
): { readonly cert: string; readonly key: Redacted.Redacted } => ({
  cert: pem(name),
  key: Redacted.make(pem(`${name}.key`)),
})
export const topicOne = "com.apple.mgmt.External.1111aaaa"
export const topicTwo = "com.apple.mgmt.External.2222bbbb"

/** A request as it came. `turn` counts them, `session` the connections, both from 1. */
export interface Asked {
  readonly turn: number
  readonly session: number
  readonly token: string
  readonly headers: http2.IncomingHttpHeaders
  readonly body: string
}

/** An answer; or what to do instead, with the stream in hand. */
export type Reaction =
  | { readonly status: number; readonly body?: string; readonly headers?: { readonly [name: string]: string } }
  | ((stream: http2.ServerHttp2Stream) => void)

export const accepted: Reaction = { status: 200 }
/** An answer with a reason, as APNs gives it. */
export const refused = (status: number, reason: string): Reaction => ({ status, body: JSON.stringify({ reason }) })

export interface Apns {
  readonly url: string
  readonly asked: ReadonlyArray<Asked>
  readonly sessions: () => number
  /** Most streams that were ever open at once. */
  readonly mostAtOnce: () => number
}

/** Starts one that ends with the scope. Certificates other than the topic's are refused as APNs would. */
export const start = (
  react: (asked: Asked) => Reaction = () => accepted,
  options: {
    readonly maxConcurrentStreams?: number
    readonly onSession?: (session: http2.ServerHttp2Session) => void
  } = {},
) =>
  Effect.acquireRelease(
    Effect.callback<Apns & { readonly stop: () => void }>((resume) => {
      const asked: Array<Asked> = []
      const alive = new Set<http2.ServerHttp2Session>()
      let sessions = 0
      let open = 0
      let mostAtOnce = 0
      const server = http2.createSecureServer({
        cert: pem("server"),
        key: pem("server.key"),
        ca: authority,
        requestCert: true,
        rejectUnauthorized: true,
        settings: { maxConcurrentStreams: options.maxConcurrentStreams ?? 1000 },
      })
      server.on("session", (session) => {
        const number = ++sessions
        alive.add(session)
        session.on("close", () => alive.delete(session))
        session.on("error", () => {})
        options.onSession?.(session)
        session.on("stream", (stream, headers) => {
          mostAtOnce = Math.max(mostAtOnce, ++open)
          stream.on("close", () => open--)
          stream.on("error", () => {})
          let body = ""
          stream.setEncoding("utf8")
          stream.on("data", (text: string) => {
            body += text
          })
          stream.on("end", () => {
            const token = String(headers[":path"]).replace("/3/device/", "")
            const request = { turn: asked.length + 1, session: number, token, headers, body }
            asked.push(request)
            const socket = session.socket
            const uid = socket instanceof TLSSocket ? socket.getPeerCertificate().subject["UID"] : undefined
            const reaction = uid === headers["apns-topic"] ? react(request) : refused(403, "BadCertificate")
            if (typeof reaction === "function") return reaction(stream)
            stream.respond({ ":status": reaction.status, "apns-id": headers["apns-id"], ...reaction.headers })
            stream.end(reaction.body)
          })
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(
          Effect.succeed({
            url: `https://127.0.0.1:${port}`,
            asked,
            sessions: () => sessions,
            mostAtOnce: () => mostAtOnce,
            stop: () => {
              for (const session of alive) session.destroy()
              server.close()
            },
          }),
        )
      })
    }),
    (apns) => Effect.sync(apns.stop),
  )
