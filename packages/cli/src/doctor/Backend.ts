/**
 * Is the backend there, does it speak the protocol, does it believe these signatures and no others, do the clocks agree?
 *
 * It is sent one `checkin`, for a device that does not exist and is named so; nothing is expected of it but an answer in the protocol's
 * words, of which `UnknownDevice` is the likeliest. Where calls are signed it is sent a second one that is not: it should refuse that.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { ErrorCode } from "@espalier/http"
import { RequestError, WebhookError, webhooks } from "@espalier/schema"
import { make as makeBackend } from "@espalier/server/client"
import { type Secret, WebhookId, WebhookSignature } from "@espalier/signing"
import { Array, Clock, Duration, Effect, Option, Result, Schema, Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import { refuse } from "../Files.ts"
import * as Inputs from "../Inputs.ts"
import type { ServeOptions } from "../ServeFlags.ts"
import { sentence } from "../StartError.ts"
import { bad, type Finding, type Findings, good, ofRefusal, warning } from "./Finding.ts"
import * as Tcp from "./Tcp.ts"

type Options = Pick<ServeOptions, "webhookUrl" | "webhookSecret" | "webhookTimeout" | "origin">

/**
 * The UDID of the device that does not exist.
 *
 * @category constants
 * @since 0.1.0
 */
export const nobody = "ESPALIER-DOCTOR"

const longest = Duration.seconds(8)
const maxBytes = 1024 * 1024

/**
 * The checks `backend`, `secret`, `webhook`, `unsigned` and `clock`, as far as each has something to go on.
 *
 * @category checks
 * @since 0.1.0
 */
export const check = Effect.fnUntraced(function* (options: Options) {
  const { webhookUrl, webhookTimeout: timeout } = options
  const secrets = yield* Effect.result(Inputs.signingSecrets(options.webhookSecret))
  const secret = Result.match(secrets, {
    onFailure: (refused) => ofRefusal("secret", refused),
    onSuccess: ({ length }) =>
      length === 0
        ? warning("secret", "calls to the backend are not signed", "set --webhook-secret on both sides")
        : good("secret", length === 1 ? "one, calls are signed" : `${length}, each signs every call`),
  })
  // Made only for what it has to say about the address: the same that `serve` would.
  const usable = yield* Effect.result(Effect.scoped(makeBackend({ baseUrl: webhookUrl, timeout })))
  if (Result.isFailure(usable)) return [ofRefusal("backend", refuse(sentence(usable.failure))), secret]

  const url = new URL(webhookUrl)
  const reached = yield* Effect.result(Tcp.reach(url))
  if (Result.isFailure(reached)) {
    const advice = "start your backend, or correct --webhook-url; a firewall may stand between"
    return [bad("backend", `${url.host} ${reached.failure}`, advice), secret]
  }
  const findings: Findings = [good("backend", `${url.host} is reachable`), secret]
  if (Result.isFailure(secrets)) return findings
  return [...findings, ...(yield* asked(options, secrets.success))]
}, Effect.provide(NodeHttpClient.layerUndici))

const asked = Effect.fnUntraced(function* (options: Options, secrets: ReadonlyArray<Secret.SigningSecret>) {
  const within = Duration.min(longest, options.webhookTimeout)
  const send = (signers: ReadonlyArray<Secret.SigningSecret>) =>
    call(options, signers).pipe(
      Effect.timeoutOrElse({ duration: within, orElse: () => Effect.fail("gives no answer in time") }),
      Effect.result,
    )
  const answered = yield* send(secrets)
  if (Result.isFailure(answered)) {
    return [bad("webhook", `the backend ${answered.failure}`, "look at its log, and at --webhook-url")]
  }
  const webhook = judge(answered.success, secrets.length > 0)
  const clock = clockOf(answered.success)
  if (webhook.verdict === "bad" || secrets.length === 0) return [webhook, clock]
  const unsigned = yield* send([])
  const believed = Result.isSuccess(unsigned) && judge(unsigned.success, false).verdict === "good"
  return [
    webhook,
    believed
      ? warning(
          "unsigned",
          "the backend believes calls without a signature",
          "let it verify: it holds a secret for that",
        )
      : good("unsigned", "the backend refuses calls without a signature"),
    clock,
  ]
})

interface Answer {
  readonly status: number
  readonly headers: HttpClientResponse.HttpClientResponse["headers"]
  /** None: not JSON. */
  readonly json: Option.Option<unknown>
  /** Milliseconds since 1970, the middle of the call. */
  readonly at: number
}

/** Fails with the end of a sentence that began with “the backend”. */
const call = Effect.fnUntraced(function* (options: Options, secrets: ReadonlyArray<Secret.SigningSecret>) {
  const [origin = "http://localhost:8080"] = options.origin
  const body = JSON.stringify({ scope: { _tag: "device", udid: nobody, mdmOrigin: { url: origin } } })
  const url = new URL(options.webhookUrl)
  const signature = Array.isReadonlyArrayNonEmpty(secrets)
    ? yield* WebhookSignature.signNow({ id: yield* WebhookId.make, body, secrets })
    : {}
  const request = HttpClientRequest.post(`${url.origin}${url.pathname.replace(/\/+$/, "")}${webhooks.checkin.path}`, {
    headers: { accept: "application/json", "accept-encoding": "identity", ...signature },
  }).pipe(HttpClientRequest.bodyText(body, "application/json"))
  const sent = yield* Clock.currentTimeMillis
  const response = yield* HttpClient.execute(request).pipe(Effect.mapError((error) => brokenOff(ErrorCode.of(error))))
  const at = (sent + (yield* Clock.currentTimeMillis)) / 2
  const text = yield* textOf(response)
  return { status: response.status, headers: response.headers, json: Option.flatMap(text, parse), at }
}, Effect.scoped)

const textOf = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<Option.Option<string>, string> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Stream.runForEach(response.stream, (chunk) => {
      size += chunk.byteLength
      chunks.push(chunk)
      return size > maxBytes ? Effect.fail("TooLarge" as const) : Effect.void
    }).pipe(
      Effect.map(() => Option.some(Buffer.concat(chunks).toString("utf8"))),
      Effect.catch((error) =>
        error === "TooLarge" ? Effect.succeedNone : Effect.fail(brokenOff(ErrorCode.of(error))),
      ),
    )
  })

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

const brokenOff = (code: string): string =>
  /CERT|SSL|TLS|SELF_SIGNED|VERIFY/.test(code)
    ? `has a TLS certificate that is not believed here (${code}); NODE_EXTRA_CA_CERTS names authorities of your own`
    : `breaks off (${code})`

const manifest = Schema.decodeUnknownResult(webhooks.checkin.answer)
const webhookError = Schema.decodeUnknownOption(WebhookError)
const requestError = Schema.decodeUnknownOption(RequestError)

const wrongBase =
  "correct the base URL: --webhook-url comes before /webhook/apple/…, with the path that your backend is under"

/** What an answer to the `checkin` says of the backend. */
const judge = ({ status, headers, json }: Answer, signed: boolean): Finding => {
  const typed = Option.flatMap(json, webhookError)
  if (status >= 400 && Option.isSome(typed)) {
    const detail = `answers the checkin of a device that does not exist: ${typed.value._tag}`
    return typed.value._tag === "InternalServerError"
      ? warning("webhook", detail, "look at your backend's log: an unknown device should not make it fail")
      : good("webhook", detail)
  }
  const refused = Option.flatMap(json, requestError)
  if (status >= 400 && Option.isSome(refused)) {
    const tag = refused.value._tag
    return bad("webhook", `the backend answers ${tag} (${status})`, adviceOn(tag, signed))
  }
  if (status === 401 || status === 403) {
    return bad("webhook", `the backend answers ${status}`, adviceOn("InvalidSignature", signed))
  }
  if (status >= 300 && status < 400) {
    const to = URL.canParse(headers["location"] ?? "") ? ` to ${new URL(headers["location"] ?? "").host}` : ""
    return bad("webhook", `the backend redirects${to} (${status}), which is not followed`, wrongBase)
  }
  const isPage = headers["content-type"]?.includes("html") === true
  if (status === 404 || isPage) {
    return bad("webhook", `no webhook there: ${isPage ? "a web page" : "no typed answer"}, status ${status}`, wrongBase)
  }
  if (status !== 200) {
    return bad("webhook", `the backend answers status ${status}`, "look at its log, and at what stands between")
  }
  const read = Result.flatMap(
    Result.fromOption(json, () => undefined),
    manifest,
  )
  return Result.isSuccess(read)
    ? good("webhook", `answers the checkin of a device that does not exist: ${read.success._tag}`)
    : bad("webhook", "the backend answers 200 with something that is no manifest", "see docs/backend.md, checkin")
}

const adviceOn = (tag: RequestError["_tag"], signed: boolean): string => {
  switch (tag) {
    case "InvalidSignature":
      return signed
        ? "the secret differs, or the clocks do: set the same --webhook-secret on both sides"
        : "it wants signed calls: set its secret as --webhook-secret"
    case "UnknownWebhook":
      return wrongBase
    case "InvalidRequest":
      return "run the same version on both sides"
    default:
      return "something between changes or holds up requests: look at proxies"
  }
}

/** A signature counts for five minutes. */
const tolerance = Duration.toMillis("2 minutes")

const clockOf = ({ headers, at }: Answer): Finding => {
  // The header has whole seconds: on average half of one is gone.
  const theirs = Date.parse(headers["date"] ?? "") + 500
  if (Number.isNaN(theirs)) return good("clock", "the backend tells no time to compare with")
  const apart = Math.round(Math.abs(at - theirs) / 1000)
  const side = at > theirs ? "ahead of" : "behind"
  if (apart * 1000 > tolerance) {
    return warning(
      "clock",
      `this machine is ${Duration.format(Duration.seconds(apart))} ${side} the backend`,
      "set both by NTP: signatures count for 5 minutes, and certificates have dates",
    )
  }
  return good("clock", apart < 2 ? "agrees with the backend's" : `${apart} seconds ${side} the backend's`)
}
