/**
 * Why a database could not be opened, with a message that names the remedy.
 *
 * Nothing here holds a URL, a password or the driver's own error, so it may be printed and logged as it is. Once a database is
 * open, statements fail with Effect's own `SqlError`; `SqlErrorKind` reads those.
 */
import { Schema } from "effect"

/**
 * Why a database could not be opened.
 *
 * - `InvalidUrl`: the URL names a database without a driver.
 * - `DirectoryMissing`: SQLite; the folder of the file does not exist.
 * - `NotWritable`: the file, its folder or the server does not accept writes: permissions, a read-only file system, a standby server.
 * - `NotADatabase`: SQLite; the file is of another kind, or damaged.
 * - `Locked`: SQLite; another process held the lock longer than the timeout.
 * - `Unreachable`: PostgreSQL; no answer from that host and port.
 * - `WrongPassword`: PostgreSQL; the server rejected this user and password.
 * - `DatabaseMissing`: PostgreSQL; the server has no database of that name.
 * - `AccessDenied`: PostgreSQL; the user may not connect to that database.
 * - `Busy`: PostgreSQL; it has no connection left, or is starting or stopping. Another attempt may succeed.
 * - `Other`: anything else.
 *
 * @category errors
 * @since 0.1.0
 */
export const DatabaseErrorReason = Schema.Literals([
  "InvalidUrl",
  "DirectoryMissing",
  "NotWritable",
  "NotADatabase",
  "Locked",
  "Unreachable",
  "WrongPassword",
  "DatabaseMissing",
  "AccessDenied",
  "Busy",
  "Other",
])
/**
 * @category errors
 * @since 0.1.0
 */
export type DatabaseErrorReason = typeof DatabaseErrorReason.Type

/**
 * A database that could not be opened. `message` is for an operator: it names the file or the server, and the remedy.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatabaseError extends Schema.TaggedError<DatabaseError>("espalier/sql/DatabaseError")("DatabaseError", {
  reason: DatabaseErrorReason,
  message: Schema.String,
}) {}
