/**
 * The body of a device's request: bounded in size and in time.
 */
import { ByteSize, Context, Duration, Effect } from "effect"
import { HttpIncomingMessage, type HttpServerError, type HttpServerRequest } from "effect/http"
import { Refusal } from "./Refusal.ts"

/**
 * How much a device may send, and how long it may take. Provide the reference to change them.
 *
 * @category limits
 */
export const BodyLimits = Context.Reference<{
  readonly maxBytes: ByteSize.Input
  readonly timeout: Duration.Input
}>("@espalier/server/BodyLimits", { defaultValue: () => ({ maxBytes: "10 MiB", timeout: "30 seconds" }) })

/**
 * Reads the whole body.
 *
 * @category reading
 */
export const read = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  const limits = yield* BodyLimits
  const maxBytes = ByteSize.fromInputUnsafe(limits.maxBytes)
  const tooLarge = new Refusal({ status: 413, detail: `The body is larger than ${ByteSize.format(maxBytes)}` })
  if ((request.headers["content-encoding"] ?? "identity") !== "identity") {
    return yield* new Refusal({ status: 415, detail: "Send the body without content-encoding" })
  }
  if (Number(request.headers["content-length"] ?? 0) > Number(maxBytes)) return yield* tooLarge
  const within = Duration.format(Duration.fromInputUnsafe(limits.timeout))
  const buffer = yield* request.arrayBuffer.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBytes),
    Effect.mapError((error) =>
      isTooLarge(error) ? tooLarge : new Refusal({ status: 400, detail: "The body broke off" }),
    ),
    Effect.timeoutOrElse({
      duration: limits.timeout,
      orElse: () => Effect.fail(new Refusal({ status: 408, detail: `The body did not arrive within ${within}` })),
    }),
  )
  return new Uint8Array(buffer)
})

const isTooLarge = (error: HttpServerError.HttpServerError) =>
  error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
