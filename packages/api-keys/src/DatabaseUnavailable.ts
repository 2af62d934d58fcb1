/**
 * The answer of an HTTP API while its database fails: 503 without the cause. The log has the kind of failure.
 */
import { Effect } from "effect"
import { HttpApiError } from "effect/http-api"
import { SqlError } from "effect/sql"

/**
 * 503: the database failed or did not respond. Retry after `Retry-After` seconds.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatabaseUnavailable extends HttpApiError.Problem<DatabaseUnavailable>()("DatabaseUnavailable", {
  type: "urn:espalier:problem:database-unavailable",
  status: 503,
  title: "Service temporarily unavailable",
}) {}

/**
 * Turns the database's failures into {@link DatabaseUnavailable}, and logs their kind.
 *
 * @category combinators
 * @since 0.1.0
 */
export const orDatabaseUnavailable = <A, E, R>(self: Effect.Effect<A, E | SqlError.SqlError, R>) =>
  Effect.catchIf(
    self,
    (error): error is SqlError.SqlError => SqlError.isSqlError(error),
    ({ reason }) =>
      Effect.andThen(Effect.logError("the database failed", reason._tag), Effect.fail(new DatabaseUnavailable({}))),
  )
