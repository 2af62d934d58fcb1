/**
 * `GET /health`: the process responds. It checks nothing else, so that a failing backend does not restart the server.
 */
import { HttpRouter, HttpServerResponse } from "effect/http"

/**
 * The route.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.add("GET", "/health", HttpServerResponse.jsonUnsafe({ status: "ok" }))
