/**
 * Deliveries over HTTP.
 */
import { Authorization, PathSegment, strict, Workspace } from "@espalier/api-keys/api"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, HttpApiSchema, OpenApi } from "effect/http-api"
import {
  Attempt,
  DeliveryCount,
  DeliveryDetail,
  DeliveryHealth,
  DeliveryListing,
  DeliveryPage,
  ReplayPreview,
  ReplayRange,
  ReplayResult,
  StatisticsRange,
} from "./Delivery.ts"
import { DeliveryNotFound, InvalidCursor, InvalidTimeRange } from "./DeliveryError.ts"

const params = { workspace: Workspace, id: Schema.FiniteFromString.check(Schema.isInt()) }

/**
 * @category api
 * @since 0.1.0
 */
export class DeliveriesGroup extends HttpApiGroup.make("deliveries")
  .add(
    HttpApiEndpoint.get("list", "/deliveries", {
      params: { workspace: Workspace },
      query: DeliveryListing.fields,
      success: DeliveryPage,
      error: [InvalidCursor, InvalidTimeRange],
    }).annotate(OpenApi.Summary, "List deliveries, newest first, by page"),
    HttpApiEndpoint.get("statistics", "/deliveries/statistics", {
      params: { workspace: Workspace },
      query: StatisticsRange.fields,
      success: Schema.Array(DeliveryCount),
      error: InvalidTimeRange,
    }).annotate(OpenApi.Summary, "Count deliveries by state and by time of publishing, in steps of milliseconds"),
    HttpApiEndpoint.post("replay", "/deliveries/replay", {
      params: { workspace: Workspace },
      payload: ReplayRange,
      success: ReplayResult.pipe(HttpApiSchema.status(202)),
      error: InvalidTimeRange,
    }).annotate(OpenApi.Summary, "Replay deliveries"),
    HttpApiEndpoint.post("previewReplay", "/deliveries/replay/preview", {
      params: { workspace: Workspace },
      payload: ReplayRange,
      success: ReplayPreview,
      error: InvalidTimeRange,
    }).annotate(OpenApi.Summary, "Count the deliveries that a replay would send again"),
    HttpApiEndpoint.get("get", "/deliveries/:id", {
      params,
      success: DeliveryDetail,
      error: DeliveryNotFound,
    }).annotate(OpenApi.Summary, "Get a delivery with its body"),
    HttpApiEndpoint.get("attempts", "/deliveries/:id/attempts", {
      params,
      success: Schema.Array(Attempt),
      error: DeliveryNotFound,
    }).annotate(OpenApi.Summary, "List the attempts of a delivery, oldest first"),
    HttpApiEndpoint.post("retry", "/deliveries/:id/retry", {
      params,
      success: HttpApiSchema.Empty(202),
      error: DeliveryNotFound,
    }).annotate(OpenApi.Summary, "Retry a delivery at once, whatever its state"),
    HttpApiEndpoint.post("retryAll", "/integrations/:id/retry", {
      params: { workspace: Workspace, id: PathSegment },
      success: ReplayResult.pipe(HttpApiSchema.status(202)),
    }).annotate(OpenApi.Summary, "Retry all deliveries of an integration that are not delivered"),
    HttpApiEndpoint.get("health", "/health", {
      params: { workspace: Workspace },
      success: DeliveryHealth,
    }).annotate(OpenApi.Summary, "Delivery health"),
  )
  .middleware(Authorization)
  .middleware(HttpApiMiddleware.ProblemDetails)
  .prefix("/api/workspaces/:workspace")
  .annotate(HttpApi.PayloadParseOptions, strict)
  .annotateMerge(OpenApi.annotations({ title: "Deliveries" })) {}
