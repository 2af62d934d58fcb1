/**
 * What the operations on integrations take and return, in the library and over HTTP.
 */
import { Integration } from "@espalier/schema"
import { Schema } from "effect"
import { SettingsEdit, SettingsInput } from "./SettingsInput.ts"

/**
 * A new integration. `url` and `events` are checked by `Integrations`, whose errors say what is wrong.
 *
 * @category schemas
 * @since 0.1.0
 */
export const IntegrationInput = Schema.Struct({
  type: Schema.optionalKey(Schema.Literal("webhook")),
  url: Schema.String,
  events: Schema.Array(Schema.String).check(Schema.isMaxLength(100)),
  secret: Schema.optionalKey(
    Schema.String.annotate({ description: "whsec_…, to keep the secret of another sender; created if it is missing" }),
  ),
  ...SettingsInput.fields,
}).annotate({ identifier: "IntegrationInput", description: "The receiver's URL, and the events to send to it" })
/**
 * @category models
 * @since 0.1.0
 */
export type IntegrationInput = typeof IntegrationInput.Type

/**
 * What to change about an integration. A missing member stays as it is.
 *
 * @category schemas
 * @since 0.1.0
 */
export const IntegrationEdit = Schema.Struct({
  url: Schema.optionalKey(IntegrationInput.fields.url),
  events: Schema.optionalKey(IntegrationInput.fields.events),
  ...SettingsEdit.fields,
}).annotate({ identifier: "IntegrationEdit", description: "What to change; a missing member stays as it is" })
/**
 * @category models
 * @since 0.1.0
 */
export type IntegrationEdit = typeof IntegrationEdit.Type

/**
 * An integration with its new secret, `whsec_…`. The secret cannot be read later.
 *
 * @category schemas
 * @since 0.1.0
 */
export const IntegrationWithSecret = Schema.Struct({
  integration: Integration,
  secret: Schema.Redacted(Schema.String),
}).annotate({
  identifier: "IntegrationWithSecret",
  description: "An integration and its new secret, which cannot be read later",
})
/**
 * @category models
 * @since 0.1.0
 */
export type IntegrationWithSecret = typeof IntegrationWithSecret.Type

/**
 * A test event that was queued: its `webhook-id`, and its delivery, whose attempts show the result.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TestSent = Schema.Struct({ event: Schema.String, delivery: Schema.Int }).annotate({
  identifier: "TestSent",
  description: "The webhook-id of the test event, and its delivery",
})
/**
 * @category models
 * @since 0.1.0
 */
export type TestSent = typeof TestSent.Type
