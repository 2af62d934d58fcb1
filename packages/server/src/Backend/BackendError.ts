/**
 * How a call to a backend fails: with one of the protocol's four typed errors, or because there was no usable response.
 *
 * These errors contain no body, certificate, secret or URL credentials and can be logged as they are. The `message` of the four typed errors
 * is the backend's text: untrusted, and at most 64 KiB long.
 */
import { WebhookError } from "@espalier/schema"
import { Schema } from "effect"

/**
 * Why there was no usable response.
 *
 * **Details**
 *
 * - `Unreachable`: no connection, or the connection was lost before a response began.
 * - `Timeout`: no complete response within the total timeout.
 * - `InvalidResponse`: the response does not follow the protocol: not JSON, incomplete, compressed, does not match the schema…
 * - `BadStatus`: an error status without a typed error: 400, 401, 429, 503…
 * - `Redirect`: any 3xx; redirects are not followed.
 * - `TooLarge`: the response is larger than `maxResponseBytes`.
 * - `CircuitOpen`: not sent, because the calls before this one failed.
 * - `Overloaded`: not sent, because too many calls are running or waiting.
 * - `UnencodableRequest`: not sent, because the request does not match its schema.
 *
 * @category errors
 * @since 0.1.0
 */
export const UnavailableReason = Schema.Literals([
  "Unreachable",
  "Timeout",
  "InvalidResponse",
  "BadStatus",
  "Redirect",
  "TooLarge",
  "CircuitOpen",
  "Overloaded",
  "UnencodableRequest",
])
/**
 * @category errors
 * @since 0.1.0
 */
export type UnavailableReason = typeof UnavailableReason.Type

/**
 * There was no usable response. `message` says what to check. `retryAfter` is in seconds, 1 to 3600, where it is known: the backend's own
 * `Retry-After`, or the time until the circuit breaker lets a call through.
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
 * Every failure of a call. `BackendError.match` requires a case for each tag.
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
