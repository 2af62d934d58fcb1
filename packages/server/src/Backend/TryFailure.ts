/**
 * How one try of a call failed, and whether the same request may be sent again.
 *
 * - `repeat: "Always"`: the request certainly was not seen.
 * - `repeat: "Query"`: it may have been seen; only a question without side effects may be asked twice.
 * - `repeat: "Never"`: it was answered, and the answer would be the same.
 */
import type { WebhookName } from "@espalier/schema"
import type { HttpClientError } from "effect/http"
import { type BackendError, BackendUnavailable, type UnavailableReason } from "./BackendError.ts"
import { ConnectFailure, codeOf } from "./Transport.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface TryFailure {
  readonly error: BackendError
  readonly repeat: "Always" | "Query" | "Never"
}

/**
 * Which webhooks are pure questions. The others change something in the backend, or may: an `enroll` or `token` may spend a
 * token that works once, a `checkin` hands out a command, a `userAuthenticate` a challenge, an `adopt` may register the device. The device repeats those itself.
 */
const isQuery: { readonly [Name in WebhookName]: boolean } = {
  event: false,
  checkin: false,
  declarationTokens: true,
  declarationItems: true,
  declaration: true,
  asset: true,
  bootstrapToken: false,
  userAuthenticate: false,
  token: false,
  enroll: false,
  returnToService: true,
  adopt: false,
}

/**
 * @category predicates
 * @since 0.1.0
 */
export const mayRepeat = (name: WebhookName, { repeat }: TryFailure): boolean =>
  repeat === "Always" || (repeat === "Query" && isQuery[name])

/**
 * @category constructors
 * @since 0.1.0
 */
export const final = (error: BackendError): TryFailure => ({ error, repeat: "Never" })

/**
 * A {@link BackendUnavailable}, final unless said otherwise.
 *
 * @category constructors
 * @since 0.1.0
 */
export const unavailable = (
  reason: UnavailableReason,
  message: string,
  repeat: TryFailure["repeat"] = "Never",
): TryFailure => ({ error: new BackendUnavailable({ reason, message }), repeat })

/**
 * The failure of a connection, before an answer began or inside of it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofTransport = ({ reason }: HttpClientError.HttpClientError, host: string): TryFailure => {
  const cause = reason.cause
  if (cause instanceof ConnectFailure)
    return unavailable("Unreachable", `No connection to ${host}: ${explain(cause.code)} (${cause.code})`, "Always")
  const code = codeOf(cause)
  if (code.startsWith("HPE_") || code === "HTTPParserError" || code === "UND_ERR_HEADERS_OVERFLOW")
    return unavailable("BadAnswer", `${host} does not answer with HTTP/1.1, or with too long headers (${code})`)
  return reason._tag === "DecodeError"
    ? unavailable("BadAnswer", `The answer of ${host} broke off (${code})`, "Query")
    : unavailable("Unreachable", `The connection to ${host} was lost before an answer (${code})`, "Query")
}

const explanations: { readonly [code: string]: string } = {
  ECONNREFUSED: "nothing listens there; is the backend running, is the port right?",
  ENOTFOUND: "the host name has no address; is it spelt right?",
  EAI_AGAIN: "the host name could not be looked up; is the resolver well?",
  EHOSTUNREACH: "no route; check network and firewall",
  ENETUNREACH: "no route; check network and firewall",
  UND_ERR_CONNECT_TIMEOUT: "nothing answered in time; check host, port and firewall",
  ECONNRESET: "it was closed while it was made; is the scheme right, http or https?",
  EPROTO: "no TLS there; is the scheme right, http or https?",
  ERR_SSL_WRONG_VERSION_NUMBER: "no TLS there; is the scheme right, http or https?",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "no TLS there; is the scheme right, http or https?",
}

const explain = (code: string): string => {
  const known = explanations[code]
  if (known !== undefined) return known
  return /CERT|SIGNED|ISSUER|ALTNAME|SSL|TLS/.test(code)
    ? "its TLS certificate is not believed; check it, or give its authority as tls.ca"
    : "check host and port"
}
