/**
 * The problems of requests that do not match their schema: 422 for an unknown member of the body, 400 for everything else.
 *
 * An unknown member is an error because it was meant to have an effect: a 200 for `{"enabled": false}` would say that it had one.
 */
import { Cause, Effect, ErrorReporter, type Layer, Schema, SchemaIssue } from "effect"
import { HttpServerRespondable } from "effect/http"
import { HttpApiError, HttpApiMiddleware } from "effect/http-api"

/**
 * 422: the body has a member that the API does not know. `member` is its path, joined by dots.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnknownMember extends HttpApiError.Problem<UnknownMember>()(
  "UnknownMember",
  { type: "urn:espalier:problem:unknown-member", status: 422, title: "Unknown member" },
  { member: Schema.String },
) {}

/**
 * The value of the annotation `HttpApi.PayloadParseOptions` for a group whose bodies must have no unknown members.
 *
 * @category annotations
 * @since 0.1.0
 */
export const strict = { onExcessProperty: "error" } as const

/**
 * Implements `HttpApiMiddleware.ProblemDetails`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<HttpApiMiddleware.ProblemDetails> = HttpApiMiddleware.layerSchemaErrorTransform(
  HttpApiMiddleware.ProblemDetails,
  (error) => {
    const { issue } = error.cause
    if (error.kind === "Body" || error.kind === "ResponseHeaders") {
      return Effect.andThen(
        ErrorReporter.report(Cause.fail(error)),
        HttpServerRespondable.toResponse(new HttpApiError.InternalServerErrorProblem()),
      )
    }
    const unknown = unknownMember(issue)
    if (unknown !== undefined) {
      const member = unknown.map(String).join(".")
      return HttpServerRespondable.toResponse(
        new UnknownMember({ member, detail: `The API does not know the member ${member}` }),
      )
    }
    const errors = formatIssues(issue).issues.map(({ path = [], message }) => ({
      path: [error.kind.toLowerCase(), ...path.map(segment)],
      message,
    }))
    return Effect.fail(new HttpApiError.BadRequestProblem({ detail: "Request validation failed", errors }))
  },
)

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

const segment = (path: PropertyKey | { readonly key: PropertyKey }): string | number => {
  const key = typeof path === "object" ? path.key : path
  return typeof key === "number" ? key : String(key)
}

/** The path of an unknown member; of several the deepest, because the candidates of a union that do not match lack the outer members. */
const unknownMember = (
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<PropertyKey> = [],
): ReadonlyArray<PropertyKey> | undefined => {
  switch (issue._tag) {
    case "UnexpectedKey":
      return path
    case "Pointer":
      return unknownMember(issue.issue, [...path, ...issue.path])
    case "Filter":
    case "Encoding":
      return unknownMember(issue.issue, path)
    case "Composite":
    case "AnyOf":
      return issue.issues
        .flatMap((one) => {
          const found = unknownMember(one, path)
          return found === undefined ? [] : [found]
        })
        .reduce<ReadonlyArray<PropertyKey> | undefined>(
          (deepest, found) => (deepest === undefined || found.length > deepest.length ? found : deepest),
          undefined,
        )
    default:
      return undefined
  }
}
