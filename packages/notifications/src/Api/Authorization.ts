/**
 * Who may call: whoever shows an API key of the workspace, as a bearer token or, in a browser, in the session's cookie.
 *
 * A key is for one workspace or for all of them. A call with the cookie must come from a page of the same origin; the
 * cookie is `SameSite=Strict` besides.
 */
import { Context, Schema } from "effect"
import { HttpApiError, HttpApiMiddleware, HttpApiSecurity, OpenApi } from "effect/http-api"

/**
 * Whose key it is: `workspace` is `null` for a key of all workspaces. `note` says whom it was made for.
 *
 * @category schemas
 * @since 0.1.0
 */
export const KeyHolder = Schema.Struct({
  keyId: Schema.String,
  workspace: Schema.NullOr(Schema.String),
  note: Schema.String,
}).annotate({ identifier: "KeyHolder", description: "What a key is for: one workspace, or all (null)" })
/**
 * @category models
 * @since 0.1.0
 */
export type KeyHolder = typeof KeyHolder.Type

/**
 * Whose key the request showed.
 *
 * @category services
 * @since 0.1.0
 */
export class CurrentKey extends Context.Service<CurrentKey, KeyHolder>()("espalier/notifications/CurrentKey") {}

/**
 * 401: no key, an unknown one, or one that was revoked; or the session has ended.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unauthorized extends HttpApiError.Problem<Unauthorized>()("Unauthorized", {
  type: "urn:espalier:problem:unauthorized",
  status: 401,
  title: "Show an API key that counts: authorization: Bearer ek_…",
}) {}

/**
 * 403: the key is another workspace's, or the cookie came from a page of another origin.
 *
 * @category errors
 * @since 0.1.0
 */
export class Forbidden extends HttpApiError.Problem<Forbidden>()(
  "Forbidden",
  { type: "urn:espalier:problem:forbidden", status: 403, title: "This key does not open that" },
  { reason: Schema.Literals(["OtherWorkspace", "OtherOrigin"]) },
) {}

/**
 * 503: the database does not answer; nothing was done. Come back after `Retry-After`.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unavailable extends HttpApiError.Problem<Unavailable>()("Unavailable", {
  type: "urn:espalier:problem:unavailable",
  status: 503,
  title: "The service cannot do this now; nothing was done",
}) {}

/**
 * The cookie of a session.
 *
 * @category security
 * @since 0.1.0
 */
export const sessionCookie = HttpApiSecurity.apiKey({ key: "espalier_session", in: "cookie" }).pipe(
  HttpApiSecurity.annotate(OpenApi.Description, "An API key that a browser keeps: see POST /api/session"),
)

/**
 * @category security
 * @since 0.1.0
 */
export const bearer = HttpApiSecurity.bearer.pipe(
  HttpApiSecurity.annotate(OpenApi.Description, "An API key: `espalier notifications key create`"),
)

/**
 * Lets in who shows a key of the `workspace` in the path, if there is one.
 *
 * @category middleware
 * @since 0.1.0
 */
export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: CurrentKey }>()(
  "espalier/notifications/Authorization",
  { security: { bearer, session: sessionCookie }, error: [Unauthorized, Forbidden, Unavailable] },
) {}
