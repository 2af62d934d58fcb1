/**
 * A request was signed by the sender, but contains no event that this version can read.
 */
import { Schema } from "effect"

/**
 * The signature is valid; `id` and `timestamp` are the sender's. The error contains nothing of the body.
 *
 * - `UnknownEvent`: this version does not know the `action`, because the sender is newer. Respond 2xx: an error response would be retried for days, and
 *   the integration would be disabled.
 * - `Invalid`: the `action` is known, but a member is missing or has another type. `NotJson`: the body is not JSON in UTF-8. Respond 400: the
 *   sender or the receiver has a mistake, and an attempt succeeds once it is corrected.
 *
 * @category errors
 * @since 0.1.0
 */
export class EventError extends Schema.TaggedError<EventError>("@espalier/notifications/EventError")("EventError", {
  reason: Schema.Literals(["UnknownEvent", "Invalid", "NotJson"]),
  id: Schema.String,
  timestamp: Schema.Number,
}) {
  override get message(): string {
    return messages[this.reason]
  }
}

const messages: Record<EventError["reason"], string> = {
  UnknownEvent: "This version does not know the event",
  Invalid: "The members of the event do not match its action",
  NotJson: "The body is not JSON in UTF-8",
}
