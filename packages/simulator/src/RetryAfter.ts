/** How long a server asks a device to wait (RFC 9110 § 10.2.3). */

/**
 * Seconds, where a server names none.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultSeconds = 60
/**
 * No server is waited for longer than a day.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxSeconds = 24 * 60 * 60

/**
 * Whole seconds from a `Retry-After` header: a number of them, or a date.
 *
 * @category decoding
 * @since 0.1.0
 */
export const secondsOf = (header: string | undefined, now: Date): number => {
  if (header === undefined) return defaultSeconds
  const text = header.trim()
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now.getTime()) / 1000)
  return Number.isNaN(seconds) ? defaultSeconds : Math.min(Math.max(seconds, 0), maxSeconds)
}
