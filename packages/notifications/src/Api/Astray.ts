/**
 * Whatever asks for a path of this API that no route takes: 405 with the methods that the path has, or 404.
 *
 * It is no route of its own: a route for everything would take `HEAD` before the `GET` beside it, and paths of an app that this API is
 * mounted in.
 */
import { Effect, Predicate } from "effect"
import { HttpRouter, HttpServerError, HttpServerRequest, HttpServerResponse, ProblemDetails } from "effect/http"
import { HttpApi } from "effect/http-api"
import { NotificationsApi } from "./NotificationsApi.ts"

const ours = /^\/api\/(?:workspaces|session|notifications)(?:\/|$)/

const endpoints: Array<{ readonly path: RegExp; readonly method: string }> = []
HttpApi.reflect(NotificationsApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint: { method, path } }) => {
    endpoints.push({ path: new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`), method })
  },
})

const astray = ({ url, method }: HttpServerRequest.HttpServerRequest) => {
  const path = url.split("?", 1)[0] ?? ""
  if (!ours.test(path)) return undefined
  const allow = endpoints.filter((endpoint) => endpoint.path.test(path)).map((endpoint) => endpoint.method)
  const problem = (status: number, title: string, detail: string) =>
    ProblemDetails.toResponse({ type: ProblemDetails.blankType, status, title, detail })
  if (allow.length === 0) return problem(404, "Not Found", "Nothing is served here")
  if (allow.includes(method))
    return problem(400, "Bad Request", "The path is not UTF-8, percent-encoded, or is too long")
  const allowed = allow.join(", ")
  return HttpServerResponse.setHeader(problem(405, "Method Not Allowed", `Use ${allowed}`), "allow", allowed)
}

/**
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpRouter.use((router) =>
  router.addGlobalMiddleware((routes) =>
    Effect.catch(routes, (error) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
        const answer = isRouteNotFound(error) ? astray(request) : undefined
        return answer === undefined ? Effect.fail(error) : Effect.succeed(answer)
      }),
    ),
  ),
)

const isRouteNotFound = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && Predicate.isTagged(error.reason, "RouteNotFound")
