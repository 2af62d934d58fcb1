/**
 * When a delivery is tried again: at once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h after the try before.
 *
 * Ten tries over three days and a bit. Jitter makes a wait up to a tenth longer, never shorter, so that what failed together does not
 * come back together. What a receiver asks for by `Retry-After` counts where it is longer, up to 24 hours.
 */

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/**
 * The waits in milliseconds, the first before the first try.
 *
 * @category constants
 * @since 0.1.0
 */
export const standard: ReadonlyArray<number> = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

const longest = 24 * hour

/**
 * How long to wait after the `tries`th try has failed, in milliseconds; `undefined` after the last. `random` is from 0 to 1.
 *
 * @category schedules
 * @since 0.1.0
 */
export const waitAfter = (
  tries: number,
  {
    random,
    retryAfter = 0,
    waits = standard,
  }: {
    readonly random: number
    readonly retryAfter?: number | undefined
    readonly waits?: ReadonlyArray<number> | undefined
  },
): number | undefined => {
  const wait = waits[tries]
  return wait === undefined ? undefined : Math.max(Math.round(wait * (1 + random / 10)), Math.min(retryAfter, longest))
}

/**
 * Reads `Retry-After` (RFC 9110 §10.2.3), seconds or an HTTP date, into milliseconds from now; `undefined` for anything else.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parseRetryAfter = (value: string | undefined, nowMillis: number): number | undefined => {
  if (value === undefined) return undefined
  if (/^\s*\d{1,12}\s*$/.test(value)) return Number(value) * second
  const at = /^\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(at - nowMillis, 0)
}
