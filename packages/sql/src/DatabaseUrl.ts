/**
 * The URL of a server's database.
 *
 * | URL | database |
 * |---|---|
 * | `sqlite:///var/lib/espalier/data.db` | a file, by its absolute path |
 * | `sqlite:data.db` | a file, by its path from the working directory |
 * | `sqlite::memory:` | memory of this process, gone when it ends |
 * | `postgres://user:password@host:5432/name?sslmode=require` | PostgreSQL, as libpq reads it; `postgresql:` too |
 *
 * Parsing never shows the URL: a password that was not percent-encoded can end up in any part of it, and then the URL is rejected
 * without a word of what it holds. What `parse` gives back holds no password either, except in the `Redacted` URL itself.
 */
import { Redacted, Result } from "effect"
import { DatabaseError } from "./DatabaseError.ts"

/**
 * A SQLite database: a path of the file system, or `:memory:`.
 *
 * @category models
 * @since 0.1.0
 */
export interface SqliteUrl {
  readonly _tag: "Sqlite"
  readonly path: string
}

/**
 * A PostgreSQL database. The other fields are the parts of the URL without its password, for messages and traces.
 *
 * @category models
 * @since 0.1.0
 */
export interface PostgresUrl {
  readonly _tag: "Postgres"
  readonly url: Redacted.Redacted
  readonly host: string
  readonly port: number
  readonly database: string | undefined
  readonly username: string | undefined
}

/**
 * @category models
 * @since 0.1.0
 */
export type DatabaseUrl = SqliteUrl | PostgresUrl

/**
 * The path that stands for a database in memory.
 *
 * @category models
 * @since 0.1.0
 */
export const memory = ":memory:"

/**
 * Reads a database URL. Fails with reason `InvalidUrl`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (url: Redacted.Redacted | string): Result.Result<DatabaseUrl, DatabaseError> => {
  const text = (Redacted.isRedacted(url) ? Redacted.value(url) : url).trim()
  if (/^sqlite:/i.test(text)) return parseSqlite(text.slice("sqlite:".length))
  if (/^postgres(ql)?:/i.test(text)) return parsePostgres(text)
  return invalid("A database URL starts with sqlite: or postgres:, such as sqlite:///var/lib/espalier/data.db.")
}

const invalid = (message: string): Result.Result<never, DatabaseError> =>
  Result.fail(new DatabaseError({ reason: "InvalidUrl", message }))

const parseSqlite = (rest: string): Result.Result<SqliteUrl, DatabaseError> => {
  if (rest === memory) return Result.succeed({ _tag: "Sqlite", path: memory })
  const encoded = rest.startsWith("//") ? rest.slice(2) : rest
  // `sqlite://data/x.db` would name a host: the third slash is missing, or a relative path was meant.
  if (rest.startsWith("//") && !encoded.startsWith("/")) {
    return invalid("A SQLite URL has three slashes before an absolute path and none before a relative one.")
  }
  const path = decoded(encoded)
  if (path === undefined || path === "" || path.endsWith("/") || path.includes("\0")) {
    return invalid("A SQLite URL names a file: sqlite:///var/lib/espalier/data.db, or sqlite::memory: for none.")
  }
  if (/[?#]/.test(encoded)) {
    return invalid("A SQLite URL has no parameters. A ? or # in the file's name is written %3F or %23.")
  }
  return Result.succeed({ _tag: "Sqlite", path })
}

const parsePostgres = (text: string): Result.Result<PostgresUrl, DatabaseError> => {
  const unreadable = () =>
    invalid(
      "The PostgreSQL URL cannot be read: postgres://user:password@host:5432/name. Characters of the password other than letters and digits must be percent-encoded.",
    )
  // Not `new URL`: its error would hold the text.
  const url = URL.canParse(text) ? new URL(text) : undefined
  // An @ after the host means that the password's own / ? or # ended the host before its time.
  if (url === undefined || url.hash !== "" || /@/.test(url.pathname + url.search)) return unreadable()
  const parameter = (name: string): string | undefined => url.searchParams.get(name) ?? undefined
  const host = parameter("host") ?? decoded(url.hostname.replace(/^\[|\]$/g, ""))
  const username = parameter("user") ?? decoded(url.username)
  const database = parameter("dbname") ?? decoded(url.pathname.replace(/^\//, ""))
  const password = parameter("password") ?? decoded(url.password)
  const port = Number(parameter("port") ?? (url.port === "" ? 5432 : url.port))
  if (host === undefined || username === undefined || database === undefined || password === undefined) {
    return unreadable()
  }
  if (!Number.isInteger(port) || port < 1 || port > 65535) return unreadable()
  return Result.succeed({
    _tag: "Postgres",
    url: Redacted.make(text, { label: "database URL" }),
    host: host === "" ? "localhost" : host,
    port,
    database: database === "" ? undefined : database,
    username: username === "" ? undefined : username,
  })
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
