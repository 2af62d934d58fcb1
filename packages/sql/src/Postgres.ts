/**
 * A `SqlClient` over PostgreSQL: `@effect/sql-pg`, which connects once at the start, so that an error shows then.
 *
 * **Gotchas**
 *
 * A `bigint` column, and so `count(*)`, is returned as a `number` while it is safe, otherwise as a `bigint`, the same as
 * from SQLite; the driver itself always returns a `bigint`.
 */
import { PgTypes } from "@effect/sql-pg"
import { type Duration, Effect, Predicate, Redacted, Result, type Scope } from "effect"
import type { Reactivity } from "effect/reactivity"
import type { SqlClient, SqlError } from "effect/sql"
import { DatabaseError } from "./DatabaseError.ts"
import type { PostgresUrl } from "./DatabaseUrl.ts"
import * as PostgresPool from "./PostgresPool.ts"
import { integer } from "./SqliteValue.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface PostgresOptions {
  readonly url: PostgresUrl
  /** How many connections this process opens at most. Defaults to 10. */
  readonly maxConnections?: number | undefined
  /** How long to wait for a connection; the URL's `connect_timeout` comes first. Defaults to 5 seconds. */
  readonly connectTimeout?: Duration.Input | undefined
}

/**
 * Connects once and returns a client with a pool that is closed with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  url,
  maxConnections = 10,
  connectTimeout,
}: PostgresOptions): Effect.fn.Return<SqlClient.SqlClient, DatabaseError, Scope.Scope | Reactivity.Reactivity> {
  const toDatabaseError = (error: SqlError.SqlError) => explain(url, error)
  const sql = yield* PostgresPool.make({
    url: url.url,
    host: url.host,
    port: url.port,
    database: url.database,
    username: url.username,
    applicationName: "espalier",
    keepAlive: "30 seconds",
    maxConnections,
    connectTimeout,
    types: integersAsNumbers,
    startupParameters: limits(url),
  }).pipe(Effect.mapError(toDatabaseError))
  const [state] = yield* sql<{
    readonly read_only: string
  }>`SELECT current_setting('transaction_read_only') AS read_only`.pipe(Effect.mapError(toDatabaseError))
  if (state?.read_only === "on") {
    return yield* new DatabaseError({
      reason: "NotWritable",
      message: `${place(url)} is read-only, like a standby server. Use the primary server, or turn off default_transaction_read_only.`,
    })
  }
  return sql
})

/**
 * The server's own limits, below the deadline of the client: a statement that is slow and not lost ends with an error, and its connection stays.
 * Those that the URL sets stay.
 */
const limits = (url: PostgresUrl): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ statement_timeout: "8s", idle_in_transaction_session_timeout: "30s" }).filter(
      ([name]) => !Redacted.value(url.url).includes(name),
    ),
  )

const integersAsNumbers = PgTypes.makeRegistry()
integersAsNumbers.register<number | bigint>(
  PgTypes.OID.int8,
  {
    encode: (value) => PgTypes.encode(BigInt(value), PgTypes.OID.int8),
    decode: (bytes) =>
      bytes.byteLength === 8
        ? Result.succeed(integer(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0)))
        : Result.fail(new PgTypes.CodecError({ message: "A bigint has 8 bytes" })),
  },
  { arrayOid: PgTypes.OID.int8Array },
)

const place = ({ host, port, database, username }: PostgresUrl): string =>
  `The PostgreSQL database ${database ?? username ?? ""} at ${host}:${port}`

/** From the SQLSTATE if the server answered (PostgreSQL manual, appendix A), otherwise from the socket's error. */
const explain = (url: PostgresUrl, error: SqlError.SqlError): DatabaseError => {
  const server = `${url.host}:${url.port}`
  const user = url.username === undefined ? "this user" : `the user ${url.username}`
  const fail = (reason: DatabaseError["reason"], message: string) => new DatabaseError({ reason, message })
  const code = codeOf(error.reason.cause)
  switch (code) {
    case "28P01":
      return fail("WrongPassword", `PostgreSQL at ${server} rejected the password of ${user}. Correct it in the URL.`)
    case "28000":
      return fail(
        "AccessDenied",
        `PostgreSQL at ${server} does not allow ${user} to connect. Create it, or allow it in pg_hba.conf.`,
      )
    case "3D000":
      return fail(
        "DatabaseMissing",
        `${place(url)} does not exist. Create it: createdb ${url.database ?? url.username}`,
      )
    case "42501":
      return fail(
        "AccessDenied",
        `${place(url)} does not allow ${user} to connect. GRANT CONNECT, or use another user.`,
      )
    case "53300":
    case "57P01":
    case "57P02":
    case "57P03":
      return fail(
        "Busy",
        `PostgreSQL at ${server} accepts no connection at the moment: all are in use, or it is starting. Try again later.`,
      )
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return fail(
        "Unreachable",
        `The host name ${url.host} of the PostgreSQL server was not found. Correct the URL or the DNS.`,
      )
  }
  switch (error.reason._tag) {
    case "AuthenticationError":
      return fail("WrongPassword", `PostgreSQL at ${server} needs a password for ${user}, but the URL has none.`)
    case "ConnectionError":
      return /TLS/.test(error.reason.message ?? "")
        ? fail(
            "Unreachable",
            `PostgreSQL at ${server} does not offer TLS. Turn it on there, or remove sslmode from the URL.`,
          )
        : fail(
            "Unreachable",
            `PostgreSQL at ${server} does not answer${code === undefined ? "" : ` (${code})`}. Start it, or correct the URL.`,
          )
    default:
      return fail("Other", `${place(url)} could not be opened${code === undefined ? "" : ` (${code})`}.`)
  }
}

const codeOf = (cause: unknown): string | undefined =>
  Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : undefined
