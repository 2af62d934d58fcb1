/**
 * How a call to a backend fails: with one of the backend's own four words, or because no usable answer came.
 *
 * Nothing in these errors holds a body, a certificate, a secret or a URL's credentials: they may be logged as they are. The
 * `message` of the four is the backend's text, so it is untrusted, though never longer than 64 KiB.
 */
import { WebhookError } from "@espalier/schema"
import { Schema } from "effect"

/**
 * Why no usable answer came.
 *
 * - `Unreachable`: no connection, or it was lost before an answer began.
 * - `Timeout`: no whole answer within the total time-out.
 * - `BadAnswer`: an answer that is not what the protocol asks for: not JSON, cut off, compressed, of another shape…
 * - `BadStatus`: a status that says no, without a typed error that would say why: 400, 401, 429, 503…
 * - `Redirect`: any 3xx; none is followed.
 * - `TooLarge`: the answer is larger than `maxResponseBytes`.
 * - `CircuitOpen`: not asked, because the calls before this one failed.
 * - `Overloaded`: not asked, because too many calls are under way or waiting.
 * - `BadRequest`: not asked, because the request does not fit its schema.
 *
 * @category errors
 * @since 0.1.0
 */
export const UnavailableReason = Schema.Literals([
  "Unreachable",
  "Timeout",
  "BadAnswer",
  "BadStatus",
  "Redirect",
  "TooLarge",
  "CircuitOpen",
  "Overloaded",
  "BadRequest",
])
/**
 * @category errors
 * @since 0.1.0
 */
export type UnavailableReason = typeof UnavailableReason.Type

/**
 * No usable answer came. `message` says what to check; `retryAfter` is in seconds, 1 to 3600, where it is known: the
 * backend's own `Retry-After`, or the time until the circuit lets a call through.
 *
 * @category errors
 * @since 0.1.0
 */
export class BackendUnavailable extends Schema.TaggedError<BackendUnavailable>("BackendUnavailable")(
  "BackendUnavailable",
  {
    reason: UnavailableReason,
    message: Schema.String,
    retryAfter: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3600 }))),
  },
) {}

/**
 * Every failure of a call. `BackendError.match` demands a case for each tag.
 *
 * @category errors
 * @since 0.1.0
 */
export const BackendError = Schema.Union([...WebhookError.members, BackendUnavailable]).pipe(
  Schema.toTaggedUnion("_tag"),
)
/**
 * @category errors
 * @since 0.1.0
 */
export type BackendError = typeof BackendError.Type
