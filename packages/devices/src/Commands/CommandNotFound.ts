/**
 * The API's answer about a command that is not in any queue.
 */
import { HttpApiError } from "effect/http-api"

/**
 * 404: no command has this UUID: it was never queued, or is no longer kept.
 *
 * @category errors
 * @since 0.1.0
 */
export class CommandNotFound extends HttpApiError.Problem<CommandNotFound>()("CommandNotFound", {
  type: "urn:espalier:problem:command-not-found",
  status: 404,
  title: "Command not found",
}) {}
