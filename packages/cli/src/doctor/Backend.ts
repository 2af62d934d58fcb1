/**
 * The backend: it is reachable, speaks the protocol, accepts these signatures and no others, and its clock agrees.
 *
 * The check sends one `checkin` for a device that does not exist. Any response of the protocol is good; `UnknownDevice` is the most likely.
 * Where calls are signed it sends a second one without a signature, which the backend must reject.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { ErrorCode, Json, ResponseBody } from "@espalier/http"
import { RequestError, WebhookError, webhooks } from "@espalier/schema"
import { make as makeBackend } from "@espalier/server/client"
import { type Secret, WebhookId, WebhookSignature } from "@espalier/signing"
import { Array, Clock, Duration, Effect, Option, Result, Schema } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import * as Inputs from "../Inputs.ts"
import type { ServeOptions } from "../ServeFlags.ts"
import * as StartError from "../StartError.ts"
import * as UserError from "../UserError.ts"
import { bad, type Finding, type Findings, fromUserError, good, warning } from "./Finding.ts"
import * as Tcp from "./Tcp.ts"

type Options = Pick<ServeOptions, "webhookUrl" | "webhookSecret" | "webhookTimeout" | "origin">

/**
 * The UDID of the device in these calls. It does not exist.
 *
 * @category constants
 * @since 0.1.0
 */
export const testUdid = "ESPALIER-DOCTOR"

/** Time limit of a call. */
const maxDuration = Duration.seconds(8)
const maxBytes = 1024 * 1024

/**
 * The checks `backend`, `secret`, `webhook`, `unsigned` and `clock`. Those that cannot run are left out.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = Effect.fnUntraced(function* (options: Options) {
  const { webhookUrl, webhookTimeout: timeout } = options
  const secrets = yield* Effect.result(Inputs.signingSecrets(options.webhookSecret))
  const secret = Result.match(secrets, {
    onFailure: (error) => fromUserError("secret", error),
    onSuccess: ({ length }) =>
      length === 0
        ? warning("secret", "calls to the backend are not signed", "set --webhook-secret on both sides")
        : good("secret", length === 1 ? "one secret signs the calls" : `${length} secrets sign the calls`),
  })
  // Built only to validate the URL as `serve` does.
  const usable = yield* Effect.result(Effect.scoped(makeBackend({ baseUrl: webhookUrl, timeout })))
  if (Result.isFailure(usable))
    return [fromUserError("backend", UserError.make(StartError.message(usable.failure))), secret]

  const url = new URL(webhookUrl)
  const reached = yield* Effect.result(Tcp.reach(url))
  if (Result.isFailure(reached)) {
    const advice = "start your backend or correct --webhook-url; check firewalls"
    return [bad("backend", `${url.host} ${reached.failure}`, advice), secret]
  }
  const findings: Findings = [good("backend", `${url.host} is reachable`), secret]
  if (Result.isFailure(secrets)) return findings
  return [...findings, ...(yield* checkWebhook(options, secrets.success))]
}, Effect.provide(NodeHttpClient.layerUndici))

const checkWebhook = Effect.fnUntraced(function* (options: Options, secrets: ReadonlyArray<Secret.SigningSecret>) {
  const timeout = Duration.min(maxDuration, options.webhookTimeout)
  const send = (signers: ReadonlyArray<Secret.SigningSecret>) =>
    call(options, signers).pipe(
      Effect.timeoutOrElse({ duration: timeout, orElse: () => Effect.fail("does not respond in time") }),
      Effect.result,
    )
  const response = yield* send(secrets)
  if (Result.isFailure(response)) {
    return [bad("webhook", `the backend ${response.failure}`, "check its log and --webhook-url")]
  }
  const webhook = assess(response.success, secrets.length > 0)
  const clock = clockOf(response.success)
  if (webhook.verdict === "bad" || secrets.length === 0) return [webhook, clock]
  const unsigned = yield* send([])
  const accepted = Result.isSuccess(unsigned) && assess(unsigned.success, false).verdict === "good"
  return [
    webhook,
    accepted
      ? warning(
          "unsigned",
          "the backend accepts calls without a signature",
          "make it verify the signature: it has the secret",
        )
      : good("unsigned", "the backend rejects calls without a signature"),
    clock,
  ]
})

interface BackendResponse {
  readonly status: number
  readonly headers: HttpClientResponse.HttpClientResponse["headers"]
  /** None when the body is not JSON. */
  readonly json: Option.Option<unknown>
  /** Unix time in milliseconds, in the middle of the call. */
  readonly at: number
}

/** Fails with the predicate of a sentence about the backend. */
const call = Effect.fnUntraced(function* (options: Options, secrets: ReadonlyArray<Secret.SigningSecret>) {
  const [origin = "http://localhost:8080"] = options.origin
  const body = JSON.stringify({ scope: { _tag: "device", udid: testUdid, mdmOrigin: { url: origin } } })
  const url = new URL(options.webhookUrl)
  const signature = Array.isReadonlyArrayNonEmpty(secrets)
    ? yield* WebhookSignature.signNow({ id: yield* WebhookId.make, body, secrets })
    : {}
  const request = HttpClientRequest.post(`${url.origin}${url.pathname.replace(/\/+$/, "")}${webhooks.checkin.path}`, {
    headers: { accept: "application/json", "accept-encoding": "identity", ...signature },
  }).pipe(HttpClientRequest.bodyText(body, "application/json"))
  const sent = yield* Clock.currentTimeMillis
  const response = yield* HttpClient.execute(request).pipe(
    Effect.mapError((error) => connectionError(ErrorCode.of(error))),
  )
  const at = (sent + (yield* Clock.currentTimeMillis)) / 2
  return { status: response.status, headers: response.headers, json: yield* jsonOf(response), at }
}, Effect.scoped)

/** The body as JSON; none when it is not JSON or too large. */
const jsonOf = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<Option.Option<unknown>, string> =>
  ResponseBody.read(response, maxBytes).pipe(
    Effect.map((bytes) => Result.getSuccess(Json.parse(bytes, { maxDepth: 64, ignoreByteOrderMark: true }))),
    Effect.catchTags({
      ResponseTooLarge: () => Effect.succeedNone,
      HttpClientError: (error) => Effect.fail(connectionError(ErrorCode.of(error))),
    }),
  )

const connectionError = (code: string): string =>
  /CERT|SSL|TLS|SELF_SIGNED|VERIFY/.test(code)
    ? `has a TLS certificate that is not trusted (${code}); set NODE_EXTRA_CA_CERTS for a private certificate authority`
    : `closes the connection (${code})`

const manifest = Schema.decodeUnknownResult(webhooks.checkin.answer)
const webhookError = Schema.decodeUnknownOption(WebhookError)
const requestError = Schema.decodeUnknownOption(RequestError)

const wrongBase = "correct --webhook-url: it is everything before /webhook/apple/…, including the path of your backend"

/** The finding for a response to the `checkin`. */
const assess = ({ status, headers, json }: BackendResponse, signed: boolean): Finding => {
  const typed = Option.flatMap(json, webhookError)
  if (status >= 400 && Option.isSome(typed)) {
    const detail = `responds to a checkin of an unknown device with ${typed.value._tag}`
    return typed.value._tag === "InternalServerError"
      ? warning("webhook", detail, "check your backend's log: an unknown device must not make it fail")
      : good("webhook", detail)
  }
  const rejected = Option.flatMap(json, requestError)
  if (status >= 400 && Option.isSome(rejected)) {
    const tag = rejected.value._tag
    return bad("webhook", `the backend responds with ${tag} (${status})`, adviceOn(tag, signed))
  }
  if (status === 401 || status === 403) {
    return bad("webhook", `the backend responds with status ${status}`, adviceOn("InvalidSignature", signed))
  }
  if (status >= 300 && status < 400) {
    const to = URL.canParse(headers["location"] ?? "") ? ` to ${new URL(headers["location"] ?? "").host}` : ""
    return bad("webhook", `the backend redirects${to} (${status}); redirects are not followed`, wrongBase)
  }
  const isPage = headers["content-type"]?.includes("html") === true
  if (status === 404 || isPage) {
    return bad(
      "webhook",
      `no webhook at this URL: ${isPage ? "a web page" : "not a typed response"}, status ${status}`,
      wrongBase,
    )
  }
  if (status !== 200) {
    return bad("webhook", `the backend responds with status ${status}`, "check its log and the proxies in between")
  }
  const read = Result.flatMap(
    Result.fromOption(json, () => undefined),
    manifest,
  )
  return Result.isSuccess(read)
    ? good("webhook", `responds to a checkin of an unknown device with ${read.success._tag}`)
    : bad("webhook", "the backend responds with status 200, but not with a manifest", "see checkin in docs/backend.md")
}

const adviceOn = (tag: RequestError["_tag"], signed: boolean): string => {
  switch (tag) {
    case "InvalidSignature":
      return signed
        ? "secret or clock differ: set the same --webhook-secret on both sides"
        : "it requires signed calls: set its secret as --webhook-secret"
    case "UnknownWebhook":
      return wrongBase
    case "InvalidRequest":
      return "use the same version on both sides"
    default:
      return "a proxy changes or delays requests: check the proxies in between"
  }
}

/** A signature is valid for five minutes. */
const tolerance = Duration.toMillis("2 minutes")

const clockOf = ({ headers, at }: BackendResponse): Finding => {
  // The header has whole seconds; half of one has passed on average.
  const theirs = Date.parse(headers["date"] ?? "") + 500
  if (Number.isNaN(theirs)) return good("clock", "the backend sends no date to compare with")
  const apart = Math.round(Math.abs(at - theirs) / 1000)
  const side = at > theirs ? "ahead of" : "behind"
  if (apart * 1000 > tolerance) {
    return warning(
      "clock",
      `this machine is ${Duration.format(Duration.seconds(apart))} ${side} the backend`,
      "synchronize both clocks with NTP: signatures are valid for 5 minutes, and certificates have dates",
    )
  }
  return good("clock", apart < 2 ? "agrees with the backend" : `${apart} seconds ${side} the backend`)
}
