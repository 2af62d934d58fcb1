/**
 * A `SqlClient` over PostgreSQL: `@effect/sql-pg`, asked for a connection at the start, so that what is wrong is told then.
 *
 * What surprises: a `bigint` column, and so `count(*)`, comes back as a `number` while it is safe, otherwise as a `bigint`, as it
 * does from SQLite; on its own the driver always gives a `bigint`.
 */
import { PgClient, PgTypes } from "@effect/sql-pg"
import { type Duration, Effect, Predicate, Result, type Scope } from "effect"
import type { Reactivity } from "effect/reactivity"
import type { SqlError } from "effect/sql"
import { DatabaseError } from "./DatabaseError.ts"
import type { PostgresUrl } from "./DatabaseUrl.ts"
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
 * Connects once and gives a client with a pool that is closed with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  url,
  maxConnections = 10,
  connectTimeout,
}: PostgresOptions): Effect.fn.Return<PgClient.PgClient, DatabaseError, Scope.Scope | Reactivity.Reactivity> {
  const say = (error: SqlError.SqlError) => explain(url, error)
  const sql = yield* PgClient.make({
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
  }).pipe(Effect.mapError(say))
  const [state] = yield* sql<{
    readonly read_only: string
  }>`SELECT current_setting('transaction_read_only') AS read_only`.pipe(Effect.mapError(say))
  if (state?.read_only === "on") {
    return yield* new DatabaseError({
      reason: "NotWritable",
      message: `${place(url)} is read-only, as a standby is. Name the primary server, or turn off default_transaction_read_only.`,
    })
  }
  return sql
})

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

/** From the SQLSTATE where the server answered (PostgreSQL manual, appendix A), else from what the socket said. */
const explain = (url: PostgresUrl, error: SqlError.SqlError): DatabaseError => {
  const server = `${url.host}:${url.port}`
  const user = url.username === undefined ? "this user" : `the user ${url.username}`
  const fail = (reason: DatabaseError["reason"], message: string) => new DatabaseError({ reason, message })
  const code = codeOf(error.reason.cause)
  switch (code) {
    case "28P01":
      return fail("WrongPassword", `PostgreSQL at ${server} refused the password of ${user}. Correct it in the URL.`)
    case "28000":
      return fail(
        "AccessDenied",
        `PostgreSQL at ${server} does not let ${user} in. Create it, or allow it in pg_hba.conf.`,
      )
    case "3D000":
      return fail(
        "DatabaseMissing",
        `${place(url)} does not exist. Create it: createdb ${url.database ?? url.username}`,
      )
    case "42501":
      return fail("AccessDenied", `${place(url)} is closed to ${user}. GRANT CONNECT, or name another user.`)
    case "53300":
    case "57P01":
    case "57P02":
    case "57P03":
      return fail(
        "Busy",
        `PostgreSQL at ${server} takes no connection just now: all are in use, or it is starting. Try again.`,
      )
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return fail(
        "Unreachable",
        `The name ${url.host} of the PostgreSQL server is unknown. Correct the URL or the DNS.`,
      )
  }
  switch (error.reason._tag) {
    case "AuthenticationError":
      return fail("WrongPassword", `PostgreSQL at ${server} asks ${user} for a password that the URL does not have.`)
    case "ConnectionError":
      return /TLS/.test(error.reason.message ?? "")
        ? fail(
            "Unreachable",
            `PostgreSQL at ${server} offers no TLS. Turn it on there, or take sslmode out of the URL.`,
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
