/**
 * The API's answer about a declaration that does not exist for a target.
 */
import { HttpApiError } from "effect/http-api"

/**
 * 404: the target has no declaration of this identifier.
 *
 * @category errors
 * @since 0.1.0
 */
export class DeclarationNotFound extends HttpApiError.Problem<DeclarationNotFound>()("DeclarationNotFound", {
  type: "urn:espalier:problem:declaration-not-found",
  status: 404,
  title: "Declaration not found for this target",
}) {}
