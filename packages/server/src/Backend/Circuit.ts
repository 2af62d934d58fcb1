/**
 * Stops asking a backend that fails call after call, so that devices hear "later" at once and it can come to its feet.
 *
 * Only `BackendUnavailable` and `InternalServerError` count. The other typed errors are answers of a healthy backend; so is one
 * answer that is `TooLarge`, and a request that never left says nothing either way.
 */
import { Duration, Effect, Exit, Option, type Scope } from "effect"
import { CircuitBreaker } from "effect/persistence"
import { type BackendError, BackendUnavailable } from "./BackendError.ts"
import type { Resolved } from "./BackendOptions.ts"
import * as RetryAfter from "./RetryAfter.ts"

/**
 * Runs a call, or fails with `CircuitOpen` without running it.
 *
 * @category models
 * @since 0.1.0
 */
export type Circuit = <A, R>(call: Effect.Effect<A, BackendError, R>) => Effect.Effect<A, BackendError, R>

/** Lengthens an opening at most to this, whatever `Retry-After` asks. */
const maxOpenDuration = "1 minute"

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ baseUrl, circuitBreaker }: Resolved): Effect.Effect<Circuit, never, Scope.Scope> => {
  if (circuitBreaker === undefined) return Effect.succeed((call) => call)
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
          if (error.reason === "TooLarge" || error.reason === "BadRequest") return CircuitBreaker.ignored
          lastFailure = `${error.reason}: ${error.message}`
          return CircuitBreaker.failure(
            error.retryAfter === undefined ? {} : { retryAfter: Duration.seconds(error.retryAfter) },
          )
        default:
          return CircuitBreaker.success
      }
    }

    const open = (millis: number) =>
      new BackendUnavailable({
        reason: "CircuitOpen",
        message: `${baseUrl.host} is not asked for a while, since call after call failed; the last failure: ${lastFailure}`,
        retryAfter: RetryAfter.fromMillis(millis),
      })

    const circuit: Circuit = (call) =>
      breaker
        .execute(call, { key: baseUrl.prefix, classify })
        .pipe(
          Effect.catchTag("CircuitBreakerError", ({ reason }) =>
            Effect.fail(open(reason._tag === "CircuitOpen" ? Duration.toMillis(reason.retryAfter) : 1000)),
          ),
        )
    return circuit
  }).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))
}
