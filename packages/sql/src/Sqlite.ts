/**
 * A `SqlClient` over one SQLite database, by `node:sqlite` alone: `@effect/sql-sqlite-node` has no release for this Effect yet.
 *
 * What it promises: a statement or transaction that succeeded outlives the process and the machine's power (write-ahead log,
 * `synchronous=FULL`). Statements run one at a time over one connection, transactions start as `IMMEDIATE`, nested ones are
 * savepoints, foreign keys are enforced. Several processes may share the file: they wait for each other's writes.
 *
 * **Gotchas**
 *
 * A stream outside of a transaction reads over a connection of its own, as of its first row, so that its
 * consumer may write meanwhile; hence it cannot itself write (`INSERT … RETURNING` as a stream fails). In memory, where no
 * second connection sees the database, it reads everything first.
 */
import { closeSync, existsSync, openSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Duration, Effect, type Scope, Semaphore, Stream } from "effect"
import type { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection, type SqlError, Statement } from "effect/sql"
import { DatabaseError } from "./DatabaseError.ts"
import { memory } from "./DatabaseUrl.ts"
import * as SqliteConnection from "./SqliteConnection.ts"
import * as SqliteError from "./SqliteError.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface SqliteOptions {
  /** A file's path, or `:memory:`. The file is made, for its owner alone, when it is not there; its folder must be. */
  readonly path: string
  /** How long a statement waits for another process's lock before it fails as `LockTimeoutError`. Defaults to 5 seconds. */
  readonly busyTimeout?: Duration.Input | undefined
}

/**
 * Opens the database and gives a client that closes it with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  path,
  busyTimeout = Duration.seconds(5),
}: SqliteOptions): Effect.fn.Return<SqlClient.SqlClient, DatabaseError, Scope.Scope | Reactivity.Reactivity> {
  const db = yield* Effect.acquireRelease(open(path), (db) => Effect.sync(() => db.close()))
  const connection = SqliteConnection.make(db, { busyTimeout })
  yield* Effect.forEach(settings, (sql) => connection.executeUnprepared(sql, [], undefined)).pipe(
    // Takes the lock that a writer needs and leaves the file as it is: an unwritable file is an error now, not at the first device.
    Effect.andThen(connection.executeUnprepared("BEGIN IMMEDIATE", [], undefined)),
    Effect.andThen(connection.executeUnprepared("ROLLBACK", [], undefined)),
    Effect.mapError((error) => explain(path, error.reason.cause)),
  )

  const { borrower, transactionAcquirer, onCommitFailure, isTransaction } = SqlClient.makeSqliteAcquirers({
    connection: Effect.succeed(connection),
    semaphore: Semaphore.makeUnsafe(1),
    isTransaction: (self) => self.isTransaction(),
  })
  return yield* SqlClient.make({
    driver: "node-sqlite",
    compiler: Statement.makeCompilerSqlite(),
    // Statements use the other connection; this one serves streams only.
    acquirer: path === memory ? Effect.succeed(readingFirst(connection, borrower)) : reader(path, busyTimeout),
    borrower,
    transactionAcquirer,
    isTransaction,
    onCommitFailure,
    beginTransaction: "BEGIN IMMEDIATE",
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    spanAttributes: [
      ["db.system.name", "sqlite"],
      ["db.namespace", path],
    ],
  })
})

const settings = [
  "PRAGMA journal_mode = WAL",
  "PRAGMA synchronous = FULL",
  // macOS: a plain fsync leaves the data in the disk's own cache.
  "PRAGMA fullfsync = ON",
  "PRAGMA foreign_keys = ON",
  "PRAGMA trusted_schema = OFF",
]

const open = (path: string): Effect.Effect<DatabaseSync, DatabaseError> =>
  // No time-out of SQLite's own: it would hold the event loop. See SqliteConnection.
  Effect.try({
    try: () => {
      if (path !== memory) reserve(path)
      return new DatabaseSync(path, { timeout: 0 })
    },
    catch: (cause) => explain(path, cause),
  })

/** Makes the file for its owner alone, since it may hold secrets; SQLite gives its log the same rights. SQLite reports errors better. */
const reserve = (path: string): void => {
  try {
    closeSync(openSync(path, "ax", 0o600))
  } catch {}
}

const reader = (
  path: string,
  busyTimeout: Duration.Input,
): Effect.Effect<SqlConnection.Connection, SqlError.SqlError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => new DatabaseSync(path, { readOnly: true, timeout: 0 }),
      catch: (cause) => SqliteError.fromCause(cause, "connect"),
    }),
    (db) => Effect.sync(() => db.close()),
  ).pipe(Effect.map((db) => SqliteConnection.make(db, { busyTimeout })))

const readingFirst = (
  connection: SqlConnection.Connection,
  borrow: SqlConnection.Borrower,
): SqlConnection.Connection => ({
  ...connection,
  executeStream: (sql, params, transform) =>
    Stream.fromIterableEffect(borrow((self) => self.execute(sql, params, transform))),
})

const explain = (path: string, cause: unknown): DatabaseError => {
  const folder = dirname(path)
  const fail = (reason: DatabaseError["reason"], message: string) => new DatabaseError({ reason, message })
  switch ((SqliteError.resultCode(cause) ?? 0) & 0xff) {
    case 5:
      return fail("Locked", `Another process holds the SQLite file ${path}. End it, or let it finish its transaction.`)
    case 11:
    case 26:
      return fail("NotADatabase", `${path} is not a SQLite database, or is damaged. Use another file, or restore it.`)
    case 3:
    case 8:
      return fail("NotWritable", `The SQLite file ${path} takes no writes. Give this user write permission to it.`)
    case 13:
      return fail("NotWritable", `There is no space for the SQLite file ${path}. Free space on its disk.`)
    case 14:
      if (!existsSync(folder)) {
        return fail("DirectoryMissing", `The folder ${folder} of the SQLite file does not exist. Create it.`)
      }
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
        return fail("NotWritable", `${path} is a folder. Name a file in it.`)
      }
      return fail(
        "NotWritable",
        `The SQLite file ${path} cannot be opened. Give this user permission to read and write it and its folder.`,
      )
    default:
      return fail(
        "Other",
        `The SQLite file ${path} could not be opened: ${SqliteError.fromCause(cause, "connect").message}.`,
      )
  }
}
