/**
 * An error for the person at the terminal, who sees its one sentence and nothing else.
 */
import { CliError } from "effect/cli"

/**
 * @category errors
 * @since 0.1.0
 */
export type UserError = CliError.UserError

/**
 * Makes the error from its sentence.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (userMessage: string): UserError => new CliError.UserError({ cause: undefined, userMessage })
