/**
 * Tells this process's worker that there is something to do, so that it need not wait for its next look at the database.
 *
 * Hints only: what other processes publish is found by looking, and a hint that nobody hears loses nothing.
 */
import { Context, Effect, Latch, Layer, type Scope } from "effect"

/**
 * - `wake`: anything may have become due. Heard by the next `wait`, or by the one that waits.
 * - `published`: these integrations have something due. Heard by those who `listen`, at once.
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
>()("espalier/notifications/Wakeup") {}

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
