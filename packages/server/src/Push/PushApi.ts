/**
 * `POST /api/push`: wakes devices, many in one request, and reports the result for each.
 */
import { Authorization } from "@espalier/api-keys/api"
import { Push } from "@espalier/apple"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"

/**
 * The body of `POST /api/push`: tokens from `TokenUpdate` events.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PushRequest = Schema.Struct({
  pushes: Schema.Array(
    Schema.Struct({ topic: Schema.NonEmptyString, pushToken: Schema.NonEmptyString, pushMagic: Schema.NonEmptyString }),
  ).check(Schema.isMinLength(1), Schema.isMaxLength(1000)),
}).annotate({ identifier: "PushRequest", description: "The devices to wake, at most 1000" })
/**
 * @category models
 * @since 0.1.0
 */
export type PushRequest = typeof PushRequest.Type

/**
 * The result of each push, in the order of the request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PushResponse = Schema.Struct({
  results: Schema.Array(
    Schema.Union([
      Schema.Struct({ status: Schema.Literal("accepted"), apnsId: Schema.String }),
      Schema.Struct({
        status: Schema.Literal("failed"),
        reason: Push.Reason,
        message: Schema.String,
        retryAfter: Schema.optionalKey(Schema.Int),
      }),
    ]),
  ),
}).annotate({ identifier: "PushResponse", description: "The result of each push, in the order of the request" })
/**
 * @category models
 * @since 0.1.0
 */
export type PushResponse = typeof PushResponse.Type

/**
 * @category api
 * @since 0.1.0
 */
export class PushGroup extends HttpApiGroup.make("push")
  .add(
    HttpApiEndpoint.post("send", "/api/push", { payload: PushRequest, success: PushResponse }).annotate(
      OpenApi.Summary,
      "Wake devices",
    ),
  )
  .middleware(Authorization) {}

/**
 * @category api
 * @since 0.1.0
 */
export class PushApi extends HttpApi.make("push-api")
  .add(PushGroup)
  .annotateMerge(OpenApi.annotations({ title: "Push", version: "1.0.0", description: "Wakes devices through APNs" })) {}
