/**
 * Why an integration is not made, changed or found. The refusals of its URL are `AddressGuard`'s.
 */
import { SubscriptionName } from "@espalier/schema"
import { Schema } from "effect"

/**
 * The events to subscribe to are no such list: `Unknown` names among them, `None`, or one `Repeated`.
 *
 * @category errors
 */
export class EventsRefused extends Schema.TaggedError<EventsRefused>("espalier/notifications/EventsRefused")(
  "EventsRefused",
  { reason: Schema.Literals(["Unknown", "None", "Repeated"]) },
) {
  override get message(): string {
    return sentences[this.reason]
  }
}

const sentences: Record<EventsRefused["reason"], string> = {
  Unknown: `There are these events: ${SubscriptionName.literals.join(", ")}`,
  None: "An integration subscribes to at least one event",
  Repeated: "An integration subscribes to an event once",
}

/**
 * This workspace has no such integration. Another workspace may have.
 *
 * @category errors
 */
export class IntegrationUnknown extends Schema.TaggedError<IntegrationUnknown>(
  "espalier/notifications/IntegrationUnknown",
)("IntegrationUnknown", { id: Schema.String }) {
  override get message(): string {
    return "The workspace has no such integration"
  }
}

/**
 * The workspace has an integration with this URL already: `id`. Edit its events instead of having each one posted twice.
 *
 * @category errors
 */
export class IntegrationConflict extends Schema.TaggedError<IntegrationConflict>(
  "espalier/notifications/IntegrationConflict",
)("IntegrationConflict", { id: Schema.String }) {
  override get message(): string {
    return `The integration ${this.id} of this workspace has this URL already`
  }
}
