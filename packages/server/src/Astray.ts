/**
 * Whatever no route takes: 405 with the methods that the path has, or 404.
 */
import { Effect } from "effect"
import { HttpRouter, type HttpServerRequest } from "effect/http"
import { refused } from "./Observation.ts"
import { Refusal } from "./Refusal.ts"

const methods: ReadonlyArray<readonly [path: RegExp, allow: string]> = [
  [/^\/mdm\/apple\/mdm$/, "PUT"],
  [/^\/mdm\/apple\/assets\/[^/]+$/, "GET, HEAD"],
  [/^\/health$/, "GET, HEAD"],
]

const astray = (request: HttpServerRequest.HttpServerRequest) => {
  const path = request.url.split("?", 1)[0] ?? ""
  const allow = methods.find(([pattern]) => pattern.test(path))?.[1]
  return refused(
    allow === undefined
      ? new Refusal({ status: 404, detail: "Nothing is served here" })
      : new Refusal({ status: 405, detail: `Use ${allow}`, headers: { allow } }),
  )
}

/**
 * The route for the rest.
 *
 * @category routes
 */
export const layer = HttpRouter.add("*", "/*", (request: HttpServerRequest.HttpServerRequest) =>
  Effect.suspend(() => astray(request)),
)
