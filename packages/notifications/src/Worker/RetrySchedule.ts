/**
 * When a delivery is attempted: at once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h after the previous attempt.
 *
 * These are ten attempts over a bit more than three days. Jitter makes a delay up to a tenth longer, never shorter, so that deliveries that
 * failed together are not retried together. A longer `Retry-After` of a receiver is honoured, up to 24 hours, with the same jitter.
 */

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/**
 * The delays in milliseconds, the first one before the first attempt.
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

/**
 * The longest `Retry-After` that is honoured, in milliseconds.
 *
 * @category constants
 * @since 0.1.0
 */
export const maxRetryAfter = 24 * hour

/**
 * The delay after a number of failed attempts, in milliseconds; `undefined` after the last. `random` is from 0 to 1.
 *
 * @category schedules
 * @since 0.1.0
 */
export const delayAfter = (
  attempts: number,
  {
    random,
    retryAfter = 0,
    retryDelays = standard,
  }: {
    readonly random: number
    readonly retryAfter?: number | undefined
    readonly retryDelays?: ReadonlyArray<number> | undefined
  },
): number | undefined => {
  const delay = retryDelays[attempts]
  return delay === undefined
    ? undefined
    : Math.round(Math.max(delay, Math.min(retryAfter, maxRetryAfter)) * (1 + random / 10))
}
