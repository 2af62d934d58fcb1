/**
 * Logs, spans and metrics of the devices' requests: one line, one span and one count for each.
 *
 * They contain the sender, the kind of message and the status of the response, never the content.
 */
import { Problem } from "@espalier/http"
import type { Scope } from "@espalier/schema"
import { Clock, Effect, Metric } from "effect"
import type { HttpServerResponse } from "effect/http"
import * as MdmReply from "../Mdm/MdmReply.ts"
import type { Handle } from "../Mdm/MdmRequest.ts"

const requests = Metric.counter("espalier_device_requests_total", {
  description: "Requests of devices, by message and status",
  incremental: true,
})
const durations = Metric.histogram("espalier_device_request_duration_seconds", {
  description: "Duration of devices' requests, by message",
  boundaries: Metric.exponentialBoundaries({ start: 0.001, factor: 2, count: 16 }),
})

const count = (message: string, status: number) =>
  Metric.update(Metric.withAttributes(requests, { message, status: String(status) }), 1)

const measured =
  <A>(message: string, statusOf: (result: A) => number, attributes: Record<string, string> = {}) =>
  <E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      const startedAt = yield* Clock.currentTimeMillis
      const result = yield* self
      const status = statusOf(result)
      const millis = (yield* Clock.currentTimeMillis) - startedAt
      yield* count(message, status)
      yield* Metric.update(Metric.withAttributes(durations, { message }), millis / 1000)
      yield* Effect.annotateCurrentSpan("http.response.status_code", status)
      yield* Effect.logInfo(`${message} → ${status} in ${millis} ms`)
      return result
    }).pipe(Effect.withSpan(`mdm ${message}`, { attributes }), Effect.annotateLogs(attributes))

/**
 * Measures the replies to messages.
 *
 * @category middleware
 * @since 0.1.0
 */
export const wrap =
  <E>(handle: Handle<E>): Handle<E> =>
  (request) =>
    measured(request.message.name, MdmReply.statusOf, attributesOf(request.scope))(handle(request))

/**
 * Measures the responses of a route.
 *
 * @category middleware
 * @since 0.1.0
 */
export const response = (name: string) => measured<HttpServerResponse.HttpServerResponse>(name, ({ status }) => status)

/**
 * The response to a request that was rejected before its sender was known. It is logged and counted as `rejected`.
 *
 * @category responses
 * @since 0.1.0
 */
export const problemResponse = (problem: Problem.Problem): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.logInfo(`rejected → ${problem.status}: ${problem.detail}`).pipe(
    Effect.andThen(count("rejected", problem.status)),
    Effect.as(Problem.toResponse(problem)),
  )

const attributesOf = (scope: Scope): Record<string, string> => ({
  "mdm.origin": scope.mdmOrigin.url,
  "mdm.udid": scope.udid,
  ...(scope._tag === "user" ? { "mdm.user_id": scope.userId } : {}),
})
