/**
 * The kind of a failed statement, for an operator: Effect's `SqlError` of both databases as one short list.
 *
 * Effect's reasons do not distinguish a full disk from a bug. This does, by SQLite's result code or PostgreSQL's SQLSTATE. Neither the
 * kind nor the message holds a value of the statement, which PostgreSQL's own messages do ("Key (id)=(…) already exists").
 */
import { Predicate } from "effect"
import type { SqlError } from "effect/sql"
import { resultCode } from "./SqliteError.ts"

/**
 * - `Unreachable`: no connection, or it was lost. It is unknown whether the statement took effect.
 * - `Locked`: another transaction held a lock for too long, or the two caused a deadlock. Another attempt may succeed.
 * - `DiskFull`: no space for the write.
 * - `ReadOnly`: the file, its folder or the server does not accept writes.
 * - `Denied`: the user lacks a privilege, or the password is invalid.
 * - `Damaged`: the disk failed, or the file is no longer a database.
 * - `Duplicate`: such a row exists.
 * - `Constraint`: any other constraint of the schema.
 * - `Other`: a bug in the statement, or anything else.
 *
 * @category models
 * @since 0.1.0
 */
export type SqlErrorKind =
  | "Unreachable"
  | "Locked"
  | "DiskFull"
  | "ReadOnly"
  | "Denied"
  | "Damaged"
  | "Duplicate"
  | "Constraint"
  | "Other"

/**
 * The kind of a failure.
 *
 * @category getters
 * @since 0.1.0
 */
export const of = (error: SqlError.SqlError): SqlErrorKind => {
  const { cause } = error.reason
  const known = sqlite.get((resultCode(cause) ?? 0) & 0xff) ?? postgres.get(sqlState(cause) ?? "")
  if (known !== undefined) return known
  switch (error.reason._tag) {
    case "ConnectionError":
      return "Unreachable"
    case "LockTimeoutError":
    case "DeadlockError":
    case "SerializationError":
    case "StatementTimeoutError":
      return "Locked"
    case "AuthenticationError":
    case "AuthorizationError":
      return "Denied"
    case "UniqueViolation":
      return "Duplicate"
    case "ConstraintError":
      return "Constraint"
    default:
      return "Other"
  }
}

/**
 * A message for an operator, with the database's own error code if there is one.
 *
 * @category getters
 * @since 0.1.0
 */
export const message = (error: SqlError.SqlError): string => {
  const kind = of(error)
  const code = resultCode(error.reason.cause) ?? sqlState(error.reason.cause)
  return code === undefined ? `${messages[kind]}.` : `${messages[kind]} (${code}).`
}

const messages: Readonly<Record<SqlErrorKind, string>> = {
  Unreachable: "The database does not answer",
  Locked: "Another transaction held the database for too long",
  DiskFull: "The database's disk is full",
  ReadOnly: "The database does not accept writes",
  Denied: "The database did not allow this user to run the statement",
  Damaged: "The database's file or disk is damaged",
  Duplicate: "The database has such a row already",
  Constraint: "The database's schema does not allow the row",
  Other: "The database failed the statement",
}

/** Primary result codes, https://www.sqlite.org/rescode.html. */
const sqlite: ReadonlyMap<number, SqlErrorKind> = new Map<number, SqlErrorKind>([
  [8, "ReadOnly"],
  [10, "Damaged"],
  [11, "Damaged"],
  [13, "DiskFull"],
  [26, "Damaged"],
])

/** SQLSTATE, PostgreSQL manual, appendix A. */
const postgres: ReadonlyMap<string, SqlErrorKind> = new Map<string, SqlErrorKind>([
  ["25006", "ReadOnly"],
  ["53100", "DiskFull"],
  ["53300", "Unreachable"],
  ["57P01", "Unreachable"],
  ["57P02", "Unreachable"],
  ["57P03", "Unreachable"],
  ["58030", "Damaged"],
  ["XX001", "Damaged"],
  ["XX002", "Damaged"],
])

const sqlState = (cause: unknown): string | undefined =>
  Predicate.hasProperty(cause, "code") && typeof cause.code === "string" && /^[0-9A-Z]{5}$/.test(cause.code)
    ? cause.code
    : undefined
