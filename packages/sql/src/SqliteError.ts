/**
 * The errors of `node:sqlite`, as the reasons of Effect's `SqlError`.
 *
 * Node puts SQLite's extended result code into `errcode` (https://www.sqlite.org/rescode.html), where effect's own
 * `classifySqliteError` does not look; and a taken primary key is a `UniqueViolation` here, as it is with PostgreSQL. SQLite's
 * messages name tables and columns, never a value.
 */
import { Predicate } from "effect"
import { SqlError } from "effect/sql"

/**
 * SQLite's extended result code of an error that `node:sqlite` threw; `undefined` for other errors, such as a parameter that
 * SQLite has no type for.
 *
 * @category getters
 * @since 0.1.0
 */
export const resultCode = (cause: unknown): number | undefined =>
  Predicate.hasProperty(cause, "errcode") && typeof cause.errcode === "number" ? cause.errcode : undefined

/**
 * Classifies what `node:sqlite` threw.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromCause = (cause: unknown, operation: string): SqlError.SqlError =>
  new SqlError.SqlError({ reason: reasonOf(cause, operation) })

const reasonOf = (cause: unknown, operation: string): SqlError.SqlErrorReason => {
  const text = Predicate.hasProperty(cause, "message") && typeof cause.message === "string" ? cause.message : ""
  const message = `SQLite: ${text === "" ? "unknown error" : text}`
  const props = { cause, message, operation }
  const code = resultCode(cause)
  if (code === undefined) return new SqlError.UnknownError(props)
  if (code === UNIQUE || code === PRIMARY_KEY || code === ROWID) {
    const constraint = /^UNIQUE constraint failed: (.+)$/.exec(text)?.[1] ?? "unknown"
    return new SqlError.UniqueViolation({ ...props, constraint })
  }
  switch (code & 0xff) {
    case ERROR:
      return /syntax error|no such|already exists|incomplete input|unrecognized token|has no column/.test(text)
        ? new SqlError.SqlSyntaxError(props)
        : new SqlError.UnknownError(props)
    case BUSY:
    case LOCKED:
      return new SqlError.LockTimeoutError(props)
    case PERM:
    case READONLY:
    case AUTH:
      return new SqlError.AuthorizationError(props)
    case CONSTRAINT:
      return new SqlError.ConstraintError(props)
    case CANTOPEN:
    case NOTADB:
      return new SqlError.ConnectionError(props)
    default:
      return new SqlError.UnknownError(props)
  }
}

const ERROR = 1
const PERM = 3
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const CANTOPEN = 14
const CONSTRAINT = 19
const AUTH = 23
const NOTADB = 26
const PRIMARY_KEY = 1555
const UNIQUE = 2067
const ROWID = 2579
