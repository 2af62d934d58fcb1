/**
 * Posts a body to a receiver and reads the beginning of the response.
 *
 * Connections go to checked addresses only, redirects are not followed, nothing is decompressed, and one deadline covers everything from the
 * name look-up to the last byte read. The deadline is in real time, whatever the `Clock` says: sockets know no other.
 *
 * **Details**
 *
 * A status counts as soon as its line has arrived, however the body ends: a receiver that said 200 has the event.
 *
 * `dispatch` is undici's interface below `request`: it needs no stream and no abort signal for each attempt, which would cost more than the
 * post itself.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import type { Socket } from "node:net"
import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Predicate, type Scope } from "effect"
import type { AddressGuard } from "../Addresses/AddressGuard.ts"
import * as ConnectionTiming from "../Addresses/ConnectionTiming.ts"
import * as Agents from "./Agents.ts"
import { errorCode } from "./AttemptErrorCode.ts"

/**
 * Either `status` or `error` is set. `error` is a code: see `AttemptError`. `bodyExcerpt` is the first KiB of the body as text; `duration` is in
 * milliseconds. `remoteAddress` is missing when there was no connection.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response {
  readonly status?: number | undefined
  readonly error?: string | undefined
  readonly retryAfter?: string | undefined
  readonly bodyExcerpt: string
  readonly duration: number
  readonly remoteAddress?: string | undefined
  readonly timing?: Timing | undefined
}

/**
 * The phases of an attempt, in milliseconds. A phase that did not take place is missing, such as those of a connection that was open already.
 *
 * @category models
 * @since 0.1.0
 */
export interface Timing extends ConnectionTiming.ConnectionTiming {
  readonly firstByte?: number | undefined
}

/**
 * A body and where to post it. `timeout` is in milliseconds; without it the client's own holds. `ca` are the authorities (PEM) that the receiver's
 * certificate must come from, instead of the public ones.
 *
 * @category models
 * @since 0.1.0
 */
export interface WebhookRequest {
  readonly url: URL
  readonly headers: { readonly [name: string]: string }
  readonly body: string
  readonly timeout?: number | undefined
  readonly ca?: string | undefined
}

/**
 * @category models
 * @since 0.1.0
 */
export interface WebhookClient {
  /** Calls `done` once with the response. A callback, because a fiber for each attempt costs a third of the post. Never throws. */
  readonly post: (request: WebhookRequest, done: (response: Response) => void) => void
}

/** How much of a body is kept, and how much is read so that its connection can be reused. */
const excerptBytes = 1024
const readBytes = 64 * 1024

/**
 * `timeout` is in milliseconds and covers a whole attempt.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (options: {
  readonly timeout: number
}): Effect.fn.Return<WebhookClient, never, AddressGuard | Scope.Scope> {
  const agents = yield* Agents.make(options)
  const sockets = yield* socketsOfRequests

  return {
    post: ({ url: { origin, pathname, search }, headers, body, timeout = options.timeout, ca }, done) => {
      const { handler, setSocket } = exchange(timeout, done)
      sockets.during(setSocket, () =>
        agents.of(ca).dispatch({ origin, path: pathname + search, method: "POST", headers, body }, handler),
      )
    },
  }
})

interface Exchange {
  readonly handler: Undici.Dispatcher.DispatchHandler
  /** Called with the socket that the request is written to. */
  readonly setSocket: (socket: Socket) => void
}

/** One request and its response, as undici reports them. The first event that ends it counts. */
const exchange = (timeout: number, done: (response: Response) => void): Exchange => {
  const start = performance.now()
  const excerpt: Array<Uint8Array> = []
  let size = 0
  let ended = false
  let status: number | undefined
  let retryAfter: string | undefined
  let firstByte: number | undefined
  let remoteAddress: string | undefined
  let connection: ConnectionTiming.ConnectionTiming | undefined
  /** Of a response that is still arriving: aborting it closes its connection. */
  let controller: Undici.Dispatcher.DispatchController | undefined

  const since = () => Math.round(performance.now() - start)

  const end = (error?: string) => {
    if (ended) return
    ended = true
    clearTimeout(deadline)
    controller?.abort(new Error("ended"))
    done({
      ...(status === undefined ? { error } : { status, retryAfter }),
      bodyExcerpt: textOf(excerpt),
      duration: since(),
      remoteAddress,
      timing: { ...connection, firstByte },
    })
  }
  const deadline = setTimeout(() => end("Timeout"), timeout)

  return {
    setSocket: (socket) => {
      remoteAddress = socket.remoteAddress
      connection = ConnectionTiming.take(socket)
    },
    handler: {
      onRequestStart: (started) => {
        if (ended) started.abort(new Error("ended"))
        else controller = started
      },
      onResponseStart: (_controller, code, headers) => {
        // An interim response, such as 103 Early Hints.
        if (code < 200) return
        const after = headers["retry-after"]
        firstByte = since()
        status = code
        retryAfter = typeof after === "string" ? after : undefined
      },
      onResponseData: (_controller, chunk) => {
        // Copied, because the chunk is a part of a larger buffer.
        if (size < excerptBytes) excerpt.push(Uint8Array.from(chunk.subarray(0, excerptBytes - size)))
        size += chunk.byteLength
        // An endless body must not delay the result.
        if (size > readBytes) end()
      },
      onResponseEnd: () => {
        controller = undefined
        end()
      },
      onResponseError: (_controller, error) => {
        controller = undefined
        end(errorCode(error))
      },
    },
  }
}

const textOf = (chunks: ReadonlyArray<Uint8Array>): string =>
  // PostgreSQL's text has no NUL.
  chunks.length === 0 ? "" : new TextDecoder().decode(Buffer.concat(chunks)).replaceAll("\0", "\uFFFD")

/**
 * Learns which socket a request is written to. undici's handlers do not tell, its diagnostics channels do: a request is created during `dispatch`,
 * and its headers are sent later.
 */
const socketsOfRequests = Effect.gen(function* () {
  const waiting = new WeakMap<object, (socket: Socket) => void>()
  let current: ((socket: Socket) => void) | undefined

  const onCreate = (message: unknown) => {
    const request = Predicate.hasProperty(message, "request") ? message.request : undefined
    if (current !== undefined && Predicate.isObject(request)) waiting.set(request, current)
  }
  const onSend = (message: unknown) => {
    if (!Predicate.hasProperty(message, "request") || !Predicate.isObject(message.request)) return
    if (Predicate.hasProperty(message, "socket") && isSocket(message.socket)) {
      waiting.get(message.request)?.(message.socket)
    }
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      subscribe("undici:request:create", onCreate)
      subscribe("undici:client:sendHeaders", onSend)
    }),
    () =>
      Effect.sync(() => {
        unsubscribe("undici:request:create", onCreate)
        unsubscribe("undici:client:sendHeaders", onSend)
      }),
  )
  return {
    /** Requests that are created during `dispatch` belong to `setSocket`. */
    during: (setSocket: (socket: Socket) => void, dispatch: () => void) => {
      current = setSocket
      try {
        dispatch()
      } finally {
        current = undefined
      }
    },
  }
})

const isSocket = (u: unknown): u is Socket => Predicate.hasProperty(u, "remoteAddress")
