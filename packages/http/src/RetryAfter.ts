/**
 * The `Retry-After` header (RFC 9110 §10.2.3): a number of seconds or an HTTP date.
 */
import { Duration } from "effect"

/**
 * Reads the header: how long to wait from `nowMillis` (Unix milliseconds) on. A date in the past is zero. Returns `undefined` when the
 * header is missing or has neither form.
 *
 * **Details**
 *
 * All three date formats of RFC 9110 §5.6.7 are read. The result has no upper bound; the caller sets one.
 *
 * **Example**
 *
 * ```ts
 * import { RetryAfter } from "@espalier/http"
 * import { Duration } from "effect"
 *
 * const wait = RetryAfter.parse("120", Date.now())
 * wait === undefined ? undefined : Duration.toMillis(wait) // => 120000
 * ```
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (header: string | undefined, nowMillis: number): Duration.Duration | undefined => {
  const text = header?.trim() ?? ""
  if (/^\d{1,15}$/.test(text)) return Duration.seconds(Number(text))
  if (!httpDate.test(text)) return undefined
  // The third format has no time zone; it is GMT like the others.
  const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`)
  return Number.isNaN(at) ? undefined : Duration.millis(Math.max(at - nowMillis, 0))
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`. */
const httpDate =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT|[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} [\d:]{8} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})$/

/**
 * A wait in whole seconds for the header: rounded up, at least 1, at most `maxSeconds`.
 *
 * **Example**
 *
 * ```ts
 * import { RetryAfter } from "@espalier/http"
 *
 * RetryAfter.toSeconds("1500 millis", 3600) // => 2
 * RetryAfter.toSeconds("2 days", 3600) // => 3600
 * ```
 *
 * @category formatting
 * @since 0.1.0
 */
export const toSeconds = (wait: Duration.Input, maxSeconds = Number.MAX_SAFE_INTEGER): number =>
  Math.min(Math.max(Math.ceil(Duration.toSeconds(wait)), 1), maxSeconds)

/**
 * Formats the header: a wait in whole seconds, rounded up, at least 1.
 *
 * **Example**
 *
 * ```ts
 * import { RetryAfter } from "@espalier/http"
 *
 * RetryAfter.format("5 seconds") // => "5"
 * ```
 *
 * @category formatting
 * @since 0.1.0
 */
export const format = (wait: Duration.Input): string => String(toSeconds(wait))
