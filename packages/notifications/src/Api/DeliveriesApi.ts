/**
 * Deliveries over HTTP: what became of each event at each integration, and making it go out again.
 */
import { Authorization, PathSegment, Workspace } from "@espalier/api-keys/api"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import {
  Attempt,
  CursorRefused,
  DeliveryCount,
  DeliveryDetail,
  DeliveryFilter,
  DeliveryHealth,
  DeliveryPage,
  DeliveryPending,
  DeliveryState,
  DeliveryUnknown,
  RangeRefused,
} from "../Delivery.ts"

const whole = Schema.FiniteFromString.check(Schema.isInt())
const params = { workspace: Workspace, id: whole }

const filter = {
  state: Schema.optionalKey(DeliveryState),
  integration: Schema.optionalKey(PathSegment),
  name: Schema.optionalKey(DeliveryFilter.fields.name.schema),
  event: Schema.optionalKey(PathSegment),
  since: Schema.optionalKey(whole),
  until: Schema.optionalKey(whole),
}

/**
 * What to send again: finished deliveries of events published in the range, dead ones unless `state` says otherwise.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReplayInput = Schema.Struct({
  since: Schema.Int,
  until: Schema.Int,
  state: Schema.optionalKey(Schema.Literals(["dead", "delivered"])),
  integration: Schema.optionalKey(PathSegment),
}).annotate({ identifier: "ReplayInput", description: "Since (inclusive) and until (exclusive), Unix milliseconds" })
/**
 * @category models
 * @since 0.1.0
 */
export type ReplayInput = typeof ReplayInput.Type

/**
 * @category api
 * @since 0.1.0
 */
export class DeliveriesGroup extends HttpApiGroup.make("deliveries")
  .add(
    HttpApiEndpoint.get("list", "/deliveries", {
      params: { workspace: Workspace },
      query: {
        ...filter,
        cursor: Schema.optionalKey(Schema.String),
        limit: Schema.optionalKey(whole.check(Schema.isBetween({ minimum: 1, maximum: 200 }))),
      },
      success: DeliveryPage,
      error: [CursorRefused, RangeRefused],
    }).annotate(OpenApi.Summary, "Deliveries, newest first, a page at a time"),
    HttpApiEndpoint.get("statistics", "/deliveries/statistics", {
      params: { workspace: Workspace },
      query: { since: whole, until: whole, step: whole.check(Schema.isGreaterThanOrEqualTo(1000)) },
      success: Schema.Array(DeliveryCount),
      error: RangeRefused,
    }).annotate(OpenApi.Summary, "How many are in which state, by the time of publishing, in steps of milliseconds"),
    HttpApiEndpoint.post("replay", "/deliveries/replay", {
      params: { workspace: Workspace },
      payload: ReplayInput,
      success: Schema.Struct({ deliveries: Schema.Int }).pipe(HttpApiSchema.status(202)),
      error: RangeRefused,
    }).annotate(OpenApi.Summary, "Send a range of time again"),
    HttpApiEndpoint.get("get", "/deliveries/:id", {
      params,
      success: DeliveryDetail,
      error: DeliveryUnknown,
    }).annotate(OpenApi.Summary, "One delivery with what is posted"),
    HttpApiEndpoint.get("attempts", "/deliveries/:id/attempts", {
      params,
      success: Schema.Array(Attempt),
      error: DeliveryUnknown,
    }).annotate(OpenApi.Summary, "Its attempts, oldest first"),
    HttpApiEndpoint.post("retry", "/deliveries/:id/retry", {
      params,
      success: HttpApiSchema.Empty(202),
      error: [DeliveryUnknown, DeliveryPending],
    }).annotate(OpenApi.Summary, "Try a finished one once more, at once"),
    HttpApiEndpoint.get("health", "/health", {
      params: { workspace: Workspace },
      success: DeliveryHealth,
    }).annotate(OpenApi.Summary, "How the workspace's deliveries fare"),
  )
  .middleware(Authorization)
  .prefix("/api/workspaces/:workspace")
  .annotateMerge(OpenApi.annotations({ title: "Deliveries" })) {}
