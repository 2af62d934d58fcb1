/**
 * Knows which events were handled, so that what comes twice is handled once.
 *
 * The sender promises at least once: an answer that gets lost brings the event again, with the same `webhook-id`.
 */
import { Clock, Duration, Effect, Exit, Latch } from "effect"

/**
 * `Handled` now, or `Repeated`: it was handled before.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = "Handled" | "Repeated"

/**
 * Runs `handle` unless an event of this id was handled before, and never twice at a time. When `handle` fails the id is not remembered, and
 * the failure is the caller's.
 *
 * Over a database, one transaction is all of it: insert the id into a table that has it as its key, say `Repeated` when it was there, else run
 * `handle` and commit. What `handle` writes then commits with the id, a failure takes both back, and another try waits at the key.
 *
 * @category models
 * @since 0.1.0
 */
export interface Seen<out E = never> {
  readonly once: <E1, R>(id: string, handle: Effect.Effect<void, E1, R>) => Effect.Effect<Outcome, E | E1, R>
}

/**
 * {@link Seen} with promises.
 *
 * @category models
 * @since 0.1.0
 */
export interface PromiseSeen {
  readonly once: (id: string, handle: () => Promise<void>) => Promise<Outcome>
}

/**
 * In this process's memory: the last 10,000 ids, for four days, unless told otherwise. A restart forgets them, and other processes do not
 * know them.
 *
 * Four days, because the sender waits for at most a day and a bit between two tries.
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
} = {}): Effect.Effect<Seen> =>
  Effect.sync(() => {
    const kept = Duration.toMillis(Duration.fromInputUnsafe(ttl))
    /** Until when each is remembered, the oldest first. */
    const handled = new Map<string, number>()
    /** Opens when that handling has ended, in whichever way. */
    const handling = new Map<string, Latch.Latch>()

    const remember = (id: string, until: number) => {
      handled.delete(id)
      handled.set(id, until)
      for (const oldest of handled.keys()) {
        if (handled.size <= capacity) break
        handled.delete(oldest)
      }
    }

    const once: Seen["once"] = (id, handle) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          for (;;) {
            const now = yield* Clock.currentTimeMillis
            // From here to `set` nothing yields, so that only one finds nobody before it.
            const other = handling.get(id)
            if (other !== undefined) {
              yield* restore(other.await)
              continue
            }
            if ((handled.get(id) ?? 0) > now) return "Repeated"
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

    return { once }
  })
