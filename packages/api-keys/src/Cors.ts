/**
 * CORS: lets pages of other origins read what is under `/api/` with their session cookie. The session decides which changes they may make.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
import { Effect, Layer } from "effect"
import { HttpMiddleware, HttpRouter, HttpServerRequest } from "effect/http"

/** How long a browser may cache the permission, in seconds. */
const maxAge = 600

/**
 * Applies to all routes of the router, those of other APIs included. Without origins it does nothing.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (pageOrigins: ReadonlyArray<string>): Layer.Layer<never, never, HttpRouter.HttpRouter> => {
  if (pageOrigins.length === 0) return Layer.empty
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
