/**
 * Names in a path or query: a workspace's, and identifiers.
 */
import { Schema } from "effect"

/**
 * 1 to 255 characters, no control characters: a database may not even look for those.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Identifier = Schema.NonEmptyString.check(
  Schema.isMaxLength(255),
  Schema.isPattern(/^\P{Cc}*$/u, { message: "Expected no control characters" }),
)

/**
 * An {@link Identifier}.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Workspace = Identifier.annotate({
  identifier: "Workspace",
  description: "The workspace, by the name your backend gave it",
})
