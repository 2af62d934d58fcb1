/**
 * Metrics of the calls to a backend.
 *
 * - `espalier_backend_calls_total`: calls by `webhook` and `outcome`.
 * - `espalier_backend_call_duration_seconds`: the duration of calls by `webhook`, all attempts together.
 *
 * `outcome` is `success`, `interrupted`, `defect`, an error's tag or the reason of a `BackendUnavailable`, in snake case
 * (`unknown_device`, `circuit_open`).
 */
import type { WebhookName } from "@espalier/schema"
import { Cause, Clock, Effect, Exit, Metric, Option, String } from "effect"
import type { BackendError } from "./BackendError.ts"

const calls = Metric.counter("espalier_backend_calls_total", {
  description: "Calls to the management backend, by webhook and outcome",
  incremental: true,
})

const durations = Metric.histogram("espalier_backend_call_duration_seconds", {
  description: "Duration of calls to the management backend, all attempts together",
  boundaries: Metric.exponentialBoundaries({ start: 0.001, factor: 2, count: 16 }),
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
          Metric.update(duration, (clock.currentTimeMillisUnsafe() - startedAt) / 1000),
        ),
      )
    })
}

const outcomeOf = (exit: Exit.Exit<unknown, BackendError>): string => {
  if (Exit.isSuccess(exit)) return "success"
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (error !== undefined) {
    return String.pascalToSnake(error._tag === "BackendUnavailable" ? error.reason : error._tag)
  }
  return Cause.hasInterruptsOnly(exit.cause) ? "interrupted" : "defect"
}
