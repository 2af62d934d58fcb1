/**
 * The handlers of the asset API.
 */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { DevicesApi } from "../Api/DevicesApi.ts"
import { orUnavailable } from "../Api/Problems.ts"
import { Assets } from "./Assets.ts"

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.group(DevicesApi, "assets", (handlers) =>
  Effect.map(Assets, (assets) =>
    handlers.handle("put", ({ params, payload }) => orUnavailable(assets.put(params.identifier, payload))),
  ),
)
