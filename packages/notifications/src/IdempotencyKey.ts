/**
 * Idempotency keys: a repeated request with the same key has one effect.
 */
import { Schema } from "effect"
import { HttpApiError } from "effect/http-api"

/** No database stores NUL or half of a surrogate pair. */
const IdempotencyKey = Schema.NonEmptyString.check(
  Schema.isMaxLength(255),
  Schema.makeFilter((key: string) => !key.includes("\0") && key.isWellFormed()),
)

/**
 * Whether a text can be a key.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isIdempotencyKey = Schema.is(IdempotencyKey)

/**
 * 422: the idempotency key is empty, longer than 255 characters, or contains a character that no database stores.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidIdempotencyKey extends HttpApiError.Problem<InvalidIdempotencyKey>()("InvalidIdempotencyKey", {
  type: "urn:espalier:problem:invalid-idempotency-key",
  status: 422,
  title: "An idempotency key must have 1 to 255 characters",
}) {}

/**
 * 422: the idempotency key was used before for another request.
 *
 * @category errors
 * @since 0.1.0
 */
export class IdempotencyKeyConflict extends HttpApiError.Problem<IdempotencyKeyConflict>()("IdempotencyKeyConflict", {
  type: "urn:espalier:problem:idempotency-key-conflict",
  status: 422,
  title: "The idempotency key was used for another request",
}) {}
