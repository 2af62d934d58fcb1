/**
 * What is counted of calls to a backend.
 *
 * - `espalier_backend_calls_total`: calls by `webhook` and `outcome`.
 * - `espalier_backend_call_duration`: how long they took in all, in milliseconds, by `webhook`.
 *
 * `outcome` is `Success`, an error's tag, `Interrupted`, `Defect`, or the reason of a `BackendUnavailable`.
 */
import type { WebhookName } from "@espalier/schema"
import { Cause, Clock, Duration, Effect, Exit, Metric, Option } from "effect"
import type { BackendError } from "./BackendError.ts"

const calls = Metric.counter("espalier_backend_calls_total", {
  description: "Calls to the management backend, by webhook and outcome",
  incremental: true,
})

const durations = Metric.timer("espalier_backend_call_duration", {
  description: "Time a call to the management backend took, all its tries together",
  boundaries: Metric.exponentialBoundaries({ start: 1, factor: 2, count: 16 }),
})

/**
 * Counts and times a call.
 *
 * @category metrics
 * @since 0.1.0
 */
export const measured = (name: WebhookName) => {
  const duration = Metric.withAttributes(durations, { webhook: name })
  return <A, R>(call: Effect.Effect<A, BackendError, R>): Effect.Effect<A, BackendError, R> =>
    Clock.clockWith((clock) => {
      const startedAt = clock.currentTimeMillisUnsafe()
      return Effect.onExit(call, (exit) =>
        Effect.andThen(
          Metric.update(Metric.withAttributes(calls, { webhook: name, outcome: outcomeOf(exit) }), 1),
          Metric.update(duration, Duration.millis(clock.currentTimeMillisUnsafe() - startedAt)),
        ),
      )
    })
}

const outcomeOf = (exit: Exit.Exit<unknown, BackendError>): string => {
  if (Exit.isSuccess(exit)) return "Success"
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (error !== undefined) return error._tag === "BackendUnavailable" ? error.reason : error._tag
  return Cause.hasInterruptsOnly(exit.cause) ? "Interrupted" : "Defect"
}
