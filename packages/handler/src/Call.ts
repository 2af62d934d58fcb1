/**
 * One call of one webhook: bytes → verified → JSON → request → your service → answer → response.
 *
 * Every call ends in a response: typed errors as they are, any other failure as an `InternalServerError` that contains only an id, which
 * the log has beside the cause. Each call has a span, a count and a duration, named after the webhook; none of them contains a body, a
 * certificate or a token.
 */
import type { RequestLimits } from "@espalier/http"
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
import { Cause, Clock, Duration, Effect, Metric, Predicate, Result, Schema, SchemaIssue } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { SchemaJITCompiler } from "effect/schema"
import { asEffect } from "./AsEffect.ts"
import { CurrentCall, type WebhookCall } from "./CurrentCall.ts"
import * as ErrorResponse from "./ErrorResponse.ts"
import * as JsonBody from "./JsonBody.ts"
import { pathOf } from "./RequestPath.ts"
import type { Handle } from "./Services.ts"
import type { WebhookVerifier } from "./WebhookVerifier.ts"

const calls = Metric.counter("espalier_webhook_calls_total", {
  description: "Webhook calls, by webhook and outcome",
  incremental: true,
})
const durations = Metric.histogram("espalier_webhook_duration_seconds", {
  description: "Duration of webhook calls, by webhook",
  boundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
})

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
  limits: RequestLimits.Limits,
  timeout: Duration.Input,
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest> => {
  const webhook = webhookOf(name)
  SchemaJITCompiler.enable(webhook.request.ast)
  const decode = Schema.decodeUnknownResult(webhook.request)
  const encode = Schema.encodeUnknownResult(webhook.answer)
  const read = JsonBody.reader(limits)
  const late = Effect.die(
    new Error(`The function of ${name} took longer than ${Duration.format(Duration.fromInputUnsafe(timeout))}`),
  )

  const answer = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const bytes = yield* read(request)
    yield* verify(request.headers, bytes)
    const json = yield* Effect.fromResult(JsonBody.parse(bytes, limits.maxDepth))
    const decoded = yield* Effect.fromResult(
      Result.mapError(decode(json), (error) => (isUnknownEvent(json) ? unknownEvent : invalid(error))),
    )
    yield* Effect.annotateCurrentSpan(attributesOf(decoded))
    const given = yield* asEffect(`The function of ${name}`, handle(decoded)).pipe(
      Effect.timeoutOrElse({ duration: timeout, orElse: () => late }),
      Effect.provideService(CurrentCall, callOf(request)),
    )
    const encoded = yield* Effect.fromResult(
      Result.mapError(encode(given), (error) => wrongAnswer(name, given, error)),
    ).pipe(Effect.orDie)
    return encoded === undefined ? HttpServerResponse.empty() : HttpServerResponse.jsonUnsafe(encoded)
  })

  return observed(
    name,
    Effect.matchCauseEffect(answer, {
      onSuccess: (response) => Effect.succeed({ outcome: "success", response }),
      // Not reached when the call itself is interrupted. A service that interrupts itself has failed.
      onFailure: (cause) =>
        Effect.map(errorOf(cause), (error) => ({ outcome: error._tag, response: ErrorResponse.make(error) })),
    }),
  )
}

const callOf = ({ headers, originalUrl }: HttpServerRequest.HttpServerRequest): WebhookCall => {
  const { "webhook-id": id, "webhook-timestamp": timestamp } = headers
  return {
    ...(id === undefined ? {} : { id }),
    ...(timestamp === undefined || !/^\d+$/.test(timestamp) ? {} : { timestamp: Number(timestamp) }),
    headers,
    path: pathOf(originalUrl),
  }
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
    yield* Metric.update(duration, ((yield* Clock.currentTimeMillis) - startedAt) / 1000)
    yield* Metric.update(callsOf(outcome), 1)
    yield* Effect.annotateCurrentSpan("webhook.outcome", outcome)
    yield* Effect.logDebug(`webhook ${name}: ${outcome}`)
    return response
  }).pipe(Effect.withSpan(`webhook ${name}`), Effect.annotateLogs("webhook", name))
}

/** The span attributes of a request: the device, the user and the kind, no contents. */
const attributesOf = (request: RequestOf<WebhookName>): Record<string, string> => ({
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

/** An event of a newer protocol is not an error of the sender: the server counts this answer as delivered. */
const unknownEvent = new ManagementNotSupported({ message: "This backend does not support the event" })

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** Names the first invalid member and the expectation, without the value. */
const problemOf = (whole: string, error: Schema.SchemaError): string => {
  const [first] = formatIssue(error.issue).issues
  const path = (first?.path ?? []).map((part) => (typeof part === "object" ? part.key : part)).join(".")
  return `${path === "" ? whole : path}: ${first?.message}`.slice(0, 500)
}

const invalid = (error: Schema.SchemaError): InvalidRequest =>
  new InvalidRequest({ message: problemOf("The body", error) })

/** An answer that contradicts its type is a defect, and is not sent. The log says what is wrong with it. */
const wrongAnswer = (name: WebhookName, answer: unknown, error: Schema.SchemaError): Error => {
  const tag = Predicate.hasProperty(answer, "_tag") && typeof answer._tag === "string" ? ` ${answer._tag}` : ""
  return new Error(`The answer${tag} of ${name} is invalid: ${problemOf("the answer", error)}`)
}

const errorOf = (cause: Cause.Cause<WebhookError | RequestError>): Effect.Effect<WebhookError | RequestError> => {
  const failure = cause.reasons.find(Cause.isFailReason)
  if (failure !== undefined && ErrorResponse.isTyped(failure.error)) return Effect.succeed(failure.error)
  const id = crypto.randomUUID()
  return Effect.as(
    Effect.logError(`Internal error ${id}`, cause),
    new InternalServerError({ message: `Internal error ${id}` }),
  )
}
