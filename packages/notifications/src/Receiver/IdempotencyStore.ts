/**
 * Remembers which events were handled, so that an event that arrives twice is handled once.
 *
 * The sender delivers at least once: when a response is lost, the event arrives again with the same `webhook-id`.
 */
import { Clock, Duration, Effect, Exit, Latch } from "effect"

/**
 * `Handled`: now. `Duplicate`: it was handled before.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = "Handled" | "Duplicate"

/**
 * `runOnce` runs `handle` unless an event with this id was handled before, and never twice at the same time. When `handle` fails, the id is not
 * remembered, and the caller gets the failure.
 *
 * **Details**
 *
 * Over a database, one transaction does it: insert the id into a table that has it as its key, return `Duplicate` if it exists, otherwise run
 * `handle` and commit. What `handle` writes then commits with the id, a failure rolls both back, and a concurrent attempt waits for the key.
 *
 * @category models
 * @since 0.1.0
 */
export interface IdempotencyStore<out E = never> {
  readonly runOnce: <E1, R>(id: string, handle: Effect.Effect<void, E1, R>) => Effect.Effect<Outcome, E | E1, R>
}

/**
 * {@link IdempotencyStore} with promises.
 *
 * @category models
 * @since 0.1.0
 */
export interface PromiseIdempotencyStore {
  readonly runOnce: (id: string, handle: () => Promise<void>) => Promise<Outcome>
}

/**
 * In the memory of this process: by default the last 10,000 ids, for four days. They are lost when it restarts, and other processes do not have
 * them.
 *
 * Four days, because the sender waits at most a bit more than a day between two attempts.
 *
 * @category constructors
 * @since 0.1.0
 */
export const memory = ({
  capacity = 10_000,
  ttl = "4 days",
}: {
  readonly capacity?: number | undefined
  readonly ttl?: Duration.Input | undefined
} = {}): Effect.Effect<IdempotencyStore> =>
  Effect.sync(() => {
    const kept = Duration.toMillis(Duration.fromInputUnsafe(ttl))
    /** How long each is remembered, in Unix milliseconds, the oldest first. */
    const handled = new Map<string, number>()
    /** Opens when the handling has ended. */
    const handling = new Map<string, Latch.Latch>()

    const remember = (id: string, until: number) => {
      handled.delete(id)
      handled.set(id, until)
      for (const oldest of handled.keys()) {
        if (handled.size <= capacity) break
        handled.delete(oldest)
      }
    }

    const runOnce: IdempotencyStore["runOnce"] = (id, handle) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          for (;;) {
            const now = yield* Clock.currentTimeMillis
            // Nothing yields from here to `set`, so only one fiber finds the id free.
            const other = handling.get(id)
            if (other !== undefined) {
              yield* restore(other.await)
              continue
            }
            if ((handled.get(id) ?? 0) > now) return "Duplicate"
            const latch = Latch.makeUnsafe(false)
            handling.set(id, latch)
            const ended = (exit: Exit.Exit<void, unknown>) =>
              Effect.sync(() => {
                if (Exit.isSuccess(exit)) remember(id, now + kept)
                handling.delete(id)
                latch.openUnsafe()
              })
            yield* Effect.onExit(restore(handle), ended)
            return "Handled"
          }
        }),
      )

    return { runOnce }
  })
