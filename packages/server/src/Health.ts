/**
 * `GET /health`: the process answers. It asks nobody else, so that a backend's trouble does not restart the server.
 */
import { HttpRouter, HttpServerResponse } from "effect/http"

/**
 * The route.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.add("GET", "/health", HttpServerResponse.jsonUnsafe({ status: "ok" }))
