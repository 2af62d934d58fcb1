/**
 * The requests of a device and the responses of its servers: the last exchanges as a list, and new ones as a stream.
 *
 * An exchange holds every byte of both bodies, secrets included (challenges, tokens): use it for tests and where
 * both sides are yours, not for logs.
 */
import { Effect, PubSub, Ref, Stream } from "effect"

/**
 * One request and its response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Exchange {
  /** Counts this device's requests, from 1. */
  readonly number: number
  /** When the request was sent. */
  readonly at: Date
  /** `device`, or `user:` and the user's short name. */
  readonly channel: string
  /** `MessageType`, `Status` (with the command's UUID), `GetCACert`, `profile`, `asset`, …: the kind of request. */
  readonly operation: string
  readonly method: string
  /** The original URL; `route` may have sent it to another server. */
  readonly url: string
  readonly request: Uint8Array
  /** Absent without a response. */
  readonly status?: number
  /** Empty without a response. */
  readonly response: Uint8Array
}

/**
 * A device's exchanges.
 *
 * @category models
 * @since 0.1.0
 */
export interface Log {
  /** The last of them, oldest first. */
  readonly all: Effect.Effect<ReadonlyArray<Exchange>>
  /** New exchanges. A reader that is more than 1,024 behind loses the oldest. */
  readonly stream: Stream.Stream<Exchange>
  readonly record: (exchange: Exchange) => Effect.Effect<void>
}

/**
 * A log that keeps the last `keep` exchanges.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeLog = (keep: number): Effect.Effect<Log> =>
  Effect.gen(function* () {
    const kept = yield* Ref.make<ReadonlyArray<Exchange>>([])
    const published = yield* PubSub.sliding<Exchange>(1024)
    return {
      all: Ref.get(kept),
      stream: Stream.fromPubSub(published),
      record: (exchange) =>
        Ref.update(kept, (before) => (keep > 0 ? [...before.slice(1 - keep || before.length), exchange] : [])).pipe(
          Effect.andThen(PubSub.publish(published, exchange)),
          Effect.asVoid,
        ),
    }
  })
