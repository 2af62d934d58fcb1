/**
 * Lets pages of other origins read what is under `/api/`, with the session's cookie (CORS). What they may change is decided with the session.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import { Effect } from "effect"
import { HttpMiddleware, HttpRouter, HttpServerRequest } from "effect/http"

/** How long a browser may remember the permission, in seconds. */
const maxAge = 600

/**
 * Over all routes of the router, those of other APIs too.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (pageOrigins: ReadonlyArray<string>) => {
  const cors = HttpMiddleware.cors({
    allowedOrigins: pageOrigins,
    allowedMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders: ["content-type", "idempotency-key", "last-event-id", "traceparent", "b3"],
    credentials: true,
    maxAge,
  })
  return HttpRouter.use((router) =>
    router.addGlobalMiddleware((routes) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ url }) =>
        url.startsWith("/api/") ? cors(routes) : routes,
      ),
    ),
  )
}
