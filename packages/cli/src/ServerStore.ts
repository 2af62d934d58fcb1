/**
 * The store of the servers, for commands that work on it whether a server is running or not.
 */
import { type Authority, Server, type Store, type StoreError } from "@espalier/server"
import { Effect, Layer, Option, type Redacted } from "effect"
import * as StartError from "./StartError.ts"
import * as UserError from "./UserError.ts"

/**
 * The values of the storage flags.
 *
 * @category models
 * @since 0.1.0
 */
export interface StorageOptions {
  readonly dataDirectory: string
  readonly databaseUrl: Option.Option<Redacted.Redacted>
}

/**
 * Runs an effect with the store of the servers. An error becomes a message that names the flag.
 *
 * @category running
 * @since 0.1.0
 */
export const withStore = <A>(
  { dataDirectory, databaseUrl }: StorageOptions,
  effect: Effect.Effect<A, StoreError, Authority | Store>,
): Effect.Effect<A, UserError.UserError> =>
  Effect.gen(function* () {
    const state = Server.state({ dataDirectory, databaseUrl: Option.getOrUndefined(databaseUrl) })
    const context = yield* Effect.mapError(Layer.build(state), (error) => UserError.make(StartError.message(error)))
    return yield* effect.pipe(
      Effect.provideContext(context),
      Effect.mapError((error) => UserError.make(`--database-url: ${error.message}`)),
    )
  }).pipe(Effect.scoped)
