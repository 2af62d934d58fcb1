/**
 * The last exchanges between devices and the whitelabel server, and each new one as it happens.
 *
 * Kept are 500 of them and 16 MiB, whichever is less. A reader that is slow loses the oldest of those it has not read; one that comes back
 * with the id of the last it read goes on after it, and gets everything that is kept where that id is none of them: it is from another life of
 * the server, or too old.
 */
import type { Exchange } from "@espalier/schema"
import { Context, Deferred, Effect, Layer, PubSub, Stream } from "effect"

/** How many are kept, and how much of them as JSON, in UTF-16 units. */
const limits = { count: 500, size: 16 * 1024 * 1024 }

/**
 * Which exchanges: of one device only, after the one of this id.
 *
 * @category models
 */
export interface Wanted {
  readonly udid?: string | undefined
  readonly after?: string | undefined
}

/**
 * @category services
 */
export class Traffic extends Context.Service<
  Traffic,
  {
    readonly record: (exchange: Exchange) => Effect.Effect<void>
    /** What is kept, and then whatever comes, until `end`. */
    readonly stream: (wanted: Wanted) => Stream.Stream<Exchange>
    /** Ends every stream: the process is about to stop. */
    readonly end: Effect.Effect<void>
  }
>()("@espalier/example-in-memory/Traffic") {
  static readonly layer = Layer.effect(
    Traffic,
    Effect.gen(function* () {
      const kept: Array<{ readonly exchange: Exchange; readonly size: number }> = []
      let size = 0
      const published = yield* PubSub.sliding<Exchange>(limits.count)
      const ended = yield* Deferred.make<void>()

      const keptAfter = (id: string | undefined): ReadonlyArray<Exchange> => {
        const index = kept.findIndex(({ exchange }) => exchange.id === id)
        return kept.slice(index + 1).map(({ exchange }) => exchange)
      }

      return Traffic.of({
        record: (exchange) =>
          Effect.suspend(() => {
            const one = { exchange, size: JSON.stringify(exchange).length }
            kept.push(one)
            size += one.size
            while (kept.length > limits.count || size > limits.size) size -= kept.shift()?.size ?? 0
            return Effect.asVoid(PubSub.publish(published, exchange))
          }),

        stream: ({ udid, after }) =>
          Stream.unwrap(
            Effect.map(PubSub.subscribe(published), (subscription) => {
              // One that is kept already may be on its way to the subscription still.
              const last = kept.at(-1)?.exchange
              const live = Stream.filter(Stream.fromSubscription(subscription), (exchange) => exchange !== last)
              return Stream.concat(Stream.fromIterable(keptAfter(after)), live)
            }),
          ).pipe(
            Stream.filter((exchange) => udid === undefined || exchange.udid === udid),
            Stream.interruptWhen(Deferred.await(ended)),
          ),

        end: Effect.asVoid(Deferred.succeed(ended, undefined)),
      })
    }),
  )
}
