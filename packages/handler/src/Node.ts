/**
 * The webhooks as a listener for `node:http`, and for everything that takes one, such as Express.
 *
 * Mount it before anything that reads the body: the signature is over the raw bytes.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Exit, type Layer, Scope } from "effect"
import { type Backend, type Options, toHttpEffect } from "./Webhooks.ts"

/**
 * Builds the backend and returns its listener. `dispose` interrupts the requests in progress and closes the backend's layers.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toNodeListener = <E>(
  backend: Layer.Layer<Backend, E>,
  options?: Options,
): Effect.Effect<
  {
    readonly listener: (request: IncomingMessage, response: ServerResponse) => void
    readonly dispose: Effect.Effect<void>
  },
  E
> =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const listener = yield* toHttpEffect(backend, options).pipe(
      Effect.flatMap((effect) => NodeHttpServer.makeHandler(effect, { scope })),
      Scope.provide(scope),
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))),
    )
    return { listener, dispose: Scope.close(scope, Exit.void) }
  })
