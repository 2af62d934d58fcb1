/**
 * Why an integration is not created, updated, found or tested. The errors of its URL are in `AddressError`. Each error is also the problem
 * that the HTTP API responds with (RFC 9457).
 */
import { SubscriptionName } from "@espalier/schema"
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

/**
 * 422: the list of events contains an `Unknown` name, is empty (`None`), or contains a `Duplicate`, also `*` beside others.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidSubscriptions extends HttpApiError.Problem<InvalidSubscriptions>()(
  "InvalidSubscriptions",
  { type: "urn:espalier:problem:invalid-subscriptions", status: 422, title: "Invalid list of events" },
  { reason: Schema.Literals(["Unknown", "None", "Duplicate"]) },
) {
  static for(reason: InvalidSubscriptions["reason"]): InvalidSubscriptions {
    return new InvalidSubscriptions({ reason, detail: details[reason] })
  }
}

const details: Record<InvalidSubscriptions["reason"], string> = {
  Unknown: `The events are: ${SubscriptionName.literals.join(", ")}`,
  None: "An integration must subscribe to at least one event",
  Duplicate: "An integration must subscribe to an event once; * is alone",
}

/**
 * 404: the workspace has no integration with this id.
 *
 * @category errors
 * @since 0.1.0
 */
export class IntegrationNotFound extends HttpApiError.Problem<IntegrationNotFound>()(
  "IntegrationNotFound",
  { type: "urn:espalier:problem:integration-not-found", status: 404, title: "Integration not found" },
  { id: Schema.String },
) {}

/**
 * 409: the workspace has another integration with this URL: `id`. Update the events of that one.
 *
 * @category errors
 * @since 0.1.0
 */
export class IntegrationConflict extends HttpApiError.Problem<IntegrationConflict>()(
  "IntegrationConflict",
  {
    type: "urn:espalier:problem:integration-conflict",
    status: 409,
    title: "Another integration of the workspace has this URL",
  },
  { id: Schema.String },
) {}

/**
 * 409: the workspace has as many integrations as it may have: `limit`.
 *
 * @category errors
 * @since 0.1.0
 */
export class TooManyIntegrations extends HttpApiError.Problem<TooManyIntegrations>()(
  "TooManyIntegrations",
  {
    type: "urn:espalier:problem:too-many-integrations",
    status: 409,
    title: "The workspace has the maximum number of integrations",
  },
  { limit: Schema.Int },
) {}

/**
 * 429: the integration was sent as many test events in a minute as it may be sent: `limit`.
 *
 * @category errors
 * @since 0.1.0
 */
export class TooManyTests extends HttpApiError.Problem<TooManyTests>()(
  "TooManyTests",
  {
    type: "urn:espalier:problem:too-many-tests",
    status: 429,
    title: "Too many test events; retry in a minute",
  },
  { limit: Schema.Int },
) {}

/**
 * 409: the integration is disabled, so nothing is sent to it. Enable it first.
 *
 * @category errors
 * @since 0.1.0
 */
export class IntegrationDisabled extends HttpApiError.Problem<IntegrationDisabled>()(
  "IntegrationDisabled",
  {
    type: "urn:espalier:problem:integration-disabled",
    status: 409,
    title: "The integration is disabled; enable it first",
  },
  { id: Schema.String },
) {}
