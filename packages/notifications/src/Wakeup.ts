/**
 * Tells this process's worker that there is something to do, so that it need not wait for its next look at the database.
 *
 * A hint only: what other processes publish is found by looking, and a hint that nobody hears loses nothing.
 */
import { Context, Effect, Latch, Layer } from "effect"

/**
 * `wake` is heard by the next `wait`, or by the one that waits.
 *
 * @category services
 */
export class Wakeup extends Context.Service<
  Wakeup,
  { readonly wake: Effect.Effect<void>; readonly wait: Effect.Effect<void> }
>()("espalier/notifications/Wakeup") {}

/**
 * @category layers
 */
export const layer: Layer.Layer<Wakeup> = Layer.effect(
  Wakeup,
  Effect.map(Latch.make(false), (latch) => ({
    wake: Effect.asVoid(latch.open),
    wait: Effect.andThen(latch.await, Effect.asVoid(latch.close)),
  })),
)
