/**
 * Authorization by API key: a bearer token or, in a browser, a session cookie.
 *
 * A key grants access to one workspace or to all of them. With the cookie, a request that changes data must come from a page of the same
 * origin; the cookie is `SameSite=Strict` as well.
 */
import { Context, Schema } from "effect"
import { HttpApiError, HttpApiMiddleware, HttpApiSecurity, OpenApi } from "effect/http-api"
import { DatabaseUnavailable } from "./DatabaseUnavailable.ts"

/**
 * The access that a key grants: to `workspace`, or to all workspaces where that is `null`. `note` says who the key was created for.
 *
 * @category schemas
 * @since 0.1.0
 */
export const KeyHolder = Schema.Struct({
  keyId: Schema.String,
  workspace: Schema.NullOr(Schema.String),
  note: Schema.String,
}).annotate({
  identifier: "KeyHolder",
  description: "The workspace that a key grants access to; null for all workspaces",
})
/**
 * @category models
 * @since 0.1.0
 */
export type KeyHolder = typeof KeyHolder.Type

/**
 * The key that authorized the current request.
 *
 * @category services
 * @since 0.1.0
 */
export class CurrentKey extends Context.Service<CurrentKey, KeyHolder>()("@espalier/api-keys/CurrentKey") {}

/**
 * 401: the API key is missing, unknown or revoked, or the session has ended.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unauthorized extends HttpApiError.Problem<Unauthorized>()("Unauthorized", {
  type: "urn:espalier:problem:unauthorized",
  status: 401,
  title: "A valid API key is required",
}) {}

/**
 * 403: the key belongs to another workspace, or the session cookie came from a page of another origin.
 *
 * @category errors
 * @since 0.1.0
 */
export class Forbidden extends HttpApiError.Problem<Forbidden>()(
  "Forbidden",
  { type: "urn:espalier:problem:forbidden", status: 403, title: "Access denied" },
  { reason: Schema.Literals(["OtherWorkspace", "OtherOrigin"]) },
) {}

/**
 * The cookie of a session.
 *
 * @category security
 * @since 0.1.0
 */
export const sessionCookie = HttpApiSecurity.apiKey({ key: "espalier_session", in: "cookie" }).pipe(
  HttpApiSecurity.annotate(OpenApi.Description, "An API key in a browser's cookie: see POST /api/session"),
)

/**
 * An API key as a bearer token.
 *
 * @category security
 * @since 0.1.0
 */
export const bearer = HttpApiSecurity.bearer.pipe(
  HttpApiSecurity.annotate(OpenApi.Description, "An API key: `espalier notifications key create`"),
)

/**
 * Requires a key that grants access to the `workspace` of the path, where the path has one.
 *
 * @category middleware
 * @since 0.1.0
 */
export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: CurrentKey }>()(
  "@espalier/api-keys/Authorization",
  { security: { bearer, session: sessionCookie }, error: [Unauthorized, Forbidden, DatabaseUnavailable] },
) {}
