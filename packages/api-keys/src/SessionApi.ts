/**
 * A browser's session: the page sends an API key once, and the server puts it in a cookie that scripts cannot read.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorization, Forbidden, KeyHolder, Unauthorized } from "./Authorization.ts"
import { DatabaseUnavailable } from "./DatabaseUnavailable.ts"

/**
 * `POST`, `GET` and `DELETE /api/session`. Add it to the `HttpApi` whose page signs in.
 *
 * @category api
 * @since 0.1.0
 */
export class SessionGroup extends HttpApiGroup.make("session")
  .add(
    HttpApiEndpoint.post("signIn", "/session", {
      payload: Schema.Struct({ key: Schema.Redacted(Schema.String.check(Schema.isMaxLength(256))) }),
      success: KeyHolder,
      error: [Unauthorized, Forbidden, DatabaseUnavailable],
    }).annotate(OpenApi.Summary, "Sign in: set the session cookie"),
    HttpApiEndpoint.get("session", "/session", { success: KeyHolder })
      .middleware(Authorization)
      .annotate(OpenApi.Summary, "Get the session"),
    HttpApiEndpoint.delete("signOut", "/session", { success: HttpApiSchema.NoContent }).annotate(
      OpenApi.Summary,
      "Sign out: delete the session cookie",
    ),
  )
  .middleware(HttpApiMiddleware.ProblemDetails)
  .prefix("/api")
  .annotateMerge(OpenApi.annotations({ title: "Session", description: "Sessions of browsers" })) {}
