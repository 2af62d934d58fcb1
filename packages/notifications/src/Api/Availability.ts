/**
 * What callers hear of a database that fails: 503, and nothing of why. The log says which kind of failure it was.
 */
import { Effect } from "effect"
import { SqlError } from "effect/sql"
import { Unavailable } from "./Authorization.ts"

/**
 * Turns the database's failures into {@link Unavailable}.
 *
 * @category combinators
 * @since 0.1.0
 */
export const orUnavailable = <A, E, R>(self: Effect.Effect<A, E | SqlError.SqlError, R>) =>
  Effect.catchIf(
    self,
    (error): error is SqlError.SqlError => SqlError.isSqlError(error),
    ({ reason }) =>
      Effect.andThen(Effect.logError("the database failed", reason._tag), Effect.fail(new Unavailable({}))),
  )
