/**
 * Limits how many calls run and how many wait, so that a slow backend does not use up the memory of the server.
 *
 * A call that waits longer than its queue timeout fails. A running call is not affected by the queue timeout.
 */
import { Effect, Option, Semaphore } from "effect"

/**
 * Runs a call when there is capacity. `queueTimeout` is in milliseconds. `reject` makes the error of a call that finds the queue full
 * or waits too long.
 *
 * @category models
 * @since 0.1.0
 */
export type Bulkhead = <A, E, R, E2>(
  call: Effect.Effect<A, E, R>,
  options: { readonly queueTimeout: number; readonly reject: (why: "QueueFull" | "QueueTimeout") => E2 },
) => Effect.Effect<A, E | E2, R>

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (limits: { readonly concurrency: number; readonly queue: number }): Bulkhead => {
  const semaphore = Semaphore.makeUnsafe(limits.concurrency)
  const ifAvailable = semaphore.withPermitsIfAvailable(1)
  let waiting = 0

  return (call, { queueTimeout, reject }) => {
    const wait = Effect.suspend(() => {
      if (waiting >= limits.queue) return Effect.fail(reject("QueueFull"))
      waiting++
      let isWaiting = true
      const leaveQueue = () => {
        if (isWaiting) waiting--
        isWaiting = false
      }
      const turn = semaphore.withPermit(
        Effect.suspend(() => {
          leaveQueue()
          return call
        }),
      )
      const giveUp = Effect.andThen(
        Effect.sleep(queueTimeout),
        Effect.suspend(() => (isWaiting ? Effect.fail(reject("QueueTimeout")) : Effect.never)),
      )
      return Effect.ensuring(Effect.raceFirst(turn, giveUp), Effect.sync(leaveQueue))
    })
    return Effect.flatMap(ifAvailable(call), Option.match({ onNone: () => wait, onSome: Effect.succeed }))
  }
}
