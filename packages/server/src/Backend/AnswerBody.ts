/**
 * The body of an answer, as bytes and as JSON, never larger than a limit and never nested deeper than 128 levels.
 */
import { Effect, Result, Stream } from "effect"
import type { HttpClientError, HttpClientResponse } from "effect/http"

/**
 * Reads a body. `"TooLarge"` comes before more than `limit` bytes are held; an `HttpClientError` is a body that broke off.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = (
  response: HttpClientResponse.HttpClientResponse,
  limit: number,
): Effect.Effect<Uint8Array, HttpClientError.HttpClientError | "TooLarge"> => {
  const declared = response.headers["content-length"]
  if (declared !== undefined) {
    // The HTTP parser holds the sender to this number, so it bounds what is collected.
    return Number(declared) <= limit
      ? Effect.map(response.arrayBuffer, (buffer) => new Uint8Array(buffer))
      : Effect.fail("TooLarge")
  }
  return Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Stream.runForEach(response.stream, (chunk) => {
      size += chunk.byteLength
      if (size > limit) return Effect.fail("TooLarge" as const)
      chunks.push(chunk)
      return Effect.void
    }).pipe(Effect.map(() => Buffer.concat(chunks, size)))
  })
}

/** RFC 8259 §11 defines no charset; those who send one anyway mean UTF-8. */
const jsonMediaType = /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i

/**
 * What the headers say against reading a body as JSON. No content type at all is taken as JSON: bare handlers forget it.
 *
 * @category parsing
 * @since 0.1.0
 */
export const objection = ({ headers }: HttpClientResponse.HttpClientResponse): string | undefined => {
  const contentType = headers["content-type"]
  if (contentType !== undefined && !jsonMediaType.test(contentType)) return "is not declared as application/json"
  // Compression was not asked for, and unpacking it would need a limit of its own.
  if ((headers["content-encoding"] ?? "identity").trim().toLowerCase() !== "identity") return "has a content-encoding"
  return undefined
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * Parses a body, or says what is wrong with it without quoting it.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (bytes: Uint8Array): Result.Result<unknown, string> => {
  if (bytes.byteLength === 0) return Result.fail("is empty")
  try {
    const text = utf8.decode(bytes)
    if (nestsTooDeep(text)) return Result.fail(`nests deeper than ${maxDepth} levels`)
    return Result.succeed(JSON.parse(text))
  } catch {
    return Result.fail("is not JSON in UTF-8")
  }
}

/** Property lists may have 64 levels, and a wrapper or a list item can add one to each. */
const maxDepth = 128

/** Counts brackets outside of strings, before anything recursive sees the text. Strings are jumped over: an asset is one. */
const nestsTooDeep = (text: string): boolean => {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (char === '"') index = endOfString(text, index)
    else if (char === "{" || char === "[") {
      if (++depth > maxDepth) return true
    } else if (char === "}" || char === "]") depth--
  }
  return false
}

/** The closing quote of the string that opens at `start`; the end of the text when there is none. */
const endOfString = (text: string, start: number): number => {
  let end = start
  do {
    end = text.indexOf('"', end + 1)
    if (end === -1) return text.length
  } while (isEscaped(text, end))
  return end
}

const isEscaped = (text: string, quote: number): boolean => {
  let first = quote
  while (text[first - 1] === "\\") first--
  return (quote - first) % 2 === 1
}
