/**
 * Posts one body to one receiver and reads little of the answer.
 *
 * Connections go to checked addresses only, no redirect is followed, nothing is decompressed, and one deadline spans everything from
 * the name's resolution to the last byte read. The deadline is in real time, whatever the `Clock` says: sockets know no other.
 *
 * `dispatch` is undici's own interface below `request`: no stream and no abort signal a try, which cost more than the post itself.
 */
import * as Undici from "@effect/platform-node/Undici"
import { Effect, type Scope } from "effect"
import { AddressGuard } from "./AddressGuard.ts"

/**
 * Either `status` or `error` is there. `error` is a code of the system, of TLS or undici (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), or one of ours:
 * `Timeout`, `AddressRefused`, `EventMissing`. `excerpt` is the first KiB of the answer as text; `duration` in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer {
  readonly status?: number | undefined
  readonly error?: string | undefined
  readonly retryAfter?: string | undefined
  readonly excerpt: string
  readonly duration: number
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Sender {
  /** Tells the answer by a function: a fiber for each try costs as much as a third of the post. Never throws. */
  readonly post: (
    url: URL,
    headers: { readonly [name: string]: string },
    body: string,
    done: (answer: Answer) => void,
  ) => void
}

/** How much of an answer is kept, and how much is read so that its connection can be used again. */
const keptBytes = 1024
const readBytes = 64 * 1024

/**
 * `timeout` in milliseconds, for a whole try.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (options: {
  readonly timeout: number
}): Effect.fn.Return<Sender, never, AddressGuard | Scope.Scope> {
  const { connector } = yield* AddressGuard
  const agent = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new Undici.Agent({
          connect: connector(options),
          pipelining: 1,
          allowH2: false,
          // The deadline stands for both.
          headersTimeout: 0,
          bodyTimeout: 0,
        }),
    ),
    (agent) => Effect.promise(() => agent.destroy()),
  )

  return {
    post: ({ origin, pathname, search }, headers, body, done) => {
      agent.dispatch(
        { origin, path: pathname + search, method: "POST", headers, body },
        exchange(options.timeout, done),
      )
    },
  }
})

/** One request and its answer, as undici tells of them. Whatever ends it first counts. */
const exchange = (timeout: number, done: (answer: Answer) => void): Undici.Dispatcher.DispatchHandler => {
  const start = performance.now()
  const kept: Array<Uint8Array> = []
  let size = 0
  let ended = false
  let status: number | undefined
  let retryAfter: string | undefined
  /** Of what is still on its way: giving it up gives up its connection. */
  let controller: Undici.Dispatcher.DispatchController | undefined

  const end = (how: Pick<Answer, "status" | "error" | "retryAfter">) => {
    if (ended) return
    ended = true
    clearTimeout(deadline)
    controller?.abort(new Error("ended"))
    done({ ...how, excerpt: textOf(kept), duration: Math.round(performance.now() - start) })
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
      // Copied: it is a part of a larger buffer.
      if (size < keptBytes) kept.push(Uint8Array.from(chunk.subarray(0, keptBytes - size)))
      size += chunk.byteLength
      // An endless answer is a receiver's own affair.
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

const textOf = (kept: ReadonlyArray<Uint8Array>): string =>
  // PostgreSQL's text has no NUL.
  kept.length === 0 ? "" : new TextDecoder().decode(Buffer.concat(kept)).replaceAll("\0", "\uFFFD")

/** Holds nothing of the URL. */
const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "Unknown"
  if ("_tag" in error && typeof error._tag === "string") return error._tag
  if ("code" in error && typeof error.code === "string") return error.code
  // Every address failed: the first says enough.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : error.name
}
