/**
 * How a push fails. Nothing in these errors holds a push token, a push magic or a key: they may be logged as they are.
 *
 * Source: Apple, "Handling notification responses from APNs".
 */
import { Schema } from "effect"

/**
 * Why the device was not asked to call.
 *
 * - `InvalidToken`: the token is no longer good on this topic; stop using it until the device sends a new one. When all of a
 *   topic's tokens die at once with `DeviceTokenNotForTopic`, suspect the certificate instead.
 * - `TopicNotFound`: none of the certificates has this topic, or APNs denies that one has.
 * - `CertificateRejected`: APNs does not believe the push certificate: expired, revoked, of another environment.
 * - `TooManyRequests`: too many pushes to this one device.
 * - `Unavailable`: APNs could not be reached, or said it is not able to, at every try.
 * - `Timeout`: no answer in time, waiting for its turn included.
 * - `InvalidResponse`: an answer that APNs does not give.
 * - `InvalidRequest`: a push without a usable token or magic, not sent; or one that APNs found malformed.
 * - `Overloaded`: not sent, because too many pushes are waiting already.
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
 * A push that did not come through. Where there was an answer, `status` and APNs' own word for it, `apnsReason`, tell it.
 *
 * - `retryAfter`: seconds, 1 to 3600, when APNs names them.
 * - `unregisteredAt`: since when APNs knows the token to be dead. A token that the device sent after that is not meant.
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
