/**
 * How one attempt of a call failed, and whether the same request can be sent again.
 */
import { ErrorCode } from "@espalier/http"
import type { WebhookName } from "@espalier/schema"
import type { HttpClientError } from "effect/http"
import { type BackendError, BackendUnavailable, type UnavailableReason } from "./BackendError.ts"
import { ConnectFailure } from "./Transport.ts"

/**
 * A failed attempt.
 *
 * **Details**
 *
 * - `repeat: "Always"`: the backend has certainly not received the request.
 * - `repeat: "Query"`: the backend may have received it; only a request without side effects can be sent again.
 * - `repeat: "Never"`: the backend answered, and would give the same answer again.
 *
 * @category models
 * @since 0.1.0
 */
export interface AttemptFailure {
  readonly error: BackendError
  readonly repeat: "Always" | "Query" | "Never"
}

/**
 * Webhooks without side effects. The others change something in the backend, or may: an `enroll` or `token` may use up a single-use token, a `checkin`
 * hands out a command, a `userAuthenticate` a challenge, an `adopt` may register the device. The device repeats those.
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
 * Whether the request can be sent again.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isRetryable = (name: WebhookName, { repeat }: AttemptFailure): boolean =>
  repeat === "Always" || (repeat === "Query" && isQuery[name])

/**
 * @category constructors
 * @since 0.1.0
 */
export const final = (error: BackendError): AttemptFailure => ({ error, repeat: "Never" })

/**
 * A {@link BackendUnavailable}, not repeated unless `repeat` allows it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const unavailable = (
  reason: UnavailableReason,
  message: string,
  repeat: AttemptFailure["repeat"] = "Never",
): AttemptFailure => ({ error: new BackendUnavailable({ reason, message }), repeat })

/**
 * The failure of a connection, before or inside a response.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromTransport = ({ reason }: HttpClientError.HttpClientError, host: string): AttemptFailure => {
  const { cause } = reason
  const code = ErrorCode.of(cause)
  if (cause instanceof ConnectFailure)
    return unavailable("Unreachable", `No connection to ${host}: ${explain(code)} (${code})`, "Always")
  if (code.startsWith("HPE_") || code === "HTTPParserError" || code === "UND_ERR_HEADERS_OVERFLOW")
    return unavailable("InvalidResponse", `${host} does not speak HTTP/1.1, or its headers are too large (${code})`)
  return reason._tag === "DecodeError"
    ? unavailable("InvalidResponse", `The response of ${host} is incomplete (${code})`, "Query")
    : unavailable("Unreachable", `The connection to ${host} was lost before a response (${code})`, "Query")
}

const explanations: { readonly [code: string]: string } = {
  ECONNREFUSED: "the port is closed; check that the backend is running and that the port is right",
  ENOTFOUND: "the host name has no address; check its spelling",
  EAI_AGAIN: "the host name could not be resolved; check the resolver",
  EHOSTUNREACH: "no route; check network and firewall",
  ENETUNREACH: "no route; check network and firewall",
  UND_ERR_CONNECT_TIMEOUT: "the connection timed out; check host, port and firewall",
  ECONNRESET: "the connection was closed during setup; check the scheme, http or https",
  EPROTO: "no TLS on that port; check the scheme, http or https",
  ERR_SSL_WRONG_VERSION_NUMBER: "no TLS on that port; check the scheme, http or https",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "no TLS on that port; check the scheme, http or https",
}

const explain = (code: string): string => {
  const known = explanations[code]
  if (known !== undefined) return known
  return /CERT|SIGNED|ISSUER|ALTNAME|SSL|TLS/.test(code)
    ? "its TLS certificate is not trusted; check it, or set tls.ca to its authority"
    : "check host and port"
}
