/**
 * What an operator sees of the devices' traffic: one line in the log, one span and one count a request.
 *
 * They know who spoke, what kind of message it was and how it was answered; never what was in it.
 */
import type { Scope } from "@espalier/schema"
import { Clock, Duration, Effect, Metric } from "effect"
import type { HttpServerResponse } from "effect/http"
import { type Refusal, toResponse } from "./Refusal.ts"

const requests = Metric.counter("espalier_device_requests_total", {
  description: "Requests of devices, by message and status",
  incremental: true,
})
const durations = Metric.timer("espalier_device_request_duration", { description: "Time to answer a device" })

const count = (message: string, { status }: HttpServerResponse.HttpServerResponse) =>
  Metric.update(Metric.withAttributes(requests, { message, status: String(status) }), 1)

/**
 * Observes the answer to one message of a known sender.
 *
 * @category observation
 * @since 0.1.0
 */
export const observed =
  (message: string, scope?: Scope) =>
  <E, R>(
    answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R> =>
    Effect.gen(function* () {
      const startedAt = yield* Clock.currentTimeMillis
      const response = yield* answer
      const took = (yield* Clock.currentTimeMillis) - startedAt
      yield* count(message, response)
      yield* Metric.update(Metric.withAttributes(durations, { message }), Duration.millis(took))
      yield* Effect.annotateCurrentSpan("http.response.status_code", response.status)
      yield* Effect.logInfo(`${message} → ${response.status} in ${took} ms`)
      return response
    }).pipe(
      Effect.withSpan(`mdm ${message}`, { attributes: annotations(scope) }),
      Effect.annotateLogs(annotations(scope)),
    )

/**
 * Answers a refusal and says so in the log: who sent it is not known.
 *
 * @category observation
 * @since 0.1.0
 */
export const refused = (refusal: Refusal): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const response = toResponse(refusal)
  return Effect.logInfo(`refused → ${refusal.status}: ${refusal.detail}`).pipe(
    Effect.andThen(count("refused", response)),
    Effect.as(response),
  )
}

const annotations = (scope: Scope | undefined): Record<string, string> =>
  scope === undefined
    ? {}
    : {
        "mdm.origin": scope.mdmOrigin.url,
        "mdm.udid": scope.udid,
        ...(scope._tag === "user" ? { "mdm.user_id": scope.userId } : {}),
      }
