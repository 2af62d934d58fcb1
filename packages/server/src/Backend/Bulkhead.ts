/**
 * Lets so many calls run at a time and so many wait, no more: a slow backend must not collect all the memory of the server.
 *
 * Whoever waits gives up after its patience; whoever runs is not disturbed by it.
 */
import { Effect, Option, Semaphore } from "effect"

/**
 * Runs a call when its turn comes. `patience`: milliseconds. `refuse`: the failure of a call that finds no place, or waited
 * too long.
 *
 * @category models
 * @since 0.1.0
 */
export type Bulkhead = <A, E, R, E2>(
  call: Effect.Effect<A, E, R>,
  options: { readonly patience: number; readonly refuse: (why: "Full" | "Waited") => E2 },
) => Effect.Effect<A, E | E2, R>

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (limits: { readonly concurrency: number; readonly queue: number }): Bulkhead => {
  const semaphore = Semaphore.makeUnsafe(limits.concurrency)
  const tryAtOnce = semaphore.withPermitsIfAvailable(1)
  let waiting = 0

  return (call, { patience, refuse }) => {
    const wait = Effect.suspend(() => {
      if (waiting >= limits.queue) return Effect.fail(refuse("Full"))
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
        Effect.sleep(patience),
        Effect.suspend(() => (isWaiting ? Effect.fail(refuse("Waited")) : Effect.never)),
      )
      return Effect.ensuring(Effect.raceFirst(turn, giveUp), Effect.sync(leaveQueue))
    })
    return Effect.flatMap(tryAtOnce(call), Option.match({ onNone: () => wait, onSome: Effect.succeed }))
  }
}
