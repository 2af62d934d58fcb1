/**
 * The fallback of a router: 404 for a path that no route has, 405 with `Allow` for a path that has other methods.
 *
 * It is a middleware and not a route: a route for every path would answer `HEAD` before the `GET` route beside it does, and would not see
 * requests that the router cannot read.
 */
import { Effect, Predicate } from "effect"
import { HttpRouter, HttpServerError, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { Problem, toResponse } from "./Problem.ts"

/**
 * One route: its method and its path as the router takes it, `/devices/:udid`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Endpoint {
  readonly method: string
  readonly path: string
}

/**
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The routes. Their order is that of the methods in `Allow`; a `GET` route that answers `HEAD` too is listed twice. */
  readonly endpoints: ReadonlyArray<Endpoint>
  /** Paths outside of these prefixes are left to other routes of the app. Every path unless given. */
  readonly prefixes?: ReadonlyArray<string> | undefined
  /** Makes the response. {@link toResponse} unless given. */
  readonly respond?: ((problem: Problem) => Effect.Effect<HttpServerResponse.HttpServerResponse>) | undefined
}

/**
 * The fallback over all routes of the router.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = ({ endpoints, prefixes, respond = (problem) => Effect.succeed(toResponse(problem)) }: Options) => {
  const patterns = endpoints.map(({ method, path }) => ({ method, pattern: patternOf(path) }))
  const problemOf = ({ method, url }: HttpServerRequest.HttpServerRequest): Problem | undefined => {
    const path = url.split("?", 1)[0] ?? ""
    if (prefixes?.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)) === false) return undefined
    const methods = patterns.filter(({ pattern }) => pattern.test(path)).map((endpoint) => endpoint.method)
    if (methods.length === 0) return new Problem({ status: 404, detail: "Nothing is served here" })
    if (methods.includes(method)) {
      return new Problem({ status: 400, detail: "The path is not UTF-8, percent-encoded, or is too long" })
    }
    const allow = methods.join(", ")
    return new Problem({ status: 405, detail: `Use ${allow}`, headers: { allow } })
  }
  return HttpRouter.use((router) =>
    router.addGlobalMiddleware((routes) =>
      Effect.catch(routes, (error) =>
        Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
          const problem = isRouteNotFound(error) ? problemOf(request) : undefined
          return problem === undefined ? Effect.fail(error) : respond(problem)
        }),
      ),
    ),
  )
}

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path
      .replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll(/:\w+/g, "[^/]+")}$`,
  )

const isRouteNotFound = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && Predicate.isTagged(error.reason, "RouteNotFound")
