/**
 * Events over HTTP: publishing one, and the catalogue of those there are.
 */
import { Authorization, Workspace } from "@espalier/api-keys/api"
import { NotificationEvent, SubscriptionName } from "@espalier/schema"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Published, PublishRefused } from "../Published.ts"

/**
 * An event one can subscribe to, with an example of what is posted.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CatalogueEntry = Schema.Struct({
  name: SubscriptionName,
  description: Schema.String,
  example: NotificationEvent,
}).annotate({ identifier: "CatalogueEntry", description: "An event to subscribe to, with an example" })
/**
 * @category models
 * @since 0.1.0
 */
export type CatalogueEntry = typeof CatalogueEntry.Type

/**
 * @category api
 * @since 0.1.0
 */
export class EventsGroup extends HttpApiGroup.make("events")
  .add(
    HttpApiEndpoint.get("catalogue", "/events", {
      params: { workspace: Workspace },
      success: Schema.Array(CatalogueEntry),
    }).annotate(OpenApi.Summary, "The events to subscribe to"),
    HttpApiEndpoint.post("publish", "/events", {
      params: { workspace: Workspace },
      headers: { "idempotency-key": Schema.optionalKey(Schema.String) },
      payload: NotificationEvent,
      success: Published.pipe(HttpApiSchema.status(202)),
      error: PublishRefused,
    }).annotate(OpenApi.Summary, "Publish an event: 202 says that it and its deliveries are committed"),
  )
  .middleware(Authorization)
  .prefix("/api/workspaces/:workspace")
  .annotateMerge(OpenApi.annotations({ title: "Events" })) {}
