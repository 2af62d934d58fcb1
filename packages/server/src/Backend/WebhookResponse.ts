/**
 * Reads a backend's HTTP response: the webhook's value, or a typed failure.
 *
 * **Details**
 *
 * From status 400 on, a typed error (`{"_tag": …}`) decides whatever the status is. Without one the response comes from a broken backend or from a proxy: it
 * never means an unknown device, and never unenrolls one. Only for optional webhooks 404 means that there is none. A 2xx response is never an
 * error: a typed error with status 200 comes from a backend that forgot the status, and is an `InvalidResponse`. For a webhook without a response
 * value (`event`) any 2xx is a success, whatever its body.
 */
import { Json, ResponseBody, RetryAfter } from "@espalier/http"
import {
  type AnswerOf,
  InternalServerError,
  ManagementNotSupported,
  RequestError,
  WebhookError,
  type WebhookName,
  webhooks,
} from "@espalier/schema"
import { Clock, Effect, Option, Predicate, Result, Schema, SchemaAST, SchemaIssue } from "effect"
import type { HttpClientResponse } from "effect/http"
import * as AttemptFailure from "./AttemptFailure.ts"
import { BackendUnavailable } from "./BackendError.ts"
import type { Resolved } from "./BackendOptions.ts"

/** A typed error is a tag and a message. A larger body is not read. */
const maxErrorBytes = 64 * 1024

/** The time limit for reading a body that is ignored, so that the connection can be used again. */
const drainMillis = 100

/** Property lists have at most 64 levels, and their JSON form can add one to each. */
const maxDepth = 128

/** Longer waits are not passed on to devices. */
const maxRetryAfterSeconds = 3600

/**
 * Makes the reader of a webhook's responses.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reader = <Name extends WebhookName>(
  name: Name,
  options: Resolved,
): ((
  response: HttpClientResponse.HttpClientResponse,
) => Effect.Effect<AnswerOf<Name>, AttemptFailure.AttemptFailure>) => {
  const webhook = webhooks[name]
  const { host } = options.baseUrl
  // A declaration is Apple's JSON, which may have integers of any size. A property list must wrap them.
  const exactIntegers = name === "declaration" ? "wrapped" : false
  const hasNoValue = SchemaAST.isVoid(webhook.answer.ast)
  const decode = Schema.decodeUnknownResult(webhook.answer)
  const invalid = (why: string) =>
    AttemptFailure.unavailable("InvalidResponse", `The response of ${host} to ${name} ${why}`)
  const decoded = (json: unknown) =>
    Effect.fromResult(Result.mapError(decode(json), ({ issue }) => invalid(describeIssue(issue))))

  const value = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse) {
    if (response.status !== 200) return yield* Effect.fail(invalid(`has status ${response.status}, not 200`))
    const problem = headerProblem(response)
    if (problem !== undefined) return yield* Effect.fail(invalid(problem))
    const bytes = yield* Effect.mapError(ResponseBody.read(response, options.maxResponseBytes), (error) =>
      error._tag === "ResponseTooLarge"
        ? AttemptFailure.unavailable(
            "TooLarge",
            `The response of ${host} to ${name} is larger than ${options.maxResponseBytes} bytes; raise maxResponseBytes if this is expected`,
          )
        : AttemptFailure.fromTransport(error, host),
    )
    const json = yield* Effect.fromResult(
      Result.mapError(parse(bytes, exactIntegers), ({ problem }) => invalid(problem)),
    )
    const tag = errorTag(json)
    if (tag !== undefined) return yield* Effect.fail(invalid(`is the error ${tag} with status 200; use its own status`))
    return yield* decoded(json)
  })

  const noValue = (response: HttpClientResponse.HttpClientResponse) =>
    ResponseBody.read(response, maxErrorBytes).pipe(
      Effect.timeoutOption(drainMillis),
      Effect.ignore,
      Effect.andThen(decoded(undefined)),
    )

  /** A redirect is not followed: the signed request, with its certificate, would go to an address that was not configured. */
  const redirect = (status: number) =>
    AttemptFailure.unavailable(
      "Redirect",
      `${host} redirects ${name} (${status}), which is not followed; use the new address as the base URL`,
    )

  const typedError = (body: unknown): Option.Option<AttemptFailure.AttemptFailure> =>
    Option.orElse(
      Option.map(
        Option.orElse(decodeError(body), () => Option.flatMap(tagOnly(body), decodeError)),
        AttemptFailure.final,
      ),
      () => Option.map(decodeRequestError(body), fromRequestError),
    )

  const failure = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse) {
    const json =
      headerProblem(response) === undefined
        ? yield* ResponseBody.read(response, maxErrorBytes).pipe(
            Effect.map((bytes) => Option.getSuccess(parse(bytes))),
            // The incomplete body may have contained a typed error, so the status alone does not decide.
            Effect.catch((error) =>
              error._tag === "ResponseTooLarge"
                ? Effect.succeedNone
                : Effect.fail(AttemptFailure.fromTransport(error, host)),
            ),
          )
        : Option.none()
    const now = yield* Clock.currentTimeMillis
    return yield* Effect.fail(Option.getOrElse(Option.flatMap(json, typedError), () => byStatus(response, now)))
  })

  const fromRequestError = RequestError.match({
    UnknownWebhook: () =>
      webhook.optional
        ? AttemptFailure.final(new ManagementNotSupported({}))
        : invalid("is UnknownWebhook; check the path of the base URL"),
    InvalidSignature: () =>
      invalid(
        options.secrets.length === 0
          ? "is InvalidSignature: the backend requires signed webhooks; configure its secret"
          : "is InvalidSignature: check the secret and the clock on both sides",
      ),
    InvalidRequest: () => invalid("is InvalidRequest; use the same version on both sides"),
    MethodNotAllowed: () => invalid("is MethodNotAllowed; check whether a proxy changes requests"),
    PayloadTooLarge: () => invalid("is PayloadTooLarge; raise the limit of the backend"),
    UnsupportedMediaType: () => invalid("is UnsupportedMediaType; check whether a proxy changes requests"),
    RequestTimeout: () =>
      AttemptFailure.unavailable("BadStatus", `${host} timed out waiting for the body of ${name} (408)`, "Query"),
  })

  const byStatus = (response: HttpClientResponse.HttpClientResponse, now: number): AttemptFailure.AttemptFailure => {
    const { status } = response
    if (status === 501 || (status === 404 && webhook.optional)) {
      return AttemptFailure.final(new ManagementNotSupported({}))
    }
    if (status === 500) return AttemptFailure.final(new InternalServerError({}))
    const wait = RetryAfter.parse(response.headers["retry-after"], now)
    const error = new BackendUnavailable({
      reason: "BadStatus",
      message: `${host} returned status ${status} to ${name}${advice[status] ?? ""}`,
      ...(wait === undefined ? {} : { retryAfter: RetryAfter.toSeconds(wait, maxRetryAfterSeconds) }),
    })
    return { error, repeat: temporary.has(status) ? "Query" : "Never" }
  }

  return (response) => {
    const { status } = response
    if (status >= 400) return failure(response)
    if (status >= 300) return Effect.fail(redirect(status))
    return hasNoValue ? noValue(response) : value(response)
  }
}

const parse = (bytes: Uint8Array, exactIntegers: "wrapped" | false = false) =>
  Json.parse(bytes, { maxDepth, ignoreByteOrderMark: true, exactIntegers })

/** Why the headers do not allow the body to be read as JSON. A missing content type is read as JSON: simple handlers forget it. */
const headerProblem = ({ headers }: HttpClientResponse.HttpClientResponse): string | undefined => {
  const contentType = headers["content-type"]
  if (contentType !== undefined && !Json.isContentType(contentType)) return "does not have the type application/json"
  // No compression was requested, and decompression would need a limit of its own.
  if ((headers["content-encoding"] ?? "identity").trim().toLowerCase() !== "identity") return "has a content-encoding"
  return undefined
}

/** Statuses of a backend, or of a proxy in front of it, that is busy or restarting. */
const temporary: ReadonlySet<number> = new Set([429, 502, 503, 504])

const advice: { readonly [status: number]: string } = {
  404: " without a typed error; check the base URL, and the proxy in front of the backend",
  410: " without a typed error; check the proxy in front of the backend",
  401: "; check whether it requires a secret or a client certificate",
  403: "; check whether a proxy in front of it blocks this server",
  405: "; check the base URL",
  413: "; raise the limit of the backend, or of the proxy in front of it",
}

const decodeError = Schema.decodeUnknownOption(WebhookError)
const decodeRequestError = Schema.decodeUnknownOption(RequestError)

/** The tag decides even where the other members of the error are invalid. */
const tagOnly = (body: unknown): Option.Option<{ readonly _tag: unknown }> =>
  Predicate.hasProperty(body, "_tag") ? Option.some({ _tag: body._tag }) : Option.none()

const errorTag = (json: unknown): string | undefined =>
  Option.getOrUndefined(
    Option.flatMap(tagOnly(json), (tag) => Option.orElse(decodeError(tag), () => decodeRequestError(tag))),
  )?._tag

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** The path of the first mismatch and what was expected there, without the value. */
const describeIssue = (issue: SchemaIssue.Issue): string => {
  const [first] = formatIssue(issue).issues
  const path = (first?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
  return `does not match its schema at ${path === "" ? "the top level" : path.slice(0, 200)}: ${first?.message.slice(0, 200)}`
}
