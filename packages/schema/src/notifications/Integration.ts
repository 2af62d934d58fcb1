/**
 * An integration: the URL that a workspace's notifications are sent to, and its subscriptions.
 *
 * It does not contain its signing secrets: they are shown once, when they are created.
 */
import { Schema } from "effect"
import { IntegrationSettings } from "./IntegrationSettings.ts"

/**
 * Why an integration is not enabled.
 *
 * - `Asked`: a user disabled it.
 * - `Gone`: the receiver answered 410.
 * - `Failing`: every delivery failed for days.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DisabledReason = Schema.Literals(["Asked", "Gone", "Failing"]).annotate({
  identifier: "DisabledReason",
  description: "Asked: disabled by a user. Gone: the receiver answered 410. Failing: every delivery failed for days",
})
/**
 * @category models
 * @since 0.1.0
 */
export type DisabledReason = typeof DisabledReason.Type

const when = Schema.Int.annotate({ description: "Unix time in milliseconds" })

/**
 * The name of an event, or `*` for all events, also those that are added later.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Subscription = Schema.String.check(Schema.isPattern(/^(?:\*|[\w.-]{1,128})$/u)).annotate({
  identifier: "Subscription",
  description: "The name of an event, or * for all events",
})

/**
 * At least one subscription, each once. The order is kept. `*` is alone.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Subscriptions = Schema.NonEmptyArray(Subscription)
  .check(Schema.isUnique())
  .annotate({ identifier: "Subscriptions", description: "At least one, each once; * is alone" })
/**
 * @category models
 * @since 0.1.0
 */
export type Subscriptions = typeof Subscriptions.Type

/**
 * A workspace's integration. `disabledReason` is present only while `enabled` is false, `failingSince` only while its latest attempts all
 * failed.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Integration = Schema.Struct({
  id: Schema.NonEmptyString,
  workspace: Schema.NonEmptyString,
  type: Schema.Literal("webhook"),
  url: Schema.NonEmptyString.annotate({ description: "The URL that notifications are sent to" }),
  events: Subscriptions,
  ...IntegrationSettings.fields,
  enabled: Schema.Boolean,
  disabledReason: Schema.optionalKey(DisabledReason),
  failingSince: Schema.optionalKey(when),
  createdAt: when,
  updatedAt: when,
}).annotate({
  identifier: "Integration",
  description: "The URL that a workspace's notifications are sent to, and its subscriptions",
  examples: [
    {
      id: "int_3f2a1c9e7b",
      workspace: "example",
      type: "webhook",
      url: "https://hooks.example.com/mdm",
      events: ["device_enrolled", "inventory_item"],
      enabled: true,
      createdAt: 1_764_000_000_000,
      updatedAt: 1_764_000_000_000,
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type Integration = typeof Integration.Type
