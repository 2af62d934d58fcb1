/**
 * The responses of APNs and the errors they lead to.
 *
 * The status decides; only for 400 the reason in the body matters. The body is untrusted, and only a short word of it gets
 * into an error.
 *
 * Source: Apple, "Handling notification responses from APNs", its tables of status codes and error strings.
 */
import { RetryAfter } from "@espalier/http"
import { Result, Schema } from "effect"
import { type AttemptFailure, attemptFailure, PushError, type Reason } from "./PushError.ts"

/**
 * A response. `body` has at most a few kilobytes; a longer one is empty.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
}

const badRequests = new Map<string, Reason>([
  ["BadDeviceToken", "InvalidToken"],
  ["DeviceTokenNotForTopic", "InvalidToken"],
  ["BadTopic", "TopicNotFound"],
  ["MissingTopic", "TopicNotFound"],
  ["TopicDisallowed", "TopicNotFound"],
  ["IdleTimeout", "Unavailable"],
])

const reasonFor = (status: number, apnsReason: string | undefined): Reason => {
  switch (status) {
    case 400:
      return apnsReason === undefined ? "InvalidResponse" : (badRequests.get(apnsReason) ?? "InvalidRequest")
    case 403:
      return "CertificateRejected"
    case 404:
    case 405:
    case 413:
      return "InvalidRequest"
    case 410:
      return "InvalidToken"
    case 429:
      return "TooManyRequests"
    default:
      return status >= 500 && status <= 599 ? "Unavailable" : "InvalidResponse"
  }
}

const Body = Schema.fromJsonString(
  Schema.Struct({
    reason: Schema.String.check(Schema.isPattern(/^[A-Za-z]{1,64}$/)),
    timestamp: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8.64e15 }))),
  }),
)
const decodeBody = Schema.decodeUnknownResult(Body)

/**
 * The `reason` of a body or of a GOAWAY's data, which has the same form.
 *
 * @category parsing
 * @since 0.1.0
 */
export const apnsReasonOf = (body: string): string | undefined =>
  Result.getOrUndefined(Result.map(decodeBody(body), ({ reason }) => reason))

/**
 * Whether a reason means that the certificate is rejected; a GOAWAY may carry one.
 *
 * @category guards
 * @since 0.1.0
 */
export const condemnsCertificate = (apnsReason: string | undefined): boolean =>
  apnsReason === "BadCertificate" || apnsReason === "BadCertificateEnvironment" || apnsReason === "Forbidden"

/**
 * Succeeds for 200 and fails for every other status. `now`: milliseconds since 1970.
 *
 * @category parsing
 * @since 0.1.0
 */
export const read = (answer: Response, now: number): Result.Result<void, AttemptFailure> => {
  const { status } = answer
  if (status === 200) return Result.void
  const body = Result.getOrUndefined(decodeBody(answer.body))
  const reason = reasonFor(status, body?.reason)
  const wait = RetryAfter.parse(answer.retryAfter, now)
  const retryAfter = wait === undefined ? undefined : RetryAfter.toSeconds(wait, 3600)
  const error = new PushError({
    reason,
    message: `APNs responded ${status}${body === undefined ? "" : ` ${body.reason}`}`,
    status,
    ...(body === undefined ? {} : { apnsReason: body.reason }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(status === 410 && body?.timestamp !== undefined ? { unregisteredAt: new Date(body.timestamp) } : {}),
  })
  return Result.fail(attemptFailure(error, reason === "Unavailable", now + 1000 * (retryAfter ?? 0)))
}
