/**
 * The HTTP API of enrollment links.
 */
import { Authorization, Workspace } from "@espalier/api-keys/api"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiError, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"

/**
 * A link that enrolls a device which opens it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const EnrollmentLink = Schema.Struct({
  url: Schema.String,
  expiresAt: Schema.DateTimeUtcFromString,
}).annotate({ identifier: "EnrollmentLink" })
/**
 * @category models
 * @since 0.1.0
 */
export type EnrollmentLink = typeof EnrollmentLink.Type

/**
 * 501: the backend creates no enrollment links.
 *
 * @category errors
 * @since 0.1.0
 */
export class EnrollmentLinksNotSupported extends HttpApiError.Problem<EnrollmentLinksNotSupported>()(
  "EnrollmentLinksNotSupported",
  {
    type: "urn:espalier:problem:enrollment-links-not-supported",
    status: 501,
    title: "Enrollment links are not supported",
  },
) {}

/**
 * @category api
 * @since 0.1.0
 */
export class EnrollmentApiGroup extends HttpApiGroup.make("enrollment")
  .add(
    HttpApiEndpoint.post("createLink", "/enrollment-links", {
      params: { workspace: Workspace },
      success: EnrollmentLink.pipe(HttpApiSchema.status(201)),
      error: EnrollmentLinksNotSupported,
    }).annotate(OpenApi.Summary, "Create an enrollment link"),
  )
  .middleware(Authorization)
  .prefix("/api/workspaces/:workspace")
  .annotateMerge(OpenApi.annotations({ title: "Enrollment" })) {}
