/**
 * A request was signed by the sender, and still no event that this version can read.
 */
import { Schema } from "effect"

/**
 * The signature is good; `id` and `timestamp` are the sender's own. Holds nothing of the body.
 *
 * - `UnknownEvent`: an `action` that this version does not know: the sender is newer. Answer 2xx, nobody here waits for it; a refusal would be
 *   tried again for days and end with the integration disabled.
 * - `Invalid`: a known `action`, and members that are missing or of another type. `NotJson`: no JSON in UTF-8. Answer 400: sender or receiver
 *   has a mistake, and a try after it is mended succeeds.
 *
 * @category errors
 * @since 0.1.0
 */
export class EventError extends Schema.TaggedError<EventError>("espalier/notifications/EventError")("EventError", {
  reason: Schema.Literals(["UnknownEvent", "Invalid", "NotJson"]),
  id: Schema.String,
  timestamp: Schema.Number,
}) {
  override get message(): string {
    return sentences[this.reason]
  }
}

const sentences: Record<EventError["reason"], string> = {
  UnknownEvent: "The event is not one of those that this version knows",
  Invalid: "The event's members are not those of its action",
  NotJson: "The body is not JSON in UTF-8",
}
