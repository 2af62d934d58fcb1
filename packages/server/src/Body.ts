/**
 * The body of a device's request: bounded in size and in time.
 */
import { ByteSize, Context, Deferred, Duration, Effect, Fiber } from "effect"
import { HttpIncomingMessage, type HttpServerError, type HttpServerRequest } from "effect/http"
import { Refusal } from "./Refusal.ts"

/**
 * How much a device may send, and how long it may take. Provide the reference to change them.
 *
 * @category limits
 * @since 0.1.0
 */
export const BodyLimits = Context.Reference<{
  readonly maxBytes: ByteSize.Input
  readonly timeout: Duration.Input
}>("@espalier/server/BodyLimits", { defaultValue: () => ({ maxBytes: "10 MiB", timeout: "30 seconds" }) })

/**
 * Done when the server is to stop: a body that has not arrived by then is not waited for.
 *
 * @category limits
 * @since 0.1.0
 */
export const Stopping = Context.Reference<Deferred.Deferred<void> | undefined>("@espalier/server/Stopping", {
  defaultValue: () => undefined,
})

/**
 * Hears the body of a request once it is there. Nobody does unless the reference is provided.
 *
 * @category observation
 * @since 0.1.0
 */
export const BodyHeard = Context.Reference<((body: Uint8Array) => void) | undefined>("@espalier/server/BodyHeard", {
  defaultValue: () => undefined,
})

/**
 * Reads the whole body.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const limits = yield* BodyLimits
  const maxBytes = ByteSize.fromInputUnsafe(limits.maxBytes)
  const tooLarge = new Refusal({ status: 413, detail: `The body is larger than ${ByteSize.format(maxBytes)}` })
  if ((request.headers["content-encoding"] ?? "identity").trim().toLowerCase() !== "identity") {
    return yield* new Refusal({ status: 415, detail: "Send the body without content-encoding" })
  }
  if (Number(request.headers["content-length"] ?? 0) > Number(maxBytes)) return yield* tooLarge
  const within = Duration.format(Duration.fromInputUnsafe(limits.timeout))
  // Detached, because interrupting it would close the connection before the 408 is out. It ends with the connection at the latest.
  const reading = yield* request.arrayBuffer.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBytes),
    Effect.exit,
    Effect.forkDetach({ startImmediately: true }),
  )
  const stopping = yield* Stopping
  const arrived = Fiber.join(reading)
  const before =
    stopping === undefined ? arrived : Effect.raceFirst(arrived, Effect.andThen(Deferred.await(stopping), comeAgain))
  const exit = yield* Effect.timeoutOrElse(before, {
    duration: limits.timeout,
    orElse: () =>
      Effect.fail(
        new Refusal({
          status: 408,
          detail: `The body did not arrive within ${within}`,
          headers: { connection: "close" },
        }),
      ),
  })
  const buffer = yield* Effect.mapError(exit, (error) =>
    isTooLarge(error) ? tooLarge : new Refusal({ status: 400, detail: "The body broke off" }),
  )
  const body = new Uint8Array(buffer)
  const heard = yield* BodyHeard
  heard?.(body)
  return body
})

const comeAgain = new Refusal({
  status: 503,
  detail: "The server is stopping: come again",
  headers: { "retry-after": "5", connection: "close" },
})

const isTooLarge = (error: HttpServerError.HttpServerError) =>
  error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
