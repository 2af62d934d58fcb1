/**
 * Stops calling a backend after consecutive failures, so that devices receive 503 immediately and the backend can recover.
 *
 * Only `BackendUnavailable` and `InternalServerError` count. The other typed errors come from a healthy backend; so does a response that is
 * `TooLarge`, and an `UnencodableRequest` never reached it.
 */
import { RetryAfter } from "@espalier/http"
import { Duration, Effect, Exit, Option, type Scope } from "effect"
import { CircuitBreaker } from "effect/persistence"
import { type BackendError, BackendUnavailable } from "./BackendError.ts"
import type { Resolved } from "./BackendOptions.ts"

/**
 * Runs a call, or fails with `CircuitOpen` without running it.
 *
 * @category models
 * @since 0.1.0
 */
export type Circuit = <A, R>(call: Effect.Effect<A, BackendError, R>) => Effect.Effect<A, BackendError, R>

/** The circuit stays open at most this long, whatever `Retry-After` asks. */
const maxOpenDuration = "1 minute"

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ baseUrl, circuitBreaker }: Resolved): Effect.Effect<Circuit, never, Scope.Scope> => {
  if (circuitBreaker === false) return Effect.succeed((call) => call)
  return Effect.gen(function* () {
    const breaker = yield* CircuitBreaker.make({
      tripPolicy: CircuitBreaker.consecutive(circuitBreaker.failures),
      openDuration: circuitBreaker.openFor,
      maxOpenDuration,
    })
    let lastFailure = "none"

    const classify = (exit: Exit.Exit<unknown, BackendError>): CircuitBreaker.Outcome => {
      if (Exit.isSuccess(exit)) return CircuitBreaker.success
      const error = Option.getOrUndefined(Exit.findErrorOption(exit))
      if (error === undefined) return CircuitBreaker.failure()
      switch (error._tag) {
        case "InternalServerError":
          lastFailure = "InternalServerError"
          return CircuitBreaker.failure()
        case "BackendUnavailable":
          if (error.reason === "TooLarge" || error.reason === "UnencodableRequest") return CircuitBreaker.ignored
          lastFailure = `${error.reason}: ${error.message}`
          return CircuitBreaker.failure(
            error.retryAfter === undefined ? {} : { retryAfter: Duration.seconds(error.retryAfter) },
          )
        default:
          return CircuitBreaker.success
      }
    }

    const open = (wait: Duration.Input) =>
      new BackendUnavailable({
        reason: "CircuitOpen",
        message: `${baseUrl.host} is not called for a while after consecutive failures; the last one: ${lastFailure}`,
        retryAfter: RetryAfter.toSeconds(wait, 3600),
      })

    const circuit: Circuit = (call) =>
      breaker
        .execute(call, { key: baseUrl.prefix, classify })
        .pipe(
          Effect.catchTag("CircuitBreakerError", ({ reason }) =>
            Effect.fail(open(reason._tag === "CircuitOpen" ? reason.retryAfter : "1 second")),
          ),
        )
    return circuit
  }).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))
}
