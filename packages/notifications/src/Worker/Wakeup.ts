/**
 * Tells the worker of this process that deliveries are due, so that it need not wait for its next poll of the database.
 *
 * These are hints only: a worker finds what other processes publish by polling, and a hint without a listener loses nothing.
 */
import { Context, Effect, Latch, Layer, type Scope } from "effect"

/**
 * - `wake`: any delivery may have become due. Ends the present or the next `wait`.
 * - `published`: these integrations have a due delivery. Calls the listeners of `listen` at once.
 *
 * @category services
 * @since 0.1.0
 */
export class Wakeup extends Context.Service<
  Wakeup,
  {
    readonly wake: Effect.Effect<void>
    readonly wait: Effect.Effect<void>
    readonly published: (integrations: ReadonlyArray<string>) => void
    readonly listen: (listener: (integration: string) => void) => Effect.Effect<void, never, Scope.Scope>
  }
>()("@espalier/notifications/Wakeup") {}

/**
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Wakeup> = Layer.effect(
  Wakeup,
  Effect.map(Latch.make(false), (latch) => {
    const listeners = new Set<(integration: string) => void>()
    return {
      wake: Effect.asVoid(latch.open),
      wait: Effect.andThen(latch.await, Effect.asVoid(latch.close)),
      published: (integrations) => {
        for (const listener of listeners) for (const integration of integrations) listener(integration)
      },
      listen: (listener) =>
        Effect.acquireRelease(
          Effect.sync(() => listeners.add(listener)),
          () => Effect.sync(() => listeners.delete(listener)),
        ),
    }
  }),
)
