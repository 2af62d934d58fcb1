/**
 * How long your code may take for one webhook call.
 */
import { Context, type Duration } from "effect"

/**
 * The time limit of a call: 14 seconds unless a layer beside the backend provides another, a second less than the whitelabel server waits. A call
 * that takes longer is interrupted and answered with an `InternalServerError`. Read once, when the routes are built.
 *
 * @category references
 * @since 0.1.0
 */
export const AnswerTimeout = Context.Reference<Duration.Input>("@espalier/handler/AnswerTimeout", {
  defaultValue: () => "14 seconds",
})
