/**
 * One connection of `node:sqlite` as effect's `SqlConnection`: prepared statements are kept, values go both ways, errors have reasons.
 *
 * **Gotchas**
 *
 * `node:sqlite` is synchronous, so a statement holds the event loop while it runs and while its commit reaches
 * the disk. Waiting for the lock of another process does not: the statement is retried from the event loop until `busyTimeout` has passed.
 * Inside a transaction nothing is retried; `BEGIN IMMEDIATE` has the lock already. One statement per call: SQLite would
 * ignore the rest silently; here it is a syntax error, as with PostgreSQL.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import { Duration, Effect, Option, Schedule, type Scope, Stream } from "effect"
import type { SqlConnection, SqlError } from "effect/sql"
import * as SqliteError from "./SqliteError.ts"
import { bindings, integer, type Row, row, values } from "./SqliteValue.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface SqliteConnection extends SqlConnection.Connection {
  readonly isTransaction: () => boolean
}

/**
 * @category models
 * @since 0.1.0
 */
export interface SqliteConnectionOptions {
  /** How long to ask again for a lock that another process holds. */
  readonly busyTimeout: Duration.Input
  /** How many prepared statements to keep; the least recently used one goes first. Defaults to 200. */
  readonly preparedStatements?: number
}

/**
 * The connection over an open database. The caller that opened it closes it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (db: DatabaseSync, options: SqliteConnectionOptions): SqliteConnection => {
  const cache = new StatementCache(db, options.preparedStatements ?? 200)
  const timeoutMillis = Duration.toMillis(Duration.fromInputUnsafe(options.busyTimeout))

  const run = <A>(operation: string, work: () => A): Effect.Effect<A, SqlError.SqlError> =>
    Effect.catchIf(attempt(operation, work), isLocked, (error) =>
      db.isTransaction ? Effect.fail(error) : retryWhileLocked(operation, work, timeoutMillis),
    )

  const execute = (
    sql: string,
    params: ReadonlyArray<unknown>,
    transform: Transform | undefined,
    statementOf: (sql: string) => StatementSync,
  ) => {
    const rows = run("execute", () => all(statementOf(sql), params))
    return transform === undefined ? rows : Effect.map(rows, transform)
  }

  const executeValues = (sql: string, params: ReadonlyArray<unknown>) =>
    run("executeValues", () => {
      const statement = prepare(db, sql)
      statement.setReturnArrays(true)
      const found: ReadonlyArray<unknown> = statement.all(...bindings(params))
      return found.map(values)
    })

  return {
    isTransaction: () => db.isTransaction,
    execute: (sql, params, transform) => execute(sql, params, transform, (sql) => cache.get(sql)),
    executeUnprepared: (sql, params, transform) => execute(sql, params, transform, (sql) => prepare(db, sql)),
    executeValues,
    executeValuesUnprepared: executeValues,
    // The rows of a query; of any other statement, what it changed.
    executeRaw: (sql, params) =>
      run("executeRaw", () => {
        const statement = cache.get(sql)
        if (statement.columns().length > 0) return all(statement, params)
        const { changes, lastInsertRowid } = statement.run(...bindings(params))
        return { changes: Number(changes), lastInsertRowid: integer(lastInsertRowid) }
      }),
    executeStream: (sql, params, transform) =>
      Stream.unwrap(
        Effect.map(cursor(run("executeStream", () => prepare(db, sql).iterate(...bindings(params)))), (rows) =>
          Stream.paginate(rows, () =>
            Effect.map(
              attempt("executeStream", () => next(rows)),
              (page) => [
                transform === undefined ? page : transform(page),
                page.length < pageSize ? Option.none() : Option.some(rows),
              ],
            ),
          ),
        ),
      ),
  }
}

type Transform = <A extends object>(rows: ReadonlyArray<A>) => ReadonlyArray<A>

const attempt = <A>(operation: string, work: () => A): Effect.Effect<A, SqlError.SqlError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(work())
    } catch (cause) {
      return Effect.fail(SqliteError.fromCause(cause, operation))
    }
  })

const isLocked = (error: SqlError.SqlError): boolean => error.reason._tag === "LockTimeoutError"

/** Repeats the statement until the lock is free or `timeoutMillis` have passed; fails with the error of the last attempt. */
const retryWhileLocked = <A>(
  operation: string,
  work: () => A,
  timeoutMillis: number,
): Effect.Effect<A, SqlError.SqlError> =>
  Effect.retry(Effect.delay(attempt(operation, work), "1 millis"), {
    while: isLocked,
    schedule: Schedule.upTo(Schedule.min([Schedule.exponential("2 millis"), Schedule.spaced("50 millis")]), {
      duration: timeoutMillis,
    }),
  })

const all = (statement: StatementSync, params: ReadonlyArray<unknown>): ReadonlyArray<Row> =>
  statement.all(...bindings(params)).map(row)

type Rows = NodeJS.Iterator<Row>

/** A stream that ends early gives up its place in the table, so that it holds no lock. */
const cursor = (open: Effect.Effect<Rows, SqlError.SqlError>): Effect.Effect<Rows, SqlError.SqlError, Scope.Scope> =>
  Effect.acquireRelease(open, (rows) => Effect.sync(() => rows.return?.()))

const pageSize = 128

const next = (rows: Rows): ReadonlyArray<Row> => {
  const page: Array<Row> = []
  while (page.length < pageSize) {
    const step = rows.next()
    if (step.done) break
    page.push(row(step.value))
  }
  return page
}

const prepare = (db: DatabaseSync, sql: string): StatementSync => {
  const statement = db.prepare(sql)
  // SQLite keeps of the text only what it compiled.
  const rest = sql.trimStart().slice(statement.sourceSQL.trimStart().length)
  if (rest !== "" && !/^(\s|;|--.*(\n|$)|\/\*[\s\S]*?\*\/)*$/.test(rest)) {
    throw Object.assign(new Error("syntax error: more than one statement"), { errcode: 1 })
  }
  statement.setReadBigInts(true)
  return statement
}

/** Prepared statements by their text. A `Map` keeps the order of insertion, so its first key is the least recently used one. */
class StatementCache {
  readonly #db: DatabaseSync
  readonly #capacity: number
  readonly #statements = new Map<string, StatementSync>()

  constructor(db: DatabaseSync, capacity: number) {
    this.#db = db
    this.#capacity = capacity
  }

  get(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) this.#statements.delete(sql)
    const statement = known ?? prepare(this.#db, sql)
    this.#statements.set(sql, statement)
    if (this.#statements.size > this.#capacity) {
      const [oldest = sql] = this.#statements.keys()
      this.#statements.delete(oldest)
    }
    return statement
  }
}
