/**
 * What the server itself refuses, before any backend is asked: an RFC 9457 problem with a status and one sentence.
 */
import { Schema } from "effect"
import { HttpServerResponse } from "effect/http"

const titles = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  421: "Misdirected Request",
  503: "Service Unavailable",
} as const

/**
 * A refusal. `detail` says what to do and quotes nothing of the request beyond names.
 *
 * @category errors
 * @since 0.1.0
 */
export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", {
  status: Schema.Literals([400, 401, 403, 404, 405, 408, 413, 415, 416, 421, 503]),
  detail: Schema.String,
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
}) {}

/**
 * The refusal as `application/problem+json`.
 *
 * @category responses
 * @since 0.1.0
 */
export const toResponse = ({ status, detail, headers }: Refusal): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(JSON.stringify({ type: "about:blank", title: titles[status], status, detail }), {
    status,
    contentType: "application/problem+json",
    ...(headers === undefined ? {} : { headers }),
  })
