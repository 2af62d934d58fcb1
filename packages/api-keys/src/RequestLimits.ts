/**
 * Limits and measures every request to an HTTP API: its body is bounded, the response is counted, and every error response is a problem
 * (RFC 9457) with the headers that HTTP requires for its status.
 */
import { ByteSize, Clock, Effect, Metric } from "effect"
import { HttpEffect, HttpIncomingMessage, HttpRouter, HttpServerResponse, ProblemDetails } from "effect/http"

/** Titles of errors that arise before the API's own problems apply: in the body reader, or as a defect. */
const titles = new Map([
  [400, "Bad Request"],
  [413, "Content Too Large"],
  [415, "Unsupported Media Type"],
  [500, "Internal Server Error"],
])

const problem = (status: number): HttpServerResponse.HttpServerResponse =>
  ProblemDetails.toResponse({ type: ProblemDetails.blankType, status, title: titles.get(status) ?? "Error" })

const requiredHeaders = new Map([
  [401, { "www-authenticate": "Bearer" }],
  [413, { connection: "close" }],
  [429, { "retry-after": "60" }],
  [503, { "retry-after": "5" }],
])

const finish = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse => {
  const { headers, status } = response
  if (status < 400) return response
  const error = headers["content-type"] === ProblemDetails.contentType ? response : problem(status)
  return HttpServerResponse.setHeaders(error, requiredHeaders.get(status) ?? {})
}

/** In seconds, as Prometheus has them for the duration of a request. */
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/**
 * Around all routes that it is provided to. `name` is the part of the metrics' names: `espalier_<name>_requests_total` and
 * `espalier_<name>_request_duration_seconds`. `maxBody` defaults to 512 KiB.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = ({
  name,
  maxBody = "512 KiB",
}: {
  readonly name: string
  readonly maxBody?: ByteSize.Input | undefined
}) => {
  const maxBodySize = ByteSize.fromInputUnsafe(maxBody)
  const requests = Metric.counter(`espalier_${name}_requests_total`, {
    description: `Requests to the ${name} API, by route and status`,
    incremental: true,
  })
  const durations = Metric.histogram(`espalier_${name}_request_duration_seconds`, {
    description: `Duration of requests to the ${name} API, by route`,
    boundaries,
  })
  return HttpRouter.middleware((handler) =>
    Effect.gen(function* () {
      const { route } = yield* HttpRouter.RouteContext
      const startedAt = yield* Clock.currentTimeMillis
      yield* HttpEffect.appendPreResponseHandler(
        Effect.fnUntraced(function* (_, response) {
          const sent = finish(response)
          const seconds = ((yield* Clock.currentTimeMillis) - startedAt) / 1000
          const labels = { route: `${route.method} ${route.path}` }
          yield* Metric.update(Metric.withAttributes(requests, { ...labels, status: String(sent.status) }), 1)
          yield* Metric.update(Metric.withAttributes(durations, labels), seconds)
          return sent
        }),
      )
      return yield* Effect.provideService(handler, HttpIncomingMessage.MaxBodySize, maxBodySize)
    }),
  ).layer
}
