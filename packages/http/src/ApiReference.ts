/**
 * The page to browse an API, which loads nothing from other origins: its fonts are the system's, and its content security policy allows requests to
 * its own origin only.
 */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { type HttpApi, type HttpApiGroup, HttpApiScalar } from "effect/http-api"

/** Scripts and styles are inline, and Scalar compiles its templates. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval'",
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "worker-src blob:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join("; ")

const Headers = HttpRouter.middleware((handler) =>
  Effect.map(handler, (response) =>
    HttpServerResponse.setHeaders(response, {
      "content-security-policy": contentSecurityPolicy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    }),
  ),
).layer

/**
 * Serves the page at a path, for an app with an `HttpRouter`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>,
  options: { readonly path: `/${string}` },
): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpApiScalar.layer(api, { path: options.path, scalar: { withDefaultFonts: false } }).pipe(Layer.provide(Headers))
