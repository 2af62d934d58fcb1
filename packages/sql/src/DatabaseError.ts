/**
 * Why a database could not be opened, in a sentence that says what to do about it.
 *
 * Nothing here holds a URL, a password or the driver's own error, so it may be printed and logged as it is. Once a database is
 * open, statements fail with effect's own `SqlError`; `SqlErrorKind` reads those.
 */
import { Schema } from "effect"

/**
 * What stands between the URL and an open database.
 *
 * - `InvalidUrl`: the URL names no database that there is a driver for.
 * - `DirectoryMissing`: SQLite; the folder that the file should lie in is not there.
 * - `NotWritable`: the file, its folder or the server takes no writes: permissions, a read-only file system, a standby server.
 * - `NotADatabase`: SQLite; the file is of another kind, or damaged.
 * - `Locked`: SQLite; another process holds the file and did not let go within the time-out.
 * - `Unreachable`: PostgreSQL; no answer from that host and port.
 * - `WrongPassword`: PostgreSQL; the server does not take this user with this password.
 * - `DatabaseMissing`: PostgreSQL; the server has no database of that name.
 * - `AccessDenied`: PostgreSQL; the user may not connect to that database.
 * - `Busy`: PostgreSQL; it has no connection left, or is just starting or stopping. Another try may succeed.
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
 * A database that could not be opened. `message` is for an operator: it names the file or the server, and what to do.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatabaseError extends Schema.TaggedError<DatabaseError>("espalier/sql/DatabaseError")("DatabaseError", {
  reason: DatabaseErrorReason,
  message: Schema.String,
}) {}
