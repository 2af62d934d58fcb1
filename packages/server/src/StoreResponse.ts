/**
 * What a device sees when the store cannot answer: come back later. Only what no store takes is its own mistake.
 */
import { Effect } from "effect"
import type { HttpServerResponse } from "effect/http"
import * as DeviceResponse from "./DeviceResponse.ts"
import { Refusal } from "./Refusal.ts"
import type { StoreError } from "./Store/index.ts"

/**
 * 503 and a warning for the operator; for what the store does not take, such as a UDID of a thousand characters, 400.
 *
 * @category responses
 * @since 0.1.0
 */
export const make = (error: StoreError): Effect.Effect<HttpServerResponse.HttpServerResponse, Refusal> =>
  error.reason === "Invalid"
    ? Effect.fail(new Refusal({ status: 400, detail: error.message }))
    : Effect.as(
        Effect.logWarning(`Store: ${error.operation}: ${error.message}`),
        DeviceResponse.status(503, { "retry-after": "60" }),
      )
