/**
 * How the server stops: requests under way are finished, new ones and those whose body is still on its way are told to come again, and
 * then it listens no more.
 *
 * A device that is told 503 tries again by itself, and finds another server or this one started anew.
 */
import { Deferred, Effect, type Layer, Ref } from "effect"
import { HttpRouter } from "effect/http"
import { Stopping } from "./Body.ts"
import * as DeviceResponse from "./DeviceResponse.ts"

/** A request that takes longer is given up. */
const longest = "20 seconds"

/**
 * What is under way.
 *
 * @category models
 * @since 0.1.0
 */
export interface Drain {
  /** Over all routes of the router: counts requests, and answers new ones 503 once it stops. */
  readonly middleware: Layer.Layer<never, never, HttpRouter.HttpRouter>
  /** Stops taking requests, and waits for those under way. */
  readonly stop: Effect.Effect<void>
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<Drain> = Effect.gen(function* () {
  const underWay = yield* Ref.make(0)
  const stopping = yield* Deferred.make<void>()
  const done = yield* Deferred.make<void>()
  const busy = DeviceResponse.status(503, { "retry-after": "5", connection: "close" })

  const leave = Effect.gen(function* () {
    const left = yield* Ref.updateAndGet(underWay, (count) => count - 1)
    if (left === 0 && (yield* Deferred.isDone(stopping))) yield* Deferred.succeed(done, undefined)
  })

  return {
    middleware: HttpRouter.use((router) =>
      router.addGlobalMiddleware((routes) =>
        Effect.gen(function* () {
          if (yield* Deferred.isDone(stopping)) return busy
          yield* Ref.update(underWay, (count) => count + 1)
          return yield* routes.pipe(Effect.provideService(Stopping, stopping), Effect.ensuring(leave))
        }),
      ),
    ),
    stop: Effect.gen(function* () {
      yield* Deferred.succeed(stopping, undefined)
      if ((yield* Ref.get(underWay)) > 0) yield* Effect.timeoutOption(Deferred.await(done), longest)
    }),
  }
})
