/**
 * Posts one body to one receiver and reads little of the answer.
 *
 * Connections go to checked addresses only, no redirect is followed, nothing is decompressed, and one deadline spans everything from
 * the name's resolution to the last byte read. The deadline is in real time, whatever the `Clock` says: sockets know no other.
 */
import * as Undici from "@effect/platform-node/Undici"
import { Effect, type Scope } from "effect"
import { AddressGuard } from "./AddressGuard.ts"

/**
 * Either `status` or `error` is there. `error` is a code of the system, of TLS or undici (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), or one of ours:
 * `Timeout`, `AddressRefused`. `excerpt` is the first KiB of the answer as text; `duration` in milliseconds.
 *
 * @category models
 */
export interface Answer {
  readonly status?: number | undefined
  readonly error?: string | undefined
  readonly retryAfter?: string | undefined
  readonly excerpt: string
  readonly duration: number
}

/** @category models */
export interface Sender {
  readonly post: (url: string, headers: { readonly [name: string]: string }, body: string) => Effect.Effect<Answer>
}

/** How much of an answer is kept, and how much is read so that its connection can be used again. */
const keptBytes = 1024
const readBytes = 64 * 1024

/**
 * `timeout` in milliseconds, for a whole try.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function* (options: {
  readonly timeout: number
}): Effect.fn.Return<Sender, never, AddressGuard | Scope.Scope> {
  const { connector } = yield* AddressGuard
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() => new Undici.Agent({ connect: connector(options), pipelining: 1, allowH2: false })),
    (agent) => Effect.promise(() => agent.destroy()),
  )

  const attempt = async (
    { origin, pathname, search }: URL,
    headers: { readonly [name: string]: string },
    body: string,
    interrupted: AbortSignal,
  ): Promise<Answer> => {
    const start = performance.now()
    const deadline = AbortSignal.timeout(options.timeout)
    const took = () => Math.round(performance.now() - start)
    try {
      const answer = await agent.request({
        origin,
        path: pathname + search,
        method: "POST",
        headers,
        body,
        signal: AbortSignal.any([interrupted, deadline]),
      })
      const retryAfter = answer.headers["retry-after"]
      return {
        status: answer.statusCode,
        retryAfter: typeof retryAfter === "string" ? retryAfter : undefined,
        excerpt: await excerptOf(answer.body),
        duration: took(),
      }
    } catch (error) {
      return { error: deadline.aborted ? "Timeout" : codeOf(error), excerpt: "", duration: took() }
    }
  }

  return {
    post: (url, headers, body) => Effect.promise((signal) => attempt(new URL(url), headers, body, signal)),
  }
})

const excerptOf = async (body: AsyncIterable<unknown>): Promise<string> => {
  const kept: Array<Uint8Array> = []
  let size = 0
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) break
    if (size < keptBytes) kept.push(chunk.subarray(0, keptBytes - size))
    size += chunk.byteLength
    // Leaving the loop ends the connection: an endless answer is a receiver's own affair.
    if (size > readBytes) break
  }
  // PostgreSQL's text has no NUL.
  return new TextDecoder().decode(Buffer.concat(kept)).replaceAll("\0", "\uFFFD")
}

/** Holds nothing of the URL. */
const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "Unknown"
  if ("_tag" in error && typeof error._tag === "string") return error._tag
  if ("code" in error && typeof error.code === "string") return error.code
  // Every address failed: the first says enough.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : error.name
}
