/**
 * One call of one webhook: bytes → verified → JSON → request → your service → answer → response.
 *
 * Whatever happens ends as a response: typed errors as themselves, anything unexpected as an `InternalServerError` that carries
 * only an id, which the log has beside the cause. Each call is a span, a count and a duration, named after the webhook; none of
 * them holds a body, a certificate or a token.
 */
import {
  Event,
  InternalServerError,
  InvalidRequest,
  ManagementNotSupported,
  type RequestError,
  type RequestOf,
  type WebhookError,
  type WebhookName,
  webhookOf,
} from "@espalier/schema"
import { Cause, Clock, Duration, Effect, Metric, Result, Schema, SchemaIssue } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { SchemaJITCompiler } from "effect/schema"
import * as ErrorResponse from "./ErrorResponse.ts"
import * as JsonBody from "./JsonBody.ts"
import type { Handle } from "./Services.ts"
import type { WebhookVerifier } from "./WebhookVerifier.ts"

const calls = Metric.counter("espalier_webhook_calls_total", {
  description: "Webhook calls, by webhook and outcome",
  incremental: true,
})
const durations = Metric.timer("espalier_webhook_duration", { description: "Time to answer a webhook call" })

/**
 * Answers every call of the webhook `name`.
 *
 * @category calls
 * @since 0.1.0
 */
export const make = <Name extends WebhookName>(
  name: Name,
  handle: Handle<Name>,
  verify: WebhookVerifier["Service"],
  limits: JsonBody.Limits,
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest> => {
  const webhook = webhookOf(name)
  SchemaJITCompiler.enable(webhook.request.ast)
  const decode = Schema.decodeUnknownResult(webhook.request)
  const encode = Schema.encodeUnknownResult(webhook.answer)
  const read = JsonBody.reader(limits)

  const answer = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const bytes = yield* read(request)
    yield* verify(request.headers, bytes)
    const json = yield* Effect.fromResult(JsonBody.parse(bytes, limits.maxDepth))
    const decoded = yield* Effect.fromResult(
      Result.mapError(decode(json), (error) => (isUnknownEvent(json) ? unknownEvent : invalid(error))),
    )
    yield* Effect.annotateCurrentSpan(subject(decoded))
    const given = yield* handle(decoded)
    // What a service answers against its type is a defect, and nothing of it goes out.
    const encoded = yield* Effect.orDie(Effect.fromResult(encode(given)))
    return encoded === undefined ? HttpServerResponse.empty() : HttpServerResponse.jsonUnsafe(encoded)
  })

  return observed(
    name,
    Effect.matchCauseEffect(answer, {
      onSuccess: (response) => Effect.succeed({ outcome: "success", response }),
      // When the call itself is interrupted, nothing comes here; a service that interrupts itself has failed.
      onFailure: (cause) =>
        Effect.map(refusal(cause), (error) => ({ outcome: error._tag, response: ErrorResponse.make(error) })),
    }),
  )
}

const observed = <R>(
  name: WebhookName,
  call: Effect.Effect<{ readonly outcome: string; readonly response: HttpServerResponse.HttpServerResponse }, never, R>,
) => {
  const duration = Metric.withAttributes(durations, { webhook: name })
  const successes = Metric.withAttributes(calls, { webhook: name, outcome: "success" })
  const callsOf = (outcome: string) =>
    outcome === "success" ? successes : Metric.withAttributes(calls, { webhook: name, outcome })
  return Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const { outcome, response } = yield* call
    yield* Metric.update(duration, Duration.millis((yield* Clock.currentTimeMillis) - startedAt))
    yield* Metric.update(callsOf(outcome), 1)
    yield* Effect.annotateCurrentSpan("webhook.outcome", outcome)
    yield* Effect.logDebug(`webhook ${name}: ${outcome}`)
    return response
  }).pipe(Effect.withSpan(`webhook ${name}`), Effect.annotateLogs("webhook", name))
}

/** What a trace may know of a request: who it is about, never what was said. */
const subject = (request: RequestOf<WebhookName>): Record<string, string> => ({
  ...("scope" in request
    ? {
        "mdm.channel": request.scope._tag,
        "mdm.udid": request.scope.udid,
        ...(request.scope._tag === "user" ? { "mdm.user_id": request.scope.userId } : {}),
      }
    : {}),
  ...("event" in request ? { "mdm.event": request.event._tag } : {}),
  ...("identifier" in request ? { "mdm.identifier": request.identifier } : {}),
})

const isUnknownEvent = Schema.is(
  Schema.Struct({
    event: Schema.Struct({
      _tag: Schema.String.check(Schema.makeFilter((tag) => !Object.hasOwn(Event.cases, tag))),
    }),
  }),
)

/** An event of a newer protocol is no mistake of the sender's: the server counts this answer as delivered. */
const unknownEvent = new ManagementNotSupported({ message: "This backend does not know that event" })

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** Names the first wrong place and what was expected there, never what stood there. */
const invalid = (error: Schema.SchemaError): InvalidRequest => {
  const [first] = formatIssue(error.issue).issues
  const path = (first?.path ?? []).map((part) => (typeof part === "object" ? part.key : part)).join(".")
  return new InvalidRequest({ message: `${path === "" ? "The body" : path}: ${first?.message}`.slice(0, 500) })
}

const refusal = (cause: Cause.Cause<WebhookError | RequestError>): Effect.Effect<WebhookError | RequestError> => {
  const failure = cause.reasons.find(Cause.isFailReason)
  if (failure !== undefined && ErrorResponse.isTyped(failure.error)) return Effect.succeed(failure.error)
  const id = crypto.randomUUID()
  return Effect.as(
    Effect.logError(`Internal error ${id}`, cause),
    new InternalServerError({ message: `Internal error ${id}` }),
  )
}
