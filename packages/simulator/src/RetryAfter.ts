/** How long a server asks a device to wait: its `Retry-After` header, within the simulator's bounds. */
import { RetryAfter } from "@espalier/http"
import { Duration } from "effect"

/**
 * The wait in seconds when the server names none.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultSeconds = 60
/**
 * The longest wait in seconds, one day.
 *
 * @category constants
 * @since 0.1.0
 */
export const maxSeconds = 24 * 60 * 60

/**
 * Whole seconds to wait after a response with this `Retry-After` header.
 *
 * @category decoding
 * @since 0.1.0
 */
export const secondsOf = (header: string | undefined, now: Date): number => {
  const wait = RetryAfter.parse(header, now.getTime())
  return wait === undefined ? defaultSeconds : Math.min(Math.ceil(Duration.toSeconds(wait)), maxSeconds)
}
