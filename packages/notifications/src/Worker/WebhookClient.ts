/**
 * Posts a body to a receiver and reads the beginning of the response.
 *
 * Connections go to checked addresses only, redirects are not followed, nothing is decompressed, and one deadline covers everything from the
 * name look-up to the last byte read. The deadline is in real time, whatever the `Clock` says: sockets know no other.
 *
 * `dispatch` is undici's interface below `request`: it needs no stream and no abort signal for each attempt, which would cost more than the
 * post itself.
 */
import type * as Undici from "@effect/platform-node/Undici"
import { ErrorCode } from "@espalier/http"
import { Effect, Predicate, type Scope } from "effect"
import type { AddressGuard } from "../Addresses/AddressGuard.ts"
import * as Agents from "./Agents.ts"

/**
 * Either `status` or `error` is set. `error` is a code of the system, of TLS or undici (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), or one of ours:
 * `Timeout`, `InvalidAddress`, `EventMissing`. `bodyExcerpt` is the first KiB of the body as text; `duration` is in milliseconds.
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

  return {
    post: ({ url: { origin, pathname, search }, headers, body, timeout = options.timeout, ca }, done) => {
      agents
        .of(ca)
        .dispatch({ origin, path: pathname + search, method: "POST", headers, body }, exchange(timeout, done))
    },
  }
})

/** One request and its response, as undici reports them. The first event that ends it counts. */
const exchange = (timeout: number, done: (response: Response) => void): Undici.Dispatcher.DispatchHandler => {
  const start = performance.now()
  const excerpt: Array<Uint8Array> = []
  let size = 0
  let ended = false
  let status: number | undefined
  let retryAfter: string | undefined
  /** Of a response that is still arriving: aborting it closes its connection. */
  let controller: Undici.Dispatcher.DispatchController | undefined

  const end = (result: Pick<Response, "status" | "error" | "retryAfter">) => {
    if (ended) return
    ended = true
    clearTimeout(deadline)
    controller?.abort(new Error("ended"))
    done({ ...result, bodyExcerpt: textOf(excerpt), duration: Math.round(performance.now() - start) })
  }
  const deadline = setTimeout(() => end({ error: "Timeout" }), timeout)

  return {
    onRequestStart: (started) => {
      if (ended) started.abort(new Error("ended"))
      else controller = started
    },
    onResponseStart: (_controller, code, headers) => {
      const after = headers["retry-after"]
      status = code
      retryAfter = typeof after === "string" ? after : undefined
    },
    onResponseData: (_controller, chunk) => {
      // Copied, because the chunk is a part of a larger buffer.
      if (size < excerptBytes) excerpt.push(Uint8Array.from(chunk.subarray(0, excerptBytes - size)))
      size += chunk.byteLength
      // An endless body must not delay the result.
      if (size > readBytes) end({ status, retryAfter })
    },
    onResponseEnd: () => {
      controller = undefined
      end({ status, retryAfter })
    },
    onResponseError: (_controller, error) => {
      controller = undefined
      end({ error: codeOf(error) })
    },
  }
}

const textOf = (chunks: ReadonlyArray<Uint8Array>): string =>
  // PostgreSQL's text has no NUL.
  chunks.length === 0 ? "" : new TextDecoder().decode(Buffer.concat(chunks)).replaceAll("\0", "\uFFFD")

/** An error of `AddressGuard` has a tag; all others have a code. */
const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag) ? error._tag : ErrorCode.of(error)
