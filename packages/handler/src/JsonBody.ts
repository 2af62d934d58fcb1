/**
 * A request's body, as bytes and as JSON, with every way it can be wrong told apart: media type, size, time, encoding,
 * syntax, depth. Bytes first, because the signature is over them.
 */
import { InvalidRequest, PayloadTooLarge, RequestTimeout, UnsupportedMediaType } from "@espalier/schema"
import { ByteSize, Context, Duration, Effect, Fiber, Result } from "effect"
import { HttpIncomingMessage, type HttpServerError, type HttpServerRequest } from "effect/http"

/**
 * How much a caller may send, how deeply nested, and how long it may take.
 *
 * @category limits
 * @since 0.1.0
 */
export interface Limits {
  readonly maxBytes: ByteSize.Input
  readonly maxDepth: number
  readonly timeout: Duration.Input
}

/**
 * The limits of the routes: 10 MiB, 64 levels and 30 seconds, unless a layer beside the backend says otherwise. Read
 * once, when the routes are built.
 *
 * @category limits
 * @since 0.1.0
 */
export const BodyLimits = Context.Reference<Limits>("@espalier/handler/BodyLimits", {
  defaultValue: () => ({ maxBytes: "10 MiB", maxDepth: 64, timeout: "30 seconds" }),
})

/** RFC 8259 §11 defines no charset; those who send one anyway mean UTF-8. */
const jsonMediaType = /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/**
 * A reader of requests' bodies. What the limits say is worked out here, once, and not with every request.
 *
 * @category reading
 * @since 0.1.0
 */
export const reader = (limits: Limits) => {
  const maxBytes = ByteSize.fromInputUnsafe(limits.maxBytes)
  const maxLength = Number(maxBytes)
  const timeout = Duration.fromInputUnsafe(limits.timeout)
  const tooLarge = new PayloadTooLarge({ message: `The body is larger than ${ByteSize.format(maxBytes)}` })
  const late = new RequestTimeout({ message: `The body did not arrive within ${Duration.format(timeout)}` })
  return Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const contentType = request.headers["content-type"]
    if (contentType === undefined || !jsonMediaType.test(contentType)) {
      return yield* new UnsupportedMediaType({ message: "Send the body as content-type application/json, in UTF-8" })
    }
    if ((request.headers["content-encoding"] ?? "identity") !== "identity") {
      return yield* new UnsupportedMediaType({ message: "Send the body without content-encoding" })
    }
    if (Number(request.headers["content-length"] ?? 0) > maxLength) return yield* tooLarge
    // In a fiber that ends with the call: to interrupt the reading itself would reset the connection before the answer.
    const reading = yield* request.arrayBuffer.pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBytes),
      Effect.forkChild({ startImmediately: true }),
    )
    const buffer = yield* Fiber.join(reading).pipe(
      Effect.mapError((error) => (isTooLarge(error) ? tooLarge : broken)),
      Effect.timeoutOrElse({ duration: timeout, orElse: () => Effect.fail(late) }),
    )
    return new Uint8Array(buffer)
  })
}

const isTooLarge = (error: HttpServerError.HttpServerError) =>
  error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"

const broken = new InvalidRequest({ message: "The body broke off" })

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const refuse = (message: string) => Result.fail(new InvalidRequest({ message }))

/**
 * Parses JSON that nests no deeper than `maxDepth`.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (bytes: Uint8Array, maxDepth: number): Result.Result<unknown, InvalidRequest> => {
  if (bytes.length === 0) return refuse("The body is empty")
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return refuse("The body is not UTF-8")
  }
  if (text.charCodeAt(0) === byteOrderMark) return refuse("The body begins with a byte order mark")
  if (nestsDeeper(text, maxDepth)) return refuse(`The body nests deeper than ${maxDepth} levels`)
  try {
    return Result.succeed(JSON.parse(text))
  } catch (error) {
    // V8 quotes the text in its message; only the position is worth repeating.
    const position =
      error instanceof SyntaxError
        ? / JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(error.message)?.[1]
        : undefined
    return refuse(`The body is not JSON${position === undefined ? "" : ` (at character ${position})`}`)
  }
}

/** RFC 8259 §8.1: whoever sends JSON must not add one. */
const byteOrderMark = 0xfeff
const quote = 0x22
const backslash = 0x5c

/** Counts brackets outside of strings, before anything recursive sees the text. */
const nestsDeeper = (text: string, maxDepth: number): boolean => {
  if (text.length <= maxDepth) return false
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === backslash) index++
      else if (code === quote) inString = false
    } else if (code === quote) inString = true
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > maxDepth) return true
    } else if (code === 0x5d || code === 0x7d) depth--
  }
  return false
}
