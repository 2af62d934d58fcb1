/**
 * The end of a command that has already said why it failed: exit code 1, and not another word.
 */
import { Runtime, Schema } from "effect"

/**
 * @category errors
 * @since 0.1.0
 */
export class Said extends Schema.TaggedError<Said>()("Said", {}) {
  override readonly [Runtime.errorExitCode] = 1
  override readonly [Runtime.errorReported] = false
}
