/**
 * How a push fails. These errors hold no push token, push magic or key, so they may be logged.
 *
 * Source: Apple, "Handling notification responses from APNs".
 */
import { Schema } from "effect"

/**
 * Why the push failed.
 *
 * - `InvalidToken`: the token is not valid for this topic; do not use it until the device sends a new one. When all
 *   tokens of a topic fail at once with `DeviceTokenNotForTopic`, suspect the certificate instead.
 * - `TopicNotFound`: no push certificate has this topic, or APNs does not accept the topic.
 * - `CertificateRejected`: APNs does not accept the push certificate: it is expired, revoked, or of another environment.
 * - `TooManyRequests`: too many pushes to this one device.
 * - `Unavailable`: APNs could not be reached or was unavailable in every attempt.
 * - `Timeout`: no response in time, waiting included.
 * - `InvalidResponse`: a response that APNs does not document.
 * - `InvalidRequest`: the push has no usable token or magic and was not sent, or APNs found it malformed.
 * - `Overloaded`: not sent, because too many pushes are waiting.
 *
 * @category errors
 * @since 0.1.0
 */
export const Reason = Schema.Literals([
  "InvalidToken",
  "TopicNotFound",
  "CertificateRejected",
  "TooManyRequests",
  "Unavailable",
  "Timeout",
  "InvalidResponse",
  "InvalidRequest",
  "Overloaded",
])
/**
 * @category errors
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

/**
 * A push that failed. If APNs responded, `status` and `apnsReason` hold its response.
 *
 * - `retryAfter`: seconds, 1 to 3600, if APNs sends them.
 * - `unregisteredAt`: since when the token is invalid. A token that the device sent later is not affected.
 *
 * @category errors
 * @since 0.1.0
 */
export class PushError extends Schema.TaggedError<PushError>("PushError")("PushError", {
  reason: Reason,
  message: Schema.String,
  status: Schema.optionalKey(Schema.Int),
  apnsReason: Schema.optionalKey(Schema.String),
  retryAfter: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3600 }))),
  unregisteredAt: Schema.optionalKey(Schema.Date),
}) {}

/**
 * One try that failed. `again`: another may do better, though not before `notBefore` (milliseconds since 1970).
 *
 * @category models
 * @since 0.1.0
 */
export interface AttemptFailure {
  readonly error: PushError
  readonly again: boolean
  readonly notBefore: number
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const attemptFailure = (error: PushError, again: boolean, notBefore = 0): AttemptFailure => ({
  error,
  again,
  notBefore,
})
