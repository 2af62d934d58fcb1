/**
 * `Retry-After` (RFC 9110 §10.2.3): seconds or an HTTP date, read into whole seconds between 1 and 3600.
 */

/**
 * What is read is bounded, so that no backend's slip sends a device away for a day.
 *
 * @category constants
 * @since 0.1.0
 */
export const maxSeconds = 3600

/**
 * Milliseconds as a number of seconds to tell a device: rounded up, 1 to 3600.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromMillis = (millis: number): number => Math.min(Math.max(Math.ceil(millis / 1000), 1), maxSeconds)

/**
 * Reads the header's value; `undefined` for what is neither of its two forms.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (value: string | undefined, nowMillis: number): number | undefined => {
  if (value === undefined) return undefined
  if (/^\s*\d{1,15}\s*$/.test(value)) return fromMillis(Number(value) * 1000)
  const at = /^\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : fromMillis(at - nowMillis)
}
