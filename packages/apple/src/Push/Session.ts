/**
 * One HTTP/2 session with APNs, from its handshake to its end.
 *
 * It is ready once the server's SETTINGS have arrived, because they hold the number of streams; {@link Session.permits}
 * follows them. A retired session (GOAWAY, an attempt without a response, idle) accepts no further streams, lets the open ones
 * finish, and releases everything that waits for a permit, so that the next session serves it.
 *
 * **Gotchas**
 *
 * With TLS 1.3 a server checks the client's certificate after the client has finished its handshake, so a
 * rejected certificate may show as the sudden end of a session that just opened.
 *
 * Source: RFC 9113 §6.5.2 (SETTINGS_MAX_CONCURRENT_STREAMS), §6.7 (PING), §6.8 (GOAWAY).
 */

import * as http2 from "node:http2"
import { isIP } from "node:net"
import * as tls from "node:tls"
import { ErrorCode } from "@espalier/http"
import { Effect, Redacted, Semaphore } from "effect"
import type { Request } from "./Notification.ts"
import type { PushIdentity } from "./PushCertificate.ts"
import { type AttemptFailure, attemptFailure, PushError } from "./PushError.ts"
import type { Resolved } from "./PushOptions.ts"
import { apnsReasonOf, condemnsCertificate, type Response } from "./Response.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface Session {
  /** One permit for each stream that the server allows. A caller of `post` holds one. */
  readonly permits: Semaphore.Semaphore
  /** Whether it accepts another stream. */
  readonly isOpen: () => boolean
  /** The number of requests so far. */
  readonly posts: () => number
  /** Sends a request and waits for its response. Interruption cancels the stream. */
  readonly post: (request: Request) => Effect.Effect<Response, AttemptFailure>
  /** Accepts no further streams, and ends with the last one. */
  readonly retire: () => void
  /** Ends immediately, with all streams. */
  readonly destroy: () => void
  /** Waits for the response to a PING; `false` if the session cannot respond. */
  readonly ping: Effect.Effect<boolean>
}

/**
 * Callbacks of a session. `onEnd`: why it ended, and whether it ever responded.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listener {
  readonly onReady: (session: Session) => void
  readonly onResponse: () => void
  readonly onEnd: (session: Session, why: PushError, responded: boolean) => void
}

const maxResponseLength = 4096

/**
 * Starts a session. It calls `onEnd` exactly once, and `onReady` at most once before.
 *
 * @category constructors
 * @since 0.1.0
 */
export const start = (identity: PushIdentity, options: Resolved, listener: Listener): Session => {
  const url = new URL(options.origin)
  const host = url.hostname.replace(/^\[|\]$/g, "")
  const socket = tls.connect({
    host,
    port: Number(url.port || 443),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ["h2"],
    minVersion: "TLSv1.2",
    cert: identity.cert,
    key: Redacted.value(identity.key),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  })
  const h2 = http2.connect(options.origin, { createConnection: () => socket, settings: { enablePush: false } })
  const permits = Semaphore.makeUnsafe(0)
  let retired = false
  let ready = false
  let responded = false
  let posts = 0
  let why = unavailable("cannot be reached")

  const retire = () => {
    if (retired) return
    retired = true
    h2.close()
    Effect.runFork(permits.resize(Number.MAX_SAFE_INTEGER))
  }
  const session: Session = {
    permits,
    isOpen: () => !retired && !h2.closed && !h2.destroyed,
    posts: () => posts,
    retire,
    destroy: () => {
      retire()
      h2.destroy()
      // A session that was closed would wait for the peer to end the connection.
      socket.destroy()
    },
    ping: Effect.callback((resume) => {
      if (h2.destroyed || !h2.ping((error) => resume(Effect.succeed(error === null)))) resume(Effect.succeed(false))
    }),
    post: (request) =>
      Effect.callback((resume) => {
        let stream: http2.ClientHttp2Stream
        try {
          stream = h2.request(request.headers)
        } catch {
          // The session ended since it was checked.
          resume(Effect.fail(attemptFailure(why, true)))
          return
        }
        posts++
        let status: number | undefined
        let retryAfter: string | undefined
        let body = ""
        const answer = () => {
          if (status === undefined) return
          responded = true
          listener.onResponse()
          resume(Effect.succeed({ status, retryAfter, body }))
        }
        stream.setEncoding("utf8")
        stream.on("response", (headers) => {
          status = headers[":status"]
          retryAfter = headers["retry-after"]
        })
        stream.on("data", (text: string) => {
          body += text
          if (body.length <= maxResponseLength) return
          body = ""
          answer()
          stream.close(http2.constants.NGHTTP2_CANCEL)
        })
        stream.on("end", answer)
        let failure: PushError | undefined
        stream.on("error", (error) => {
          failure = failureOf(error)
        })
        stream.on("close", () => {
          const error = why.reason === "Unavailable" ? (failure ?? why) : why
          resume(Effect.fail(attemptFailure(error, error.reason === "Unavailable")))
        })
        stream.end(request.body)
        return Effect.sync(() => stream.close(http2.constants.NGHTTP2_CANCEL))
      }),
  }

  const allow = (settings: http2.Settings) => {
    const streams = settings.maxConcurrentStreams ?? options.concurrency
    if (!retired) Effect.runFork(permits.resize(Math.min(streams, options.concurrency)))
  }
  h2.on("remoteSettings", (settings) => {
    allow(settings)
    if (ready) return
    ready = true
    why = unavailable("ended the connection")
    listener.onReady(session)
  })
  h2.on("error", (error) => {
    if (why.reason === "Unavailable") why = failureOf(error)
  })
  h2.on("goaway", (_code, _last, data) => {
    const apnsReason = data === undefined ? undefined : apnsReasonOf(Buffer.from(data).toString())
    if (condemnsCertificate(apnsReason)) why = rejected(apnsReason)
    retire()
  })
  h2.on("close", () => {
    retire()
    listener.onEnd(session, why, responded)
  })
  return session
}

const unavailable = (what: string) => new PushError({ reason: "Unavailable", message: `APNs ${what}` })

const rejected = (code: string | undefined) =>
  new PushError({ reason: "CertificateRejected", message: `APNs rejects the certificate: ${code}` })

/** Node's and OpenSSL's codes hold nothing of a request. */
const failureOf = (error: unknown): PushError => {
  const code = ErrorCode.of(error)
  return /_ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code)
    ? rejected(code)
    : unavailable(`cannot be reached: ${code}`)
}
