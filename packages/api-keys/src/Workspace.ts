/**
 * Names and ids in a path or a query.
 */
import { Schema } from "effect"

/**
 * A name or an id in a path or a query: 1 to 255 characters, no control characters, which PostgreSQL does not accept in a query.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PathSegment = Schema.NonEmptyString.check(
  Schema.isMaxLength(255),
  Schema.isPattern(/^\P{Cc}*$/u, { message: "Expected no control characters" }),
)

/**
 * A workspace: the name that the vendor's backend gave to one of its customers.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Workspace = PathSegment.annotate({
  identifier: "Workspace",
  description: "The workspace, by the name that your backend gave it",
})
