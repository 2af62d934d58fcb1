/**
 * The API reference of the webhooks, for an app that has an `HttpRouter`. A module of its own, since it is much larger than the routes.
 */
import * as ApiReference from "@espalier/http/api-reference"
import { ManagementApi } from "@espalier/schema"
import { Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { OpenApi } from "effect/http-api"

/**
 * `GET /webhook/openapi.json`, and an API reference page at `GET /webhook/reference`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerReference: Layer.Layer<never, never, HttpRouter.HttpRouter> = Layer.merge(
  HttpRouter.use((router) =>
    router.add("GET", "/webhook/openapi.json", HttpServerResponse.jsonUnsafe(OpenApi.fromApi(ManagementApi))),
  ),
  ApiReference.layer(ManagementApi, { path: "/webhook/reference" }),
)
