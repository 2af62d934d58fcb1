/**
 * What the vendor receives about the integrations of its customers. These events are sent to one address of the vendor's, not to integrations.
 *
 * Their body has the form that Standard Webhooks recommends: `type`, `timestamp` and `data`.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { Schema } from "effect"

const integration = {
  workspace: Schema.String,
  integration: Schema.String.annotate({ description: "The ID of the integration" }),
  url: Schema.String,
}
const timestamp = Schema.String.annotate({ description: "When it happened (ISO 8601)" })

/**
 * Attempts of an integration fail: a delivery has failed four times, or for good. Sent once, until a delivery succeeds.
 *
 * @category schemas
 * @since 0.1.0
 */
export const IntegrationFailing = Schema.Struct({
  type: Schema.Literal("integration_failing"),
  timestamp,
  data: Schema.Struct({
    ...integration,
    failingSince: Schema.Int.annotate({ description: "Unix time in milliseconds" }),
  }),
}).annotate({ identifier: "IntegrationFailing", description: "Attempts of an integration fail" })

/**
 * An integration was disabled because its receiver responded 410 (`Gone`) or failed for days (`Failing`).
 *
 * @category schemas
 * @since 0.1.0
 */
export const IntegrationDisabledEvent = Schema.Struct({
  type: Schema.Literal("integration_disabled"),
  timestamp,
  data: Schema.Struct({ ...integration, reason: Schema.Literals(["Gone", "Failing"]) }),
}).annotate({ identifier: "IntegrationDisabledEvent", description: "An integration was disabled automatically" })

/**
 * The last attempt of a delivery failed. It can be retried by hand.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeliveryExhausted = Schema.Struct({
  type: Schema.Literal("delivery_exhausted"),
  timestamp,
  data: Schema.Struct({
    ...integration,
    delivery: Schema.Int,
    event: Schema.String.annotate({ description: "The webhook-id" }),
    attempts: Schema.Int,
    status: Schema.optionalKey(Schema.Int.annotate({ description: "The status of the last response" })),
    error: Schema.optionalKey(Schema.String.annotate({ description: "The code of the last error" })),
  }),
}).annotate({ identifier: "DeliveryExhausted", description: "The last attempt of a delivery failed" })

/**
 * An event for the vendor.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OperationalEvent = Schema.Union([
  IntegrationFailing,
  IntegrationDisabledEvent,
  DeliveryExhausted,
]).annotate({
  identifier: "OperationalEvent",
  description: "An event for the vendor",
})
/**
 * @category models
 * @since 0.1.0
 */
export type OperationalEvent = typeof OperationalEvent.Type
