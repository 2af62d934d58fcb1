/**
 * Events over HTTP: the catalogue of events, and publishing one.
 */
import { Authorization, strict, Workspace } from "@espalier/api-keys/api"
import { NotificationEvent, SubscriptionName } from "@espalier/schema"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, HttpApiSchema, OpenApi } from "effect/http-api"
import { IdempotencyKeyConflict, InvalidIdempotencyKey } from "../IdempotencyKey.ts"
import { InvalidEvent, PublishResult } from "./PublishResult.ts"

/**
 * An event that an integration can subscribe to, with an example of its body.
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
    }).annotate(OpenApi.Summary, "List the events to subscribe to"),
    HttpApiEndpoint.post("publish", "/events", {
      params: { workspace: Workspace },
      headers: { "idempotency-key": Schema.optionalKey(Schema.String) },
      payload: NotificationEvent,
      success: PublishResult.pipe(HttpApiSchema.status(202)),
      error: [InvalidEvent, InvalidIdempotencyKey, IdempotencyKeyConflict],
    }).annotate(OpenApi.Summary, "Publish an event; 202 means that it and its deliveries are committed"),
  )
  .middleware(Authorization)
  .middleware(HttpApiMiddleware.ProblemDetails)
  .prefix("/api/workspaces/:workspace")
  .annotate(HttpApi.PayloadParseOptions, strict)
  .annotateMerge(OpenApi.annotations({ title: "Events" })) {}
