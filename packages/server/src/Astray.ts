/**
 * Whatever no route takes: 405 with the methods that the path has, or 404.
 *
 * It is no route of its own: a route for everything would take `HEAD` before the `GET` beside it, and would not get
 * what the router cannot read.
 */
import { Effect, Predicate } from "effect"
import { HttpRouter, HttpServerError, HttpServerRequest } from "effect/http"
import { refused } from "./Observation.ts"
import { Refusal } from "./Refusal.ts"

const pushApi = /^\/api\/push$/

const methods: ReadonlyArray<readonly [path: RegExp, allow: string]> = [
  [/^\/mdm\/apple\/mdm$/, "PUT"],
  [/^\/mdm\/apple\/assets\/[^/]+$/, "GET, HEAD"],
  [/^\/mdm\/apple\/enroll$/, "GET, HEAD"],
  [/^\/mdm\/apple\/scep$/, "GET, HEAD, POST"],
  [/^\/(?:health|ready|metrics)$/, "GET, HEAD"],
  [pushApi, "POST"],
]

const allowed = (path: string) => methods.find(([pattern]) => pattern.test(path))?.[1]

const astray = (request: HttpServerRequest.HttpServerRequest, hasPushApi: boolean) => {
  const path = request.url.split("?", 1)[0] ?? ""
  const allow = hasPushApi || !pushApi.test(path) ? allowed(path) : undefined
  if (allow === undefined) return refused(new Refusal({ status: 404, detail: "Nothing is served here" }))
  return refused(
    allow.split(", ").includes(request.method)
      ? new Refusal({ status: 400, detail: "The path is not UTF-8, percent-encoded" })
      : new Refusal({ status: 405, detail: `Use ${allow}`, headers: { allow } }),
  )
}

/**
 * The answer to the rest, over all routes of the router; the one that operators call may not be among them.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = ({ hasPushApi }: { readonly hasPushApi: boolean }) =>
  HttpRouter.use((router) =>
    router.addGlobalMiddleware((routes) =>
      Effect.catch(routes, (error) =>
        isRouteNotFound(error)
          ? Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => astray(request, hasPushApi))
          : Effect.fail(error),
      ),
    ),
  )

const isRouteNotFound = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && Predicate.isTagged(error.reason, "RouteNotFound")
