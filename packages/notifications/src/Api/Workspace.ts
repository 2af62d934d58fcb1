/**
 * A workspace's name in a path.
 */
import { Schema } from "effect"

/**
 * 1 to 255 characters.
 *
 * @category schemas
 */
export const Workspace = Schema.NonEmptyString.check(Schema.isMaxLength(255)).annotate({
  identifier: "Workspace",
  description: "The workspace, by the name your backend gave it",
})
