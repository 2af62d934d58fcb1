/**
 * One attempt of a delivery: sign, post, judge, record.
 *
 * **Gotchas**
 *
 * It is a function with a callback and not an Effect: a worker makes tens of thousands of attempts in a second, and a fiber each would cost as
 * much as the rest.
 */
import { WebhookSignature } from "@espalier/signing"
import { Clock, Effect, Random, type Scope } from "effect"
import type { SqlClient } from "effect/sql"
import type { AddressGuard } from "../Addresses/AddressGuard.ts"
import type { GroupCommit } from "../Storage/GroupCommit.ts"
import * as AttemptRecorder from "./AttemptRecorder.ts"
import type { LeasedDelivery, Target } from "./Leases.ts"
import * as Outcome from "./Outcome.ts"
import * as WebhookClient from "./WebhookClient.ts"

/**
 * `Responded`: the receiver has responded, or failed to. `Recorded`: the result is committed.
 *
 * @category models
 * @since 0.1.0
 */
export type Progress =
  | { readonly _tag: "Responded"; readonly outcome: Outcome.Outcome }
  | { readonly _tag: "Recorded"; readonly outcome: Outcome.Outcome }

/**
 * Attempts a delivery. Calls `onProgress` twice: `Responded`, then `Recorded`.
 *
 * @category models
 * @since 0.1.0
 */
export type Attempt = (
  integration: string,
  target: Target,
  delivery: LeasedDelivery,
  onProgress: (progress: Progress) => void,
) => void

/**
 * @category models
 * @since 0.1.0
 */
export interface AttemptOptions {
  /** The worker that holds the leases. */
  readonly worker: string
  /** In milliseconds, for a whole attempt. */
  readonly timeout: number
  /** In milliseconds. Defaults to `RetrySchedule.standard`. */
  readonly retryDelays?: ReadonlyArray<number> | undefined
}

const userAgent = "espalier-notifications"

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  worker,
  timeout,
  retryDelays,
}: AttemptOptions): Effect.fn.Return<Attempt, never, SqlClient.SqlClient | AddressGuard | GroupCommit | Scope.Scope> {
  const client = yield* WebhookClient.make({ timeout })
  const record = yield* AttemptRecorder.make(worker)
  const clock = yield* Clock.Clock
  const random = yield* Random.Random

  /** The first attempt is made at once. */
  const delaysOf = ({ retryDelays: own }: Pick<Target, "retryDelays">) =>
    own === undefined ? retryDelays : [0, ...own]

  return (integration, { url, secrets, ...settings }, { id, event, body, attempts, test }, onProgress) => {
    const at = clock.currentTimeMillisUnsafe()
    const number = attempts + 1
    const isTest = test === 1
    const own = {
      "content-type": "application/json",
      "user-agent": userAgent,
      ...(isTest ? { "webhook-test": "true" } : {}),
      ...WebhookSignature.sign({ id: event, body: body ?? "", secrets, timestamp: at / 1000 }),
    }
    const request = { url: url.href, headers: { ...hidden(settings.headers), ...own } }

    const end = (response: WebhookClient.Response, now: number, outcome: Outcome.Outcome) => {
      onProgress({ _tag: "Responded", outcome })
      record({ delivery: id, integration, number, at, now, request, response, outcome, test: isTest }, () =>
        onProgress({ _tag: "Recorded", outcome }),
      )
    }

    if (body === null) {
      end({ error: "EventMissing", bodyExcerpt: "", duration: 0 }, at, { _tag: "Dead" })
      return
    }
    const headers = { ...settings.headers, ...own }
    client.post({ url, headers, body, timeout: settings.timeout, ca: settings.ca }, (response) => {
      const now = clock.currentTimeMillisUnsafe()
      end(
        response,
        now,
        Outcome.of(response, {
          number,
          now,
          random: random.nextDoubleUnsafe(),
          retryDelays: delaysOf(settings),
          isTest,
        }),
      )
    })
  }
})

/** The headers of a customer may be credentials, so their values are not recorded. */
const hidden = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.keys(headers).map((name) => [name, "(hidden)"]))
