/**
 * What the result of an attempt means for its delivery.
 */
import { RetryAfter } from "@espalier/http"
import { Duration } from "effect"
import { delayAfter, maxRetryAfter } from "./RetrySchedule.ts"
import type { Response } from "./WebhookClient.ts"

/**
 * - `Delivered`: any 2xx.
 * - `Retry`: anything else, a redirect included; the next attempt is due in `delay` milliseconds.
 * - `Dead`: the last attempt failed. The delivery is kept, to be retried by a person.
 * - `pause`: the receiver asked for no request during this many milliseconds (`Retry-After`).
 * - `Gone`: 410. The receiver wants no more deliveries: this one is dead, and the integration is disabled.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome =
  | { readonly _tag: "Delivered" | "Gone"; readonly pause?: undefined }
  | { readonly _tag: "Dead"; readonly pause?: number | undefined }
  | { readonly _tag: "Retry"; readonly delay: number; readonly pause?: number | undefined }

/**
 * Judges a response. `number` counts the attempts from 1; `random` is from 0 to 1.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = (
  response: Response,
  {
    number,
    now,
    random,
    retryDelays,
    isTest,
  }: {
    readonly number: number
    readonly now: number
    readonly random: number
    readonly retryDelays?: ReadonlyArray<number> | undefined
    /** A test event is attempted once, and its receiver's wishes concern no other delivery. */
    readonly isTest: boolean
  },
): Outcome => {
  const { status = 0 } = response
  if (status >= 200 && status < 300) return { _tag: "Delivered" }
  if (isTest) return { _tag: "Dead" }
  if (status === 410) return { _tag: "Gone" }
  const asked = RetryAfter.parse(response.retryAfter, now)
  const retryAfter = asked === undefined ? 0 : Math.min(Duration.toMillis(asked), maxRetryAfter)
  const delay = delayAfter(number, { random, retryDelays, retryAfter })
  const pause = retryAfter > 0 ? { pause: retryAfter } : {}
  return delay === undefined ? { _tag: "Dead", ...pause } : { _tag: "Retry", delay, ...pause }
}
