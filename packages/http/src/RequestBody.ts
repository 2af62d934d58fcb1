/**
 * The body of a request as bytes, bounded in size and in time.
 */
import { ByteSize, Context, Deferred, Duration, Effect, Fiber, Schema } from "effect"
import { HttpIncomingMessage, type HttpServerError, type HttpServerRequest } from "effect/http"
import { Problem } from "./Problem.ts"
import { type Limits, RequestLimits } from "./RequestLimits.ts"
import * as RetryAfter from "./RetryAfter.ts"

/**
 * A body that was not read. `message` is a sentence for the caller.
 *
 * - `Encoded`: it has a `content-encoding`.
 * - `TooLarge`: it is larger than the limit.
 * - `Timeout`: it did not arrive in time.
 * - `Incomplete`: the connection ended before it did.
 * - `ShuttingDown`: the server is stopping.
 *
 * @category errors
 * @since 0.1.0
 */
export class RequestBodyError extends Schema.TaggedError<RequestBodyError>()("RequestBodyError", {
  reason: Schema.Literals(["Encoded", "TooLarge", "Timeout", "Incomplete", "ShuttingDown"]),
  message: Schema.String,
}) {}

/**
 * The server's stop signal. A body that has not arrived when it completes fails with `ShuttingDown`.
 *
 * @category references
 * @since 0.1.0
 */
export const StopSignal = Context.Reference<Deferred.Deferred<void> | undefined>("@espalier/http/StopSignal", {
  defaultValue: () => undefined,
})

/**
 * Called with every body that was read.
 *
 * @category references
 * @since 0.1.0
 */
export const OnBody = Context.Reference<((body: Uint8Array) => void) | undefined>("@espalier/http/OnBody", {
  defaultValue: () => undefined,
})

/**
 * How much of a request has arrived: the bytes that its connection has read. Without it a body is limited by `timeout` only.
 *
 * @category models
 * @since 0.1.0
 */
export interface Progress {
  readonly bytesRead?: (() => number) | undefined
}

/**
 * Makes a reader with fixed limits; it prepares them once and not with every request.
 *
 * **Gotchas**
 *
 * A reader that gives up does not close the connection: a response can still be sent. `Timeout` and `ShuttingDown` need `connection: close` on
 * it, as {@link problemOf} sets.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reader = (limits: Pick<Limits, "maxBytes" | "timeout" | "minBytesPerSecond">) => {
  const maxBytes = ByteSize.fromInputUnsafe(limits.maxBytes)
  const maxLength = Number(maxBytes)
  const timeout = Duration.fromInputUnsafe(limits.timeout)
  const tooLarge = new RequestBodyError({
    reason: "TooLarge",
    message: `The body is larger than ${ByteSize.format(maxBytes)}`,
  })
  const late = new RequestBodyError({
    reason: "Timeout",
    message: `The body did not arrive within ${Duration.format(timeout)}`,
  })
  const minProgress = (limits.minBytesPerSecond ?? Number.POSITIVE_INFINITY) * Duration.toSeconds(timeout)

  /** Fails when less than the minimum arrived during one timeout. */
  const stalled = (bytesRead: () => number): Effect.Effect<never, RequestBodyError> =>
    Effect.suspend(() => {
      const before = bytesRead()
      return Effect.andThen(
        Effect.sleep(timeout),
        Effect.suspend(() => (bytesRead() - before < minProgress ? Effect.fail(late) : stalled(bytesRead))),
      )
    })

  return Effect.fnUntraced(function* (
    request: HttpServerRequest.HttpServerRequest,
    { bytesRead = () => 0 }: Progress = {},
  ) {
    if ((request.headers["content-encoding"] ?? "identity").trim().toLowerCase() !== "identity") return yield* encoded
    if (Number(request.headers["content-length"] ?? 0) > maxLength) return yield* tooLarge
    // In a fiber that ends with the request's: to interrupt the reading itself would reset the connection before the response is out.
    const reading = yield* request.arrayBuffer.pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBytes),
      Effect.forkChild({ startImmediately: true }),
    )
    const arrived = Effect.mapError(Fiber.join(reading), (error) => (isTooLarge(error) ? tooLarge : incomplete))
    const stop = yield* StopSignal
    const buffer = yield* Effect.raceFirst(
      stop === undefined ? arrived : Effect.raceFirst(arrived, Effect.andThen(Deferred.await(stop), shuttingDown)),
      stalled(bytesRead),
    )
    const body = new Uint8Array(buffer)
    const onBody = yield* OnBody
    onBody?.(body)
    return body
  })
}

/**
 * Reads the body of a request within the {@link RequestLimits}.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = (
  request: HttpServerRequest.HttpServerRequest,
  progress?: Progress,
): Effect.Effect<Uint8Array<ArrayBuffer>, RequestBodyError> =>
  Effect.flatMap(RequestLimits, (limits) => reader(limits)(request, progress))

const statuses = { Encoded: 415, TooLarge: 413, Timeout: 408, Incomplete: 400, ShuttingDown: 503 } as const

/** RFC 9110 §15.5.9: the connection of a request that timed out is closed. The rest of the body is still on its way. */
const headers = {
  Timeout: { connection: "close" },
  ShuttingDown: { connection: "close", "retry-after": RetryAfter.format("5 seconds") },
} as const

/**
 * The error as a problem: 415, 413, 408, 400 or 503.
 *
 * @category conversions
 * @since 0.1.0
 */
export const problemOf = ({ reason, message }: RequestBodyError): Problem =>
  new Problem({
    status: statuses[reason],
    detail: message,
    ...(reason === "Timeout" || reason === "ShuttingDown" ? { headers: headers[reason] } : {}),
  })

const encoded = new RequestBodyError({ reason: "Encoded", message: "Send the body without content-encoding" })
const incomplete = new RequestBodyError({ reason: "Incomplete", message: "The body is incomplete" })
const shuttingDown = new RequestBodyError({ reason: "ShuttingDown", message: "Shutting down; retry later" })

const isTooLarge = (error: HttpServerError.HttpServerError) =>
  error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
