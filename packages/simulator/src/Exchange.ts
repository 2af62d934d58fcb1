/**
 * What a device and its servers said to each other: the last exchanges as a list, all from now on as a stream.
 *
 * An exchange holds every byte of both bodies, secrets included (challenges, tokens): it is for tests and for people who
 * own both sides, not for logs.
 */
import { Effect, PubSub, Ref, Stream } from "effect"

/**
 * One request and its answer.
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
  /** `MessageType`, `Status` (with the command's UUID), `GetCACert`, `profile`, `asset`, …: what kind of request it is. */
  readonly operation: string
  readonly method: string
  /** Where it was meant to go; a `route` may have sent it elsewhere. */
  readonly url: string
  readonly request: Uint8Array
  /** Absent when no answer came. */
  readonly status?: number
  /** Empty when no answer came. */
  readonly answer: Uint8Array
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
  /** Those that happen while it runs. Who reads more than 1,024 behind loses the oldest. */
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
