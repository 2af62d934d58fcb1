/**
 * What holds for every request to this API, whoever handles it: its body is bounded, its answer counted, and a refusal is a problem
 * (RFC 9457) with the headers that HTTP wants of it.
 */
import { ByteSize, Clock, Duration, Effect, Metric } from "effect"
import { HttpEffect, HttpIncomingMessage, HttpRouter, HttpServerResponse, ProblemDetails } from "effect/http"

/** An event may have 256 KiB as JSON; whitespace is on top of that. */
const maxBody = ByteSize.fromInputUnsafe("512 KiB")

const requests = Metric.counter("espalier_notifications_requests_total", {
  description: "Requests to the notifications API, by route and status",
  incremental: true,
})
const durations = Metric.timer("espalier_notifications_request_duration", {
  description: "Time to answer a request to the notifications API",
})

/** Refusals that come from where no problems are known: the reader of the body, a defect. */
const titles = new Map([
  [400, "Bad Request"],
  [413, "Content Too Large"],
  [415, "Unsupported Media Type"],
  [500, "Internal Server Error"],
])

const problem = (status: number): HttpServerResponse.HttpServerResponse =>
  ProblemDetails.toResponse({ type: ProblemDetails.blankType, status, title: titles.get(status) ?? "Refused" })

const wanted = new Map([
  [401, { "www-authenticate": "Bearer" }],
  [413, { connection: "close" }],
  [503, { "retry-after": "5" }],
])

const finished = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse => {
  const { headers, status } = response
  if (status < 400) return response
  const refusal = headers["content-type"] === ProblemDetails.contentType ? response : problem(status)
  return HttpServerResponse.setHeaders(refusal, wanted.get(status) ?? {})
}

/**
 * Around all routes of the API.
 *
 * @category layers
 * @since 0.1.0
 */
export const { layer } = HttpRouter.middleware((answer) =>
  Effect.gen(function* () {
    const { route } = yield* HttpRouter.RouteContext
    const startedAt = yield* Clock.currentTimeMillis
    yield* HttpEffect.appendPreResponseHandler(
      Effect.fnUntraced(function* (_, response) {
        const sent = finished(response)
        const took = Duration.millis((yield* Clock.currentTimeMillis) - startedAt)
        const labels = { route: `${route.method} ${route.path}` }
        yield* Metric.update(Metric.withAttributes(requests, { ...labels, status: String(sent.status) }), 1)
        yield* Metric.update(Metric.withAttributes(durations, labels), took)
        return sent
      }),
    )
    return yield* Effect.provideService(answer, HttpIncomingMessage.MaxBodySize, maxBody)
  }),
)
