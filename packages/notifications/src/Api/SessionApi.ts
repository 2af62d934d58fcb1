/**
 * A browser's session: it hands in an API key once and keeps it in a cookie that no script can read.
 */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Authorization, Forbidden, KeyHolder, Unauthorized, Unavailable } from "./Authorization.ts"

/**
 * @category api
 * @since 0.1.0
 */
export class SessionGroup extends HttpApiGroup.make("session")
  .add(
    HttpApiEndpoint.post("signIn", "/session", {
      payload: Schema.Struct({ key: Schema.Redacted(Schema.String.check(Schema.isMaxLength(256))) }),
      success: KeyHolder,
      error: [Unauthorized, Forbidden, Unavailable],
    }).annotate(OpenApi.Summary, "Sign in: sets the session's cookie"),
    HttpApiEndpoint.get("session", "/session", { success: KeyHolder })
      .middleware(Authorization)
      .annotate(OpenApi.Summary, "Whose session this is"),
    HttpApiEndpoint.delete("signOut", "/session", { success: HttpApiSchema.NoContent }).annotate(
      OpenApi.Summary,
      "Sign out: takes the cookie away",
    ),
  )
  .prefix("/api")
  .annotateMerge(OpenApi.annotations({ title: "Session", description: "For pages in a browser" })) {}
