/**
 * The last exchanges between devices and the whitelabel server, and each new one as it happens.
 *
 * **Details**
 *
 * Keeps the newest 500 exchanges, or fewer where they are larger than 16 MiB together. A slow reader loses the oldest of those it has not read. A reader
 * that reconnects with the id of the last exchange it read continues after it; it receives everything that is kept where this id is no longer known,
 * because it is too old or from before a restart.
 */
import type { Exchange } from "@espalier/schema"
import { Context, Deferred, Effect, Layer, PubSub, Stream } from "effect"

/** How many are kept, and their size as JSON, in UTF-16 units. */
const limits = { count: 500, size: 16 * 1024 * 1024 }

/**
 * Which exchanges to read: only those of one device, only those after the one with this id.
 *
 * @category models
 * @since 0.1.0
 */
export interface ExchangeFilter {
  readonly udid?: string | undefined
  readonly after?: string | undefined
}

/**
 * The exchanges of all devices.
 *
 * @category services
 * @since 0.1.0
 */
export class ExchangeLog extends Context.Service<
  ExchangeLog,
  {
    readonly record: (exchange: Exchange) => Effect.Effect<void>
    /** What is kept, then each new exchange, until `end`. */
    readonly stream: (filter: ExchangeFilter) => Stream.Stream<Exchange>
    /** Ends every stream, before the process stops. */
    readonly end: Effect.Effect<void>
  }
>()("@espalier/devices/ExchangeLog") {
  /** Keeps exchanges in memory: they are gone when the process ends. */
  static readonly layerMemory: Layer.Layer<ExchangeLog> = Layer.effect(
    ExchangeLog,
    Effect.gen(function* () {
      const kept: Array<{ readonly exchange: Exchange; readonly size: number }> = []
      let size = 0
      const published = yield* PubSub.sliding<Exchange>(limits.count)
      const ended = yield* Deferred.make<void>()

      const keptAfter = (id: string | undefined): ReadonlyArray<Exchange> => {
        const index = kept.findIndex(({ exchange }) => exchange.id === id)
        return kept.slice(index + 1).map(({ exchange }) => exchange)
      }

      return ExchangeLog.of({
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
              // An exchange that is already kept may still reach the subscription.
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
