/**
 * Why an integration is not made, changed, found or tested. The refusals of its URL are in `AddressError`. Each is also the problem that
 * the HTTP API answers (RFC 9457).
 */
import { SubscriptionName } from "@espalier/schema"
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

/**
 * 422: the events to subscribe to are no such list: `Unknown` names among them, `None`, or one `Repeated`.
 *
 * @category errors
 * @since 0.1.0
 */
export class EventsRefused extends HttpApiError.Problem<EventsRefused>()(
  "EventsRefused",
  { type: "urn:espalier:problem:events-refused", status: 422, title: "These events cannot be subscribed to" },
  { reason: Schema.Literals(["Unknown", "None", "Repeated"]) },
) {
  static for(reason: EventsRefused["reason"]): EventsRefused {
    return new EventsRefused({ reason, detail: sentences[reason] })
  }
}

const sentences: Record<EventsRefused["reason"], string> = {
  Unknown: `There are these events: ${SubscriptionName.literals.join(", ")}`,
  None: "An integration subscribes to at least one event",
  Repeated: "An integration subscribes to an event once",
}

/**
 * 404: this workspace has no such integration. Another workspace may have.
 *
 * @category errors
 * @since 0.1.0
 */
export class IntegrationUnknown extends HttpApiError.Problem<IntegrationUnknown>()(
  "IntegrationUnknown",
  {
    type: "urn:espalier:problem:integration-unknown",
    status: 404,
    title: "The workspace has no such integration",
  },
  { id: Schema.String },
) {}

/**
 * 409: the workspace has an integration with this URL already: `id`. Edit its events instead of having each one posted twice.
 *
 * @category errors
 * @since 0.1.0
 */
export class IntegrationConflict extends HttpApiError.Problem<IntegrationConflict>()(
  "IntegrationConflict",
  {
    type: "urn:espalier:problem:integration-conflict",
    status: 409,
    title: "The workspace has an integration with this URL already",
  },
  { id: Schema.String },
) {}

/**
 * 409: a disabled integration is sent nothing, so no test event either. Enable it first.
 *
 * @category errors
 * @since 0.1.0
 */
export class IntegrationDisabled extends HttpApiError.Problem<IntegrationDisabled>()(
  "IntegrationDisabled",
  {
    type: "urn:espalier:problem:integration-disabled",
    status: 409,
    title: "The integration is disabled: enable it first",
  },
  { id: Schema.String },
) {}
