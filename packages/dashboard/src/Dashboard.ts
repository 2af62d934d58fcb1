/**
 * Serves the page from a vendor's own backend: one layer beside the layers of its APIs.
 *
 * What is hashed by its name is kept forever, the page itself never. Every other address below the path is the page as well, since it has its
 * own addresses there (`/dashboard/w/example/integrations`). The content security policy allows scripts and styles of this origin only:
 * nothing inline, nothing evaluated.
 *
 * What surprises: an API of another origin must be of the same site, since its session is a cookie that no other site's page sends along; and
 * it must be told of this page (`pageOrigins` of `NotificationsHttp.layer`).
 */
import { Effect, Schema } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import * as BuiltPage from "./BuiltPage.ts"
import { Configuration } from "./Configuration.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface DashboardOptions {
  /** Below which path, without a slash at its end. Defaults to `/dashboard`. */
  readonly path?: "" | `/${string}` | undefined
  /** The origin of the APIs, such as `https://api.example.com`. Defaults to the page's own. */
  readonly apiOrigin?: "" | `http${"" | "s"}://${string}` | undefined
  /** Whether a `DevicesApi` is served along, so that the page offers its devices. Defaults to `false`. */
  readonly devices?: boolean | undefined
  /** Names to offer somebody whose key opens all workspaces. */
  readonly workspaces?: ReadonlyArray<string> | undefined
}

/**
 * What a server sends with the page and its files, also one that is not this.
 *
 * @category headers
 * @since 0.1.0
 */
export const securityHeaders = ({
  apiOrigin = "",
}: Pick<DashboardOptions, "apiOrigin"> = {}): Readonly<Record<string, string>> => ({
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${apiOrigin}`.trimEnd(),
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
})

const forever = "public, max-age=31536000, immutable"

const decode = Schema.decodeUnknownEffect(Configuration)

/**
 * Routes for an app with an `HttpRouter`. It fails at the start when the page was not built, and says what builds it; a `path` or an `apiOrigin` that is none is a defect.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = ({
  path = "/dashboard",
  apiOrigin = "",
  devices = false,
  workspaces = [],
}: DashboardOptions = {}) =>
  HttpRouter.use((router) =>
    Effect.gen(function* () {
      const configuration = yield* Effect.orDie(decode({ path, apiOrigin, devices, workspaces }))
      const files = new Map(yield* BuiltPage.read())
      const built = files.get("index.html")
      if (built === undefined) return
      files.delete("index.html")
      const page = BuiltPage.configured(built, configuration)
      const headers = securityHeaders({ apiOrigin })

      const answer = (name: string, request: HttpServerRequest.HttpServerRequest) => {
        const file = files.get(name)
        if (file !== undefined) return send(request, file, { ...headers, "cache-control": forever })
        if (name.startsWith("assets/")) return HttpServerResponse.empty({ status: 404, headers })
        return send(request, page, { ...headers, "cache-control": "no-store" })
      }
      yield* router.add("GET", `${path}/*`, (request) =>
        Effect.map(HttpRouter.params, ({ "*": name = "" }) => answer(name, request)),
      )
    }),
  )

const send = (
  { headers }: HttpServerRequest.HttpServerRequest,
  { contentType, body, gzip }: BuiltPage.BuiltFile,
  sent: Readonly<Record<string, string>>,
): HttpServerResponse.HttpServerResponse => {
  const packed = /\bgzip\b/.test(headers["accept-encoding"] ?? "")
  return HttpServerResponse.uint8Array(packed ? gzip : body, {
    contentType,
    headers: {
      ...sent,
      vary: "accept-encoding",
      ...(packed ? { "content-encoding": "gzip" } : {}),
    },
  })
}
