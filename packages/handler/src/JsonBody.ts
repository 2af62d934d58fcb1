/**
 * A request's body, first as bytes, because the signature covers them, then as JSON. Every failure is one of the protocol's `RequestError`s,
 * or an `InternalServerError` while the process stops.
 */
import { Json, RequestBody, type RequestLimits } from "@espalier/http"
import {
  InternalServerError,
  InvalidRequest,
  PayloadTooLarge,
  RequestTimeout,
  UnsupportedMediaType,
} from "@espalier/schema"
import { Effect, Result } from "effect"
import type { HttpServerRequest } from "effect/http"

/**
 * Makes a reader of JSON bodies as bytes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reader = (limits: RequestLimits.Limits) => {
  const read = RequestBody.reader(limits)
  return (request: HttpServerRequest.HttpServerRequest) => {
    const contentType = request.headers["content-type"]
    return contentType !== undefined && Json.isContentType(contentType)
      ? Effect.mapError(read(request), errorOf)
      : notJson
  }
}

const notJson = Effect.fail(
  new UnsupportedMediaType({ message: "Send the body as content-type application/json, in UTF-8" }),
)

const errorOf = ({ reason, message }: RequestBody.RequestBodyError) => {
  switch (reason) {
    case "Encoded":
      return new UnsupportedMediaType({ message })
    case "TooLarge":
      return new PayloadTooLarge({ message })
    case "Timeout":
      return new RequestTimeout({ message })
    case "Incomplete":
      return new InvalidRequest({ message })
    case "ShuttingDown":
      return new InternalServerError({ message })
  }
}

/**
 * Parses the bytes as JSON that nests no deeper than `maxDepth`.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (bytes: Uint8Array, maxDepth: number): Result.Result<unknown, InvalidRequest> =>
  Result.mapError(Json.parse(bytes, { maxDepth }), ({ message }) => new InvalidRequest({ message }))
