/**
 * Serves the page from a backend: one layer beside the layers of its APIs.
 *
 * **Details**
 *
 * Files with a hash in their names are cached permanently, the page itself is not cached. Every other address below the path serves the page, which
 * has its own addresses there (`/dashboard/w/example/integrations`). The content security policy allows scripts and styles of this origin only,
 * neither inline nor evaluated.
 *
 * **Gotchas**
 *
 * An API of another origin must be of the same site, because its session is a `SameSite=Strict` cookie, and it must accept this page (`pageOrigins`
 * of `NotificationsHttp.layer`).
 */
import { Config, Effect, Layer, Schema } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import * as BuiltPage from "./BuiltPage.ts"
import { type Branding, Configuration } from "./Configuration.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface DashboardOptions {
  /** The path of the page, without a trailing slash. Defaults to `/dashboard`. */
  readonly path?: "" | `/${string}` | undefined
  /** The origin of the APIs, such as `https://api.example.com`. Defaults to the page's own. */
  readonly apiOrigin?: string | undefined
  /** Whether the backend serves the `DevicesApi`, so that the page has devices. Defaults to `false`. */
  readonly devices?: boolean | undefined
  /** Whether the backend creates enrollment links (`EnrollmentLinks`), so that the page has an *Enroll* button. Defaults to `false`. */
  readonly enrollment?: boolean | undefined
  /** Names to offer for a key that grants access to every workspace. */
  readonly workspaces?: ReadonlyArray<string> | undefined
  /** Your name, logo, icon and accent colour. Images are paths of this origin or `data:` URLs. The name defaults to `Espalier`. */
  readonly branding?: Partial<Branding> | undefined
  /** Origins whose pages may show the page in a frame, such as `https://portal.example.com`. Defaults to none. */
  readonly frameAncestors?: ReadonlyArray<string> | undefined
}

/**
 * The headers to send with the page and its files, also from another web server.
 *
 * @category headers
 * @since 0.1.0
 */
export const securityHeaders = ({
  apiOrigin = "",
  frameAncestors = [],
}: Pick<DashboardOptions, "apiOrigin" | "frameAncestors"> = {}): Readonly<Record<string, string>> => ({
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${apiOrigin}`.trimEnd(),
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors.length === 0 ? "'none'" : frameAncestors.join(" ")}`,
    "form-action 'self'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
})

const permanently = "public, max-age=31536000, immutable"

const decode = Schema.decodeUnknownEffect(Configuration)
const decodeOrigin = Schema.decodeUnknownEffect(Configuration.fields.apiOrigin)

/**
 * Routes for an app with an `HttpRouter`. Fails at startup if the page is not built; an invalid option is a defect.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = ({
  path = "/dashboard",
  apiOrigin = "",
  devices = false,
  enrollment = false,
  workspaces = [],
  branding = {},
  frameAncestors = [],
}: DashboardOptions = {}): Layer.Layer<never, BuiltPage.PageNotBuilt, HttpRouter.HttpRouter> =>
  HttpRouter.use((router) =>
    Effect.gen(function* () {
      const configuration = yield* Effect.orDie(
        decode({ path, apiOrigin, devices, enrollment, workspaces, branding: { name: "Espalier", ...branding } }),
      )
      const ancestors = yield* Effect.orDie(Effect.forEach(frameAncestors, (origin) => decodeOrigin(origin)))
      const files = new Map(yield* BuiltPage.read())
      const built = files.get("index.html")
      if (built === undefined) return
      files.delete("index.html")
      const page = BuiltPage.configured(built, configuration)
      const headers = securityHeaders({ apiOrigin, frameAncestors: ancestors })

      const respond = (name: string, request: HttpServerRequest.HttpServerRequest) => {
        const file = files.get(name)
        if (file !== undefined) return send(request, file, { ...headers, "cache-control": permanently })
        if (name.startsWith("assets/")) return HttpServerResponse.empty({ status: 404, headers })
        return send(request, page, { ...headers, "cache-control": "no-store" })
      }
      yield* router.add("GET", `${path}/*`, (request) =>
        Effect.map(HttpRouter.params, ({ "*": name = "" }) => respond(name, request)),
      )
    }),
  )

/**
 * Options with the origin of the APIs from the configuration.
 *
 * @category models
 * @since 0.1.0
 */
export interface DashboardConfigOptions extends Omit<DashboardOptions, "apiOrigin"> {
  readonly apiOrigin: Config.Config<string>
}

/**
 * The same with the origin of the APIs from the configuration. An invalid one is a `ConfigError`.
 *
 * **Example** (An origin from the environment)
 *
 * ```ts
 * import { Dashboard } from "@espalier/dashboard"
 * import { Config } from "effect"
 *
 * export const page = Dashboard.layerConfig({ apiOrigin: Config.String("API_ORIGIN"), path: "" })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = ({
  apiOrigin,
  ...options
}: DashboardConfigOptions): Layer.Layer<never, BuiltPage.PageNotBuilt | Config.ConfigError, HttpRouter.HttpRouter> =>
  Layer.unwrap(
    Effect.map(
      Effect.flatMap(apiOrigin, (text) =>
        Effect.mapError(decodeOrigin(text), (error) => new Config.ConfigError(error)),
      ),
      (apiOrigin) => layer({ ...options, apiOrigin }),
    ),
  )

const send = (
  { headers }: HttpServerRequest.HttpServerRequest,
  { contentType, body, gzip }: BuiltPage.BuiltFile,
  sent: Readonly<Record<string, string>>,
): HttpServerResponse.HttpServerResponse => {
  const compressed = /\bgzip\b/.test(headers["accept-encoding"] ?? "")
  return HttpServerResponse.uint8Array(compressed ? gzip : body, {
    contentType,
    headers: {
      ...sent,
      vary: "accept-encoding",
      ...(compressed ? { "content-encoding": "gzip" } : {}),
    },
  })
}
