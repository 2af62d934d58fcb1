/**
 * Errors that end a request, as problem details (RFC 9457).
 *
 * A `Problem` has a status and one sentence. Its type is `about:blank` and its title the phrase of its status (RFC 9457 §4.2.1). Problems
 * with a type of their own are declared with `HttpApiError`'s or `ProblemDetails`' own tools.
 */
import { Schema } from "effect"
import { HttpServerResponse, ProblemDetails } from "effect/http"

/** RFC 9110 §15.5 and §15.6, RFC 6585 §4. */
const titles = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
} as const

/**
 * The error statuses that a problem can have.
 *
 * @category models
 * @since 0.1.0
 */
export const Status = Schema.Literals([
  400, 401, 403, 404, 405, 406, 408, 409, 410, 413, 415, 416, 421, 422, 429, 500, 501, 502, 503, 504,
]).annotate({ identifier: "ProblemStatus" })
/**
 * @category models
 * @since 0.1.0
 */
export type Status = typeof Status.Type

/**
 * An error that ends a request. `detail` tells the caller what to change, and quotes nothing of the request but names. `headers` have lower-case
 * names.
 *
 * @category errors
 * @since 0.1.0
 */
export class Problem extends Schema.TaggedError<Problem>()("Problem", {
  status: Status,
  detail: Schema.optionalKey(Schema.String),
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
}) {}

/**
 * The phrase of a status: `Not Found` for 404.
 *
 * @category accessors
 * @since 0.1.0
 */
export const title = (status: Status): string => titles[status]

/**
 * The problem as an `application/problem+json` response.
 *
 * **Example**
 *
 * ```ts
 * import { Problem } from "@espalier/http"
 *
 * const response = Problem.toResponse(
 *   new Problem.Problem({ status: 405, detail: "Use PUT", headers: { allow: "PUT" } }),
 * )
 * response.status // => 405
 * response.headers["allow"] // => "PUT"
 * response.headers["content-type"] // => "application/problem+json"
 * ```
 *
 * @category conversions
 * @since 0.1.0
 */
export const toResponse = ({ status, detail, headers }: Problem): HttpServerResponse.HttpServerResponse => {
  const response = ProblemDetails.toResponse({
    type: ProblemDetails.blankType,
    title: titles[status],
    status,
    ...(detail === undefined ? {} : { detail }),
  })
  return headers === undefined ? response : HttpServerResponse.setHeaders(response, headers)
}
