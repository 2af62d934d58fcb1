/**
 * Implements the `PushApi` over `Push`.
 */

import { RequestLimits } from "@espalier/api-keys"
import type { Authorization } from "@espalier/api-keys/api"
import { Push } from "@espalier/apple"
import { Effect, Layer, Result } from "effect"
import { type HttpRouter, HttpServer } from "effect/http"
import { HttpApiBuilder, HttpApiMiddleware } from "effect/http-api"
import { PushApi, type PushResponse } from "./PushApi.ts"

const group = HttpApiBuilder.group(PushApi, "push", (handlers) =>
  Effect.map(Push.Push, (push) =>
    handlers.handle(
      "send",
      Effect.fnUntraced(function* ({ payload }) {
        const results = yield* push.pushMany(payload.pushes)
        return { results: results.map(resultOf) }
      }),
    ),
  ),
)

const resultOf = (result: Result.Result<Push.Accepted, Push.PushError>): PushResponse["results"][number] =>
  Result.match(result, {
    onSuccess: ({ apnsId }) => ({ status: "accepted", apnsId }),
    onFailure: ({ reason, message, retryAfter }) => ({
      status: "failed",
      reason,
      message,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    }),
  })

/**
 * The routes: `POST /api/push`, and its OpenAPI document at `/api/push/openapi.json`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<never, never, Authorization | HttpRouter.HttpRouter | Push.Push> = HttpApiBuilder.layer(
  PushApi,
  { openapiPath: "/api/push/openapi.json" },
).pipe(
  Layer.provide([group, RequestLimits.layer({ name: "push" })]),
  Layer.provide(HttpApiMiddleware.layerProblemDetails({ includeDetails: true })),
  // `HttpApi` needs these for files and forms, which this API does not use.
  Layer.provide(HttpServer.layerServices),
)
