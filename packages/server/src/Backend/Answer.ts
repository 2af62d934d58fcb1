/**
 * Reads what a backend answered: the value that was asked for, or a typed failure.
 *
 * A typed error (`{"_tag": …}`) is believed whatever its status is from 400 on; only where none came does the status speak. A 2xx
 * never means an error: a typed error in one is a backend that forgot the status, and says nothing reliable. To a webhook
 * without an answer (`event`) any 2xx is success, whatever its body.
 */
import {
  type AnswerOf,
  InternalServerError,
  ManagementNotSupported,
  RequestError,
  ServerInitiatedUnenrollment,
  UnknownDevice,
  WebhookError,
  type WebhookName,
  webhooks,
} from "@espalier/schema"
import { Clock, Effect, Option, Predicate, Result, Schema, SchemaAST, SchemaIssue } from "effect"
import type { HttpClientResponse } from "effect/http"
import * as AnswerBody from "./AnswerBody.ts"
import { BackendUnavailable } from "./BackendError.ts"
import type { Resolved } from "./BackendOptions.ts"
import * as RetryAfter from "./RetryAfter.ts"
import * as TryFailure from "./TryFailure.ts"

/** An error has a tag and a sentence; what is larger is no typed error. */
const maxErrorBytes = 64 * 1024

/** How long an ignored body may delay its call, for the connection to be of use again. */
const drainMillis = 100

/**
 * The reader of a webhook's answers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reader = <Name extends WebhookName>(
  name: Name,
  options: Resolved,
): ((response: HttpClientResponse.HttpClientResponse) => Effect.Effect<AnswerOf<Name>, TryFailure.TryFailure>) => {
  const webhook = webhooks[name]
  const { host } = options.baseUrl
  const answersNothing = SchemaAST.isVoid(webhook.answer.ast)
  const decode = Schema.decodeUnknownResult(webhook.answer)
  const bad = (why: string) => TryFailure.unavailable("BadAnswer", `The answer of ${host} to ${name} ${why}`)

  const value = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse) {
    if (response.status !== 200) return yield* Effect.fail(bad(`has status ${response.status}, not 200`))
    const objection = AnswerBody.objection(response)
    if (objection !== undefined) return yield* Effect.fail(bad(objection))
    const bytes = yield* Effect.mapError(AnswerBody.read(response, options.maxResponseBytes), (error) =>
      error === "TooLarge"
        ? TryFailure.unavailable(
            "TooLarge",
            `The answer of ${host} to ${name} is larger than ${options.maxResponseBytes} bytes; raise maxResponseBytes if that is right`,
          )
        : TryFailure.ofTransport(error, host),
    )
    const json = yield* Effect.fromResult(Result.mapError(AnswerBody.parse(bytes), bad))
    const tag = errorTag(json)
    if (tag !== undefined) return yield* Effect.fail(bad(`is the error ${tag} under status 200; send it with its own`))
    return yield* Effect.fromResult(Result.mapError(decode(json), ({ issue }) => bad(firstPlace(issue))))
  })

  const drained = (response: HttpClientResponse.HttpClientResponse) =>
    AnswerBody.read(response, maxErrorBytes).pipe(
      Effect.timeoutOption(drainMillis),
      Effect.ignore,
      Effect.andThen(Effect.fromResult(Result.mapError(decode(undefined), ({ issue }) => bad(firstPlace(issue))))),
    )

  /** 3xx is not followed: the signed request, certificates and all, would go to whom nobody configured. */
  const redirect = (status: number) =>
    TryFailure.unavailable(
      "Redirect",
      `${host} redirects ${name} (${status}), which is not followed; put the address it points to into the base URL`,
    )

  const refusal = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse) {
    const json =
      AnswerBody.objection(response) === undefined
        ? yield* AnswerBody.read(response, maxErrorBytes).pipe(
            Effect.map((bytes) => Option.getSuccess(AnswerBody.parse(bytes))),
            // A typed error may have been in what broke off: the status alone is not believed then.
            Effect.catch((error) =>
              error === "TooLarge" ? Effect.succeedNone : Effect.fail(TryFailure.ofTransport(error, host)),
            ),
          )
        : Option.none()
    const typed = Option.flatMap(json, (body) => Option.orElse(webhookError(body), () => requestError(body)))
    const now = yield* Clock.currentTimeMillis
    return yield* Effect.fail(Option.getOrElse(typed, () => byStatus(response, now)))
  })

  const webhookError = (body: unknown) =>
    Option.map(
      Option.orElse(decodeError(body), () => Option.flatMap(bareTag(body), decodeError)),
      TryFailure.final,
    )

  const requestError = (body: unknown) => Option.map(decodeRequestError(body), refusedRequest)

  const refusedRequest = RequestError.match({
    UnknownWebhook: () =>
      webhook.optional
        ? TryFailure.final(new ManagementNotSupported({}))
        : bad(`is UnknownWebhook; is the base URL right, should it have another path?`),
    InvalidSignature: () =>
      bad(
        options.secrets === undefined
          ? "is InvalidSignature: it wants signed webhooks; configure its secret"
          : "is InvalidSignature: check the secret on both sides, and their clocks",
      ),
    InvalidRequest: () => bad("is InvalidRequest: are both sides of the same version?"),
    MethodNotAllowed: () => bad("is MethodNotAllowed; does something between the two change requests?"),
    PayloadTooLarge: () => bad("is PayloadTooLarge; raise the limit of the backend"),
    UnsupportedMediaType: () => bad("is UnsupportedMediaType; does something between the two change requests?"),
    RequestTimeout: () =>
      TryFailure.unavailable("BadStatus", `${host} waited in vain for the body of ${name} (408)`, "Query"),
  })

  const byStatus = (response: HttpClientResponse.HttpClientResponse, now: number): TryFailure.TryFailure => {
    const { status } = response
    if (status === 501 || (status === 404 && webhook.optional)) return TryFailure.final(new ManagementNotSupported({}))
    if (status === 404) return TryFailure.final(new UnknownDevice({}))
    if (status === 410) return TryFailure.final(new ServerInitiatedUnenrollment({}))
    if (status === 500) return TryFailure.final(new InternalServerError({}))
    const retryAfter = RetryAfter.parse(response.headers["retry-after"], now)
    const error = new BackendUnavailable({
      reason: "BadStatus",
      message: `${host} answers ${name} with status ${status}${advice[status] ?? ""}`,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    })
    return { error, repeat: passing.has(status) ? "Query" : "Never" }
  }

  return (response) => {
    const { status } = response
    if (status >= 400) return refusal(response)
    if (status >= 300) return Effect.fail(redirect(status))
    return answersNothing ? drained(response) : value(response)
  }
}

/** Statuses of a backend, or a proxy before it, that is busy or being restarted. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504])

const advice: { readonly [status: number]: string } = {
  401: "; does it want a secret, or a client certificate?",
  403: "; does something before the backend keep this server out?",
  405: "; is the base URL right?",
  413: "; raise the limit of the backend, or of the proxy before it",
}

const decodeError = Schema.decodeUnknownOption(WebhookError)
const decodeRequestError = Schema.decodeUnknownOption(RequestError)

/** An error whose other members are not as they should be still says the one thing that counts. */
const bareTag = (body: unknown): Option.Option<{ readonly _tag: unknown }> =>
  Predicate.hasProperty(body, "_tag") ? Option.some({ _tag: body._tag }) : Option.none()

const errorTag = (json: unknown): string | undefined =>
  Option.getOrUndefined(
    Option.flatMap(bareTag(json), (tag) => Option.orElse(decodeError(tag), () => decodeRequestError(tag))),
  )?._tag

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** Names the first wrong place and what was expected there, never what stood there. */
const firstPlace = (issue: SchemaIssue.Issue): string => {
  const [first] = formatIssue(issue).issues
  const path = (first?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
  return `is not of its shape at ${path === "" ? "the top" : path.slice(0, 200)}: ${first?.message.slice(0, 200)}`
}
