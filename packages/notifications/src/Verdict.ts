/**
 * What a try's answer means for its delivery.
 */

import { parseRetryAfter, waitAfter } from "./RetrySchedule.ts"
import type { Answer } from "./Sender.ts"

/**
 * - `Delivered`: any 2xx.
 * - `Retry`: anything else, a redirect too; `wait` milliseconds from now.
 * - `Dead`: the last try failed. It is kept, to be retried by hand.
 * - `Gone`: 410. The receiver wants no more of these: dead, and the integration disabled.
 *
 * @category models
 * @since 0.1.0
 */
export type Verdict =
  | { readonly _tag: "Delivered" | "Dead" | "Gone" }
  | { readonly _tag: "Retry"; readonly wait: number }

/**
 * `number` counts the tries from 1; `random` is from 0 to 1.
 *
 * @category verdicts
 * @since 0.1.0
 */
export const of = (
  answer: Answer,
  {
    number,
    now,
    random,
    waits,
  }: {
    readonly number: number
    readonly now: number
    readonly random: number
    readonly waits?: ReadonlyArray<number> | undefined
  },
): Verdict => {
  const { status = 0 } = answer
  if (status >= 200 && status < 300) return { _tag: "Delivered" }
  if (status === 410) return { _tag: "Gone" }
  const wait = waitAfter(number, { random, waits, retryAfter: parseRetryAfter(answer.retryAfter, now) })
  return wait === undefined ? { _tag: "Dead" } : { _tag: "Retry", wait }
}
