/**
 * The body of a response as bytes, bounded in size. Time is bounded by the caller: the request counts, too.
 */
import { Effect, Schema, Stream } from "effect"
import type { HttpClientError, HttpClientResponse } from "effect/http"

/**
 * A response's body has more than `maxBytes` bytes.
 *
 * @category errors
 * @since 0.1.0
 */
export class ResponseTooLarge extends Schema.TaggedError<ResponseTooLarge>()("ResponseTooLarge", {
  maxBytes: Schema.Int,
}) {
  override get message(): string {
    return `The body is larger than ${this.maxBytes} bytes`
  }
}

/**
 * Reads the body of a response. Fails before it holds more than `maxBytes` bytes; an `HttpClientError` means that the connection ended
 * before the body did.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = (
  response: HttpClientResponse.HttpClientResponse,
  maxBytes: number,
): Effect.Effect<Uint8Array, HttpClientError.HttpClientError | ResponseTooLarge> => {
  const tooLarge = () => Effect.fail(new ResponseTooLarge({ maxBytes }))
  const declared = response.headers["content-length"]
  if (declared !== undefined && Number(declared) > maxBytes) return tooLarge()
  // An HTTP parser reads no more bytes than declared; `fetch` decompresses them.
  if (declared !== undefined && response.headers["content-encoding"] === undefined) {
    return Effect.map(response.arrayBuffer, (buffer) => new Uint8Array(buffer))
  }
  return Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Stream.runForEach(response.stream, (chunk) => {
      size += chunk.byteLength
      if (size > maxBytes) return tooLarge()
      chunks.push(chunk)
      return Effect.void
    }).pipe(
      // What `fetch` says of a response without a body.
      Effect.catchIf(isEmpty, () => Effect.void),
      Effect.map(() => concat(chunks, size)),
    )
  })
}

const isEmpty = (error: HttpClientError.HttpClientError | ResponseTooLarge) =>
  error._tag === "HttpClientError" && error.reason._tag === "EmptyBodyError"

const concat = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
