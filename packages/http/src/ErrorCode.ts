/**
 * The short code of an error from the operating system, TLS or an HTTP client.
 */
import { Predicate } from "effect"

/**
 * Returns the code of an error, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`.
 *
 * **Details**
 *
 * The first that exists: the error's own `code`, the code of the first error of an `AggregateError` (Node throws one when both address
 * families fail), the code of its `cause`, the error's name, `"unknown"`. A code contains nothing of a URL, so it is safe to log.
 *
 * **Example**
 *
 * ```ts
 * import { ErrorCode } from "@espalier/http"
 *
 * ErrorCode.of(Object.assign(new Error("connect"), { code: "ECONNREFUSED" })) // => "ECONNREFUSED"
 * ErrorCode.of(new TypeError("fetch failed")) // => "TypeError"
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const of = (error: unknown): string =>
  codeOf(error, maxDepth) ?? (error instanceof Error ? error.name : "unknown")

/** Causes can form a circle. */
const maxDepth = 8

const codeOf = (error: unknown, depth: number): string | undefined => {
  if (depth === 0) return undefined
  if (Predicate.hasProperty(error, "code") && Predicate.isString(error.code)) return error.code
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0], depth - 1)
  return Predicate.hasProperty(error, "cause") ? codeOf(error.cause, depth - 1) : undefined
}
