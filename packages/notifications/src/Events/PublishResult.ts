/**
 * The result of publishing an event, and why an event is not published.
 */
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"
import type { IdempotencyKeyConflict, InvalidIdempotencyKey } from "../IdempotencyKey.ts"

/**
 * A published event: `id` is the `webhook-id` of all its deliveries, `deliveries` their number. `duplicate` is true when the idempotency key was
 * used before for the same event, so that nothing new was published.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PublishResult = Schema.Struct({
  id: Schema.String,
  deliveries: Schema.Int,
  duplicate: Schema.Boolean,
}).annotate({
  identifier: "PublishResult",
  description: "The webhook-id of the published event, and the number of its deliveries",
})
/**
 * @category models
 * @since 0.1.0
 */
export type PublishResult = typeof PublishResult.Type

/**
 * 422: the event does not match its schema (`Invalid`) or has more than 256 KiB as JSON (`TooLarge`).
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidEvent extends HttpApiError.Problem<InvalidEvent>()(
  "InvalidEvent",
  { type: "urn:espalier:problem:invalid-event", status: 422, title: "Invalid event" },
  { reason: Schema.Literals(["Invalid", "TooLarge"]) },
) {
  static for(reason: InvalidEvent["reason"]): InvalidEvent {
    return new InvalidEvent({ reason, detail: details[reason] })
  }
}

const details: Record<InvalidEvent["reason"], string> = {
  Invalid: "The event does not match its schema",
  TooLarge: "An event must have at most 256 KiB as JSON",
}

/**
 * Why an event is not published.
 *
 * @category errors
 * @since 0.1.0
 */
export type PublishError = InvalidEvent | InvalidIdempotencyKey | IdempotencyKeyConflict
