/**
 * One call of one webhook: request → JSON → signed → sent, with further attempts where that is safe → response.
 *
 * **Details**
 *
 * All attempts of a call have the same `webhook-id`; each has its own timestamp and signature, and together they stay within the total timeout. A
 * call is a span `webhook <name>` with status, number of attempts and host; no span contains bodies or certificates.
 */
import { type AnswerOf, type RequestOf, type WebhookName, webhooks } from "@espalier/schema"
import { WebhookId, WebhookSignature } from "@espalier/signing"
import { Clock, Duration, Effect, Random, Result, Schedule, Schema } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as AttemptFailure from "./AttemptFailure.ts"
import { type BackendError, BackendUnavailable } from "./BackendError.ts"
import { type Resolved, signingSecrets } from "./BackendOptions.ts"
import type { Bulkhead } from "./Bulkhead.ts"
import * as CallHook from "./CallHook.ts"
import * as CallMetrics from "./CallMetrics.ts"
import type { Circuit } from "./Circuit.ts"
import * as WebhookResponse from "./WebhookResponse.ts"

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
 * Makes the call of the webhook `name`.
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
  const secrets = signingSecrets(options)
  const encode = Schema.encodeUnknownResult(webhook.request)
  const read = WebhookResponse.reader(name, options)
  const scopedClient = HttpClient.withScope(client)
  const template = HttpClientRequest.post(`${prefix}${webhook.path}`, {
    headers: { accept: "application/json", "accept-encoding": "identity" },
  })

  /** `webhook-id` and `webhook-timestamp` always, so that a backend can recognize a repeated call; the signature requires a secret. */
  const headersOf = (id: WebhookId.WebhookId, body: string, timestamp: number): { readonly [name: string]: string } =>
    secrets === undefined
      ? { "webhook-id": id, "webhook-timestamp": String(Math.floor(timestamp)) }
      : { ...WebhookSignature.sign({ id, body, timestamp, secrets }) }

  const attempt = (id: WebhookId.WebhookId, body: string, record: CallHook.CallRecord) =>
    Effect.gen(function* () {
      record.status = undefined
      const { attempt } = yield* Schedule.CurrentMetadata
      yield* Effect.annotateCurrentSpan("webhook.attempts", attempt + 1)
      const timestamp = (yield* Clock.currentTimeMillis) / 1000
      const request = template.pipe(
        HttpClientRequest.bodyText(body, "application/json"),
        HttpClientRequest.setHeaders(headersOf(id, body, timestamp)),
      )
      const response = yield* Effect.mapError(scopedClient.execute(request), (error) =>
        AttemptFailure.fromTransport(error, host),
      )
      record.status = response.status
      yield* Effect.annotateCurrentSpan("http.response.status_code", response.status)
      return yield* read(response)
    }).pipe(Effect.scoped)

  /**
   * The backend's own `Retry-After`, else 100 ms doubled with each attempt, of which up to a half is random. A pause beyond the deadline is left
   * to the device, which receives `Retry-After`.
   */
  const retries = (deadline: number) =>
    Schedule.exponential("100 millis").pipe(
      Schedule.setInputType<AttemptFailure.AttemptFailure>(),
      Schedule.modifyDelay(({ input: { error }, duration }) =>
        error._tag === "BackendUnavailable" && error.retryAfter !== undefined
          ? Effect.succeed(Duration.seconds(error.retryAfter))
          : Effect.map(Random.nextBetween(0.5, 1), (share) => Duration.times(duration, share)),
      ),
      Schedule.while(({ input, attempt, now, duration }) =>
        Effect.succeed(
          attempt <= options.retries &&
            AttemptFailure.isRetryable(name, input) &&
            now + Duration.toMillis(duration) < deadline,
        ),
      ),
    )

  const send = Effect.fnUntraced(function* (body: string, deadline: number, record: CallHook.CallRecord) {
    const id = yield* WebhookId.make
    return yield* Effect.mapError(Effect.retry(attempt(id, body, record), retries(deadline)), ({ error }) => error)
  })

  const timedOut = new BackendUnavailable({
    reason: "Timeout",
    message: `${host} did not respond to ${name} within ${options.timeout} ms; check its load, or raise the timeout`,
  })

  /** A call that waits longer has too little time left. */
  const queueTimeout = options.timeout / 2

  const reject = (why: "QueueFull" | "QueueTimeout") =>
    new BackendUnavailable({
      reason: "Overloaded",
      message:
        why === "QueueFull"
          ? `${options.concurrency} calls to ${host} are running and ${options.queue} are waiting`
          : `${name} waited ${queueTimeout} ms in the queue for ${host}`,
    })

  const call = Effect.fnUntraced(
    function* (request: RequestOf<Name>, record: CallHook.CallRecord) {
      const body = yield* Effect.fromResult(Result.mapError(encode(request), () => unencodable(name)))
      const deadline = (yield* Clock.currentTimeMillis) + options.timeout
      const inTime = Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.timeoutOrElse(send(JSON.stringify(body), deadline, record), {
          duration: Math.max(deadline - now, 0),
          orElse: () => Effect.fail(timedOut),
        }),
      )
      return yield* bulkhead(circuit(inTime), { queueTimeout, reject })
    },
    CallMetrics.measured(name),
    (call) =>
      Effect.withSpan(call, `webhook ${name}`, {
        attributes: { "webhook.name": name, "server.address": host },
        captureStackTrace: false,
      }),
  )
  return CallHook.withHook(name, call)
}

/** The schema's own message is not included: it could contain a value of the request. */
const unencodable = (name: WebhookName) =>
  new BackendUnavailable({
    reason: "UnencodableRequest",
    message: `The request does not match the schema of ${name}; not sent`,
  })
