/**
 * What the result of an attempt means for its delivery.
 */
import { RetryAfter } from "@espalier/http"
import { Duration } from "effect"
import { delayAfter } from "./RetrySchedule.ts"
import type { Response } from "./WebhookClient.ts"

/**
 * - `Delivered`: any 2xx.
 * - `Retry`: anything else, a redirect included; the next attempt is due in `delay` milliseconds.
 * - `Dead`: the last attempt failed. The delivery is kept, to be retried by a person.
 * - `Gone`: 410. The receiver wants no more deliveries: this one is dead, and the integration is disabled.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome =
  | { readonly _tag: "Delivered" | "Dead" | "Gone" }
  | { readonly _tag: "Retry"; readonly delay: number }

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
  }: {
    readonly number: number
    readonly now: number
    readonly random: number
    readonly retryDelays?: ReadonlyArray<number> | undefined
  },
): Outcome => {
  const { status = 0 } = response
  if (status >= 200 && status < 300) return { _tag: "Delivered" }
  if (status === 410) return { _tag: "Gone" }
  const retryAfter = RetryAfter.parse(response.retryAfter, now)
  const delay = delayAfter(number, {
    random,
    retryDelays,
    ...(retryAfter === undefined ? {} : { retryAfter: Duration.toMillis(retryAfter) }),
  })
  return delay === undefined ? { _tag: "Dead" } : { _tag: "Retry", delay }
}
