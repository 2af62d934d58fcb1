/**
 * One call of one webhook: request → JSON → signed → sent, again where that is safe → answer.
 *
 * All tries of a call carry one `webhook-id`, each a timestamp and signature of its own, and together they stay within the total
 * time-out. A call is a span `webhook <name>` with status, number of tries and host; bodies and certificates are in no span.
 */
import { type AnswerOf, type RequestOf, type WebhookName, webhooks } from "@espalier/schema"
import { WebhookId, WebhookSignature } from "@espalier/signing"
import { Clock, Effect, Random, Result, Schema } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as Answer from "./Answer.ts"
import { type BackendError, BackendUnavailable } from "./BackendError.ts"
import type { Resolved } from "./BackendOptions.ts"
import type { Bulkhead } from "./Bulkhead.ts"
import * as CallMetrics from "./CallMetrics.ts"
import * as CallObserver from "./CallObserver.ts"
import type { Circuit } from "./Circuit.ts"
import * as TryFailure from "./TryFailure.ts"

/**
 * What the calls to one backend share.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shared {
  readonly options: Resolved
  readonly client: HttpClient.HttpClient
  readonly bulkhead: Bulkhead
  readonly circuit: Circuit
}

/**
 * The call of the webhook `name`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <Name extends WebhookName>(
  name: Name,
  { options, client, bulkhead, circuit }: Shared,
): ((request: RequestOf<Name>) => Effect.Effect<AnswerOf<Name>, BackendError>) => {
  const webhook = webhooks[name]
  const { host, prefix } = options.baseUrl
  const encode = Schema.encodeUnknownResult(webhook.request)
  const read = Answer.reader(name, options)
  const scopedClient = HttpClient.withScope(client)
  const template = HttpClientRequest.post(`${prefix}${webhook.path}`, {
    headers: { accept: "application/json", "accept-encoding": "identity" },
  })

  const sendOnce = (id: WebhookId.WebhookId, body: string, notes: CallObserver.Notes) =>
    Effect.gen(function* () {
      notes.status = undefined
      const timestamp = (yield* Clock.currentTimeMillis) / 1000
      const request = template.pipe(
        HttpClientRequest.bodyText(body, "application/json"),
        HttpClientRequest.setHeaders(headersOf({ id, body, timestamp, secrets: options.secrets })),
      )
      const response = yield* Effect.mapError(scopedClient.execute(request), (error) =>
        TryFailure.ofTransport(error, host),
      )
      notes.status = response.status
      yield* Effect.annotateCurrentSpan("http.response.status_code", response.status)
      return yield* read(response)
    }).pipe(Effect.scoped)

  const send = Effect.fnUntraced(function* (body: string, deadline: number, notes: CallObserver.Notes) {
    const id = yield* WebhookId.make
    for (let tries = 1; ; tries++) {
      yield* Effect.annotateCurrentSpan("webhook.tries", tries)
      const result = yield* Effect.result(sendOnce(id, body, notes))
      if (Result.isSuccess(result)) return result.success
      const { failure } = result
      if (tries > options.retries || !TryFailure.mayRepeat(name, failure)) return yield* Effect.fail(failure.error)
      const pause = yield* pauseAfter(tries, failure.error)
      // A pause that would outlast the call is the device's to make: it is told `retryAfter`.
      if ((yield* Clock.currentTimeMillis) + pause >= deadline) return yield* Effect.fail(failure.error)
      yield* Effect.sleep(pause)
    }
  })

  const timedOut = new BackendUnavailable({
    reason: "Timeout",
    message: `${host} did not answer ${name} within ${options.timeout} ms; is it overloaded, or the time-out too short?`,
  })

  /** Whoever waits longer would have too little time left to be worth sending. */
  const patience = options.timeout / 2

  const refuse = (why: "Full" | "Waited") =>
    new BackendUnavailable({
      reason: "Overloaded",
      message:
        why === "Full"
          ? `${options.concurrency} calls to ${host} are under way and ${options.queue} wait; more would only pile up`
          : `${name} waited ${patience} ms for its turn among the calls to ${host}`,
    })

  const call = Effect.fnUntraced(
    function* (request: RequestOf<Name>, notes: CallObserver.Notes) {
      const body = yield* Effect.fromResult(Result.mapError(encode(request), () => unencodable(name)))
      const deadline = (yield* Clock.currentTimeMillis) + options.timeout
      const inTime = Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.timeoutOrElse(send(JSON.stringify(body), deadline, notes), {
          duration: Math.max(deadline - now, 0),
          orElse: () => Effect.fail(timedOut),
        }),
      )
      return yield* bulkhead(circuit(inTime), { patience, refuse })
    },
    CallMetrics.measured(name),
    (call) =>
      Effect.withSpan(call, `webhook ${name}`, {
        attributes: { "webhook.name": name, "server.address": host },
        captureStackTrace: false,
      }),
  )
  return CallObserver.observable(name, call)
}

/** `webhook-id` and `webhook-timestamp` always, so that a backend can tell a repetition; the signature needs a secret. */
const headersOf = ({
  id,
  body,
  timestamp,
  secrets,
}: {
  readonly id: WebhookId.WebhookId
  readonly body: string
  readonly timestamp: number
  readonly secrets: Resolved["secrets"]
}): { readonly [name: string]: string } =>
  secrets === undefined
    ? { "webhook-id": id, "webhook-timestamp": String(Math.floor(timestamp)) }
    : { ...WebhookSignature.sign({ id, body, timestamp, secrets }) }

/** What the schema says is not passed on: it could hold a value of the request. */
const unencodable = (name: WebhookName) =>
  new BackendUnavailable({ reason: "BadRequest", message: `The request does not fit the schema of ${name}; not sent` })

/** The backend's own `Retry-After`, else 100 ms doubled each time; half of it by chance, so that calls do not return in step. */
const pauseAfter = (tries: number, error: BackendError) =>
  error._tag === "BackendUnavailable" && error.retryAfter !== undefined
    ? Effect.succeed(error.retryAfter * 1000)
    : Random.nextBetween(0.5, 1).pipe(Effect.map((share) => share * 100 * 2 ** (tries - 1)))
