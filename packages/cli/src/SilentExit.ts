/**
 * Ends a command with exit code 1 and no further output: the command has printed why.
 */
import { Runtime, Schema } from "effect"

/**
 * @category errors
 * @since 0.1.0
 */
export class SilentExit extends Schema.TaggedError<SilentExit>()("SilentExit", {}) {
  override readonly [Runtime.errorExitCode] = 1
  override readonly [Runtime.errorReported] = false
}
