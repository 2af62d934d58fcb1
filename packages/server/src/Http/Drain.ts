/**
 * How the server stops: running requests are finished, new requests and those whose body is incomplete get 503 with `Retry-After`, then it closes its
 * port.
 *
 * A device that receives 503 tries again later, and reaches another server or this one after its restart.
 */
import { Problem, RequestBody, RetryAfter } from "@espalier/http"
import { Deferred, Effect, type Layer, Ref } from "effect"
import { HttpRouter } from "effect/http"

/** Requests that take longer are interrupted. */
const gracePeriod = "20 seconds"

/**
 * The running requests.
 *
 * @category models
 * @since 0.1.0
 */
export interface Drain {
  /** Counts the requests to all routes of the router, and rejects new ones after `stop`. */
  readonly middleware: Layer.Layer<never, never, HttpRouter.HttpRouter>
  /** Rejects new requests, and waits for the running ones. */
  readonly stop: Effect.Effect<void>
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<Drain> = Effect.gen(function* () {
  const running = yield* Ref.make(0)
  const stopping = yield* Deferred.make<void>()
  const done = yield* Deferred.make<void>()
  const shuttingDown = Problem.toResponse(
    new Problem.Problem({
      status: 503,
      detail: "Shutting down; retry later",
      headers: { "retry-after": RetryAfter.format("5 seconds"), connection: "close" },
    }),
  )

  const leave = Effect.gen(function* () {
    const left = yield* Ref.updateAndGet(running, (count) => count - 1)
    if (left === 0 && (yield* Deferred.isDone(stopping))) yield* Deferred.succeed(done, undefined)
  })

  return {
    middleware: HttpRouter.use((router) =>
      router.addGlobalMiddleware((routes) =>
        Effect.gen(function* () {
          if (yield* Deferred.isDone(stopping)) return shuttingDown
          yield* Ref.update(running, (count) => count + 1)
          return yield* routes.pipe(Effect.provideService(RequestBody.StopSignal, stopping), Effect.ensuring(leave))
        }),
      ),
    ),
    stop: Effect.gen(function* () {
      yield* Deferred.succeed(stopping, undefined)
      if ((yield* Ref.get(running)) > 0) yield* Effect.timeoutOption(Deferred.await(done), gracePeriod)
    }),
  }
})
