/**
 * Integrations over HTTP: where a workspace wants its notifications sent, and which.
 */
import { Authorization, PathSegment, Workspace } from "@espalier/api-keys/api"
import { Integration, SubscriptionName } from "@espalier/schema"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { AddressRefused, UrlRefused } from "../AddressError.ts"
import { EventsRefused, IntegrationConflict, IntegrationDisabled, IntegrationUnknown } from "../IntegrationError.ts"

/**
 * What an integration is made of: `url` and `events` are checked by the service, which says what is wrong in a sentence.
 *
 * @category schemas
 * @since 0.1.0
 */
export const IntegrationInput = Schema.Struct({
  type: Schema.optionalKey(Schema.Literal("webhook")),
  url: Schema.String,
  events: Schema.Array(Schema.String).check(Schema.isMaxLength(100)),
}).annotate({ identifier: "IntegrationInput", description: "Where to, and which events" })
/**
 * @category models
 * @since 0.1.0
 */
export type IntegrationInput = typeof IntegrationInput.Type

/**
 * What to change; the rest stays.
 *
 * @category schemas
 * @since 0.1.0
 */
export const IntegrationEdit = Schema.Struct({
  url: Schema.optionalKey(Schema.String),
  events: Schema.optionalKey(IntegrationInput.fields.events),
}).annotate({ identifier: "IntegrationEdit", description: "What to change; the rest stays" })
/**
 * @category models
 * @since 0.1.0
 */
export type IntegrationEdit = typeof IntegrationEdit.Type

/**
 * An integration with its new secret, `whsec_…`: shown this once.
 *
 * @category schemas
 * @since 0.1.0
 */
export const IntegrationWithSecret = Schema.Struct({
  integration: Integration,
  secret: Schema.Redacted(Schema.String),
}).annotate({ identifier: "IntegrationWithSecret", description: "With its new secret, which is shown this once" })
/**
 * @category models
 * @since 0.1.0
 */
export type IntegrationWithSecret = typeof IntegrationWithSecret.Type

/**
 * The delivery of a test event: look at its attempts.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TestSent = Schema.Struct({ event: Schema.String, delivery: Schema.Int }).annotate({
  identifier: "TestSent",
  description: "The webhook-id of a test event, and its delivery",
})
/**
 * @category models
 * @since 0.1.0
 */
export type TestSent = typeof TestSent.Type

const params = { workspace: Workspace, id: PathSegment }
const input = [UrlRefused, AddressRefused, EventsRefused, IntegrationConflict] as const

/**
 * @category api
 * @since 0.1.0
 */
export class IntegrationsGroup extends HttpApiGroup.make("integrations")
  .add(
    HttpApiEndpoint.get("list", "/integrations", {
      params: { workspace: Workspace },
      success: Schema.Array(Integration),
    }).annotate(OpenApi.Summary, "The integrations of the workspace, oldest first"),
    HttpApiEndpoint.post("create", "/integrations", {
      params: { workspace: Workspace },
      payload: IntegrationInput,
      success: IntegrationWithSecret.pipe(HttpApiSchema.status(201)),
      error: input,
    }).annotate(OpenApi.Summary, "Make an integration"),
    HttpApiEndpoint.get("get", "/integrations/:id", {
      params,
      success: Integration,
      error: IntegrationUnknown,
    }).annotate(OpenApi.Summary, "One integration"),
    HttpApiEndpoint.patch("edit", "/integrations/:id", {
      params,
      payload: IntegrationEdit,
      success: Integration,
      error: [...input, IntegrationUnknown],
    }).annotate(OpenApi.Summary, "Change where to, or which events"),
    HttpApiEndpoint.delete("delete", "/integrations/:id", {
      params,
      success: HttpApiSchema.NoContent,
      error: IntegrationUnknown,
    }).annotate(OpenApi.Summary, "Delete an integration and its deliveries"),
    HttpApiEndpoint.post("enable", "/integrations/:id/enable", {
      params,
      success: Integration,
      error: IntegrationUnknown,
    }).annotate(OpenApi.Summary, "Enable it; what waited goes out"),
    HttpApiEndpoint.post("disable", "/integrations/:id/disable", {
      params,
      success: Integration,
      error: IntegrationUnknown,
    }).annotate(OpenApi.Summary, "Disable it; what is pending waits"),
    HttpApiEndpoint.post("rotateSecret", "/integrations/:id/rotate-secret", {
      params,
      success: IntegrationWithSecret,
      error: IntegrationUnknown,
    }).annotate(OpenApi.Summary, "A new secret; the old one signs along for 24 hours"),
    HttpApiEndpoint.post("sendTest", "/integrations/:id/test", {
      params,
      payload: Schema.Struct({ event: Schema.optionalKey(SubscriptionName) }),
      success: TestSent.pipe(HttpApiSchema.status(202)),
      error: [IntegrationUnknown, IntegrationDisabled],
    }).annotate(OpenApi.Summary, "Send an example event to this integration alone; its first one when none is named"),
  )
  .middleware(Authorization)
  .prefix("/api/workspaces/:workspace")
  .annotateMerge(OpenApi.annotations({ title: "Integrations" })) {}
