/**
 * A `SqlClient` over a pool of PostgreSQL connections in which every statement and every wait for a connection has a deadline.
 *
 * A statement that exceeds it fails as a `ConnectionError` with the code `ETIMEDOUT`; it is unknown whether it took effect. Its connection is
 * closed, and so is every other one that was open at that time: what made one silent has usually made all silent. The next statement
 * opens a new connection.
 */
import { PgClient, type PgConnection, PgPool } from "@effect/sql-pg"
import { Duration, Effect, type Scope, Stream } from "effect"
import type { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection, SqlError } from "effect/sql"
import { StatementDeadline, within } from "./StatementDeadline.ts"

/**
 * Makes the client. The pool is closed with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  config: PgPool.Config & { readonly maxConnections: number },
): Effect.fn.Return<SqlClient.SqlClient, SqlError.SqlError, Scope.Scope | Reactivity.Reactivity> {
  const pool = yield* PgPool.make(config)
  const deadline = Effect.map(StatementDeadline, (limit) => Duration.toMillis(Duration.fromInputUnsafe(limit)))
  /** The connections in use or idle, by the server's process. */
  const open = new Map<number, PgConnection.PgConnection>()

  const closeAll = Effect.suspend(() => {
    const all = [...open.values()]
    open.clear()
    return Effect.forEach(all, pool.invalidate, { discard: true })
  })

  const checkedOut = (
    checkout: Effect.Effect<PgConnection.PgConnection, SqlError.SqlError, Scope.Scope>,
  ): Effect.Effect<SqlConnection.Connection, SqlError.SqlError, Scope.Scope> =>
    Effect.flatMap(deadline, (millis) =>
      Effect.map(
        within(checkout, { millis, onTimeout: timedOut("no connection became free in time") }),
        (connection) => {
          // Those that the pool has replaced meanwhile are not of interest.
          if (open.size >= 2 * config.maxConnections) open.clear()
          open.set(connection.processId, connection)
          return adapt(connection)
        },
      ),
    )

  const adapt = (connection: PgConnection.PgConnection): SqlConnection.Connection => {
    let isSilent = false
    const limited = <A>(statement: Effect.Effect<A, SqlError.SqlError>): Effect.Effect<A, SqlError.SqlError> =>
      Effect.flatMap(deadline, (millis) =>
        // A transaction's ROLLBACK: there is nothing to wait for.
        isSilent
          ? timedOut("the connection does not respond")
          : within(statement, {
              millis,
              onTimeout: Effect.suspend(() => {
                isSilent = true
                return Effect.andThen(closeAll, timedOut("the database does not respond"))
              }),
            }),
      )
    const rows = (sql: string, params: ReadonlyArray<unknown>, prepare: boolean) =>
      limited(Effect.map(connection.query(sql, params, prepare), (result) => result.rows))
    const execute =
      (prepare: boolean): SqlConnection.Connection["execute"] =>
      (sql, params, transform) =>
        transform === undefined ? rows(sql, params, prepare) : Effect.map(rows(sql, params, prepare), transform)
    return {
      execute: execute(true),
      executeUnprepared: execute(false),
      executeRaw: (sql, params) => limited(connection.query(sql, params)),
      executeValues: (sql, params) => limited(connection.queryValues(sql, params)),
      executeValuesUnprepared: (sql, params) => limited(connection.queryValues(sql, params, false)),
      executeStream: (sql, params, transform) => {
        const stream = connection.stream(sql, params)
        return transform === undefined ? stream : Stream.map(stream, (row) => transform([row])[0])
      },
    }
  }

  const acquirer = checkedOut(pool.get)
  return yield* SqlClient.make({
    driver: "pg",
    acquirer,
    borrower: (use) => Effect.scoped(Effect.flatMap(acquirer, use)),
    transactionAcquirer: checkedOut(pool.reserve),
    compiler: PgClient.makeCompiler(),
    prepareTransactionControls: true,
    commit,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    spanAttributes: [
      ["db.system.name", "postgresql"],
      ["db.namespace", config.database ?? config.username ?? "postgres"],
      ["server.address", config.host ?? "localhost"],
      ["server.port", config.port ?? 5432],
    ],
  })
})

/** PostgreSQL answers `COMMIT` of a failed transaction with success and the tag `ROLLBACK`. */
const commit = (connection: SqlConnection.Connection): Effect.Effect<void, SqlError.SqlError> =>
  Effect.flatMap(connection.executeRaw("COMMIT", []), (result) =>
    typeof result === "object" && result !== null && "command" in result && result.command === "ROLLBACK"
      ? Effect.fail(
          new SqlError.SqlError({
            reason: new SqlError.UnknownError({
              cause: new Error("the transaction had failed"),
              message: "COMMIT rolled back a failed transaction",
              operation: "commit",
            }),
          }),
        )
      : Effect.void,
  )

const timedOut = (message: string): Effect.Effect<never, SqlError.SqlError> =>
  Effect.fail(
    new SqlError.SqlError({
      reason: new SqlError.ConnectionError({
        cause: Object.assign(new Error(message), { code: "ETIMEDOUT" }),
        message,
        operation: "execute",
      }),
    }),
  )
