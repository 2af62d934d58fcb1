/**
 * One `SqlClient` by URL: a SQLite file, SQLite in memory, or PostgreSQL.
 *
 * The layer opens the database when it is built, so a running server has one. Otherwise the message of a `DatabaseError` tells the
 * operator what to do. The URL stays `Redacted`: no error, log or span holds its password.
 *
 * @example
 * ```ts
 * import { Database } from "@espalier/sql"
 * import { Redacted } from "effect"
 *
 * const database = Database.layer({ url: Redacted.make("sqlite:///var/lib/espalier/data.db") })
 * ```
 */
import { Config, type Duration, Effect, Layer, type Redacted, type Scope } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "./DatabaseError.ts"
import { parse } from "./DatabaseUrl.ts"
import * as Postgres from "./Postgres.ts"
import * as Sqlite from "./Sqlite.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface DatabaseOptions {
  /** See `DatabaseUrl`. */
  readonly url: Redacted.Redacted | string
  /** PostgreSQL: how many connections this process opens at most. Defaults to 10. */
  readonly maxConnections?: number | undefined
  /** PostgreSQL: how long to wait for a connection. Defaults to 5 seconds. */
  readonly connectTimeout?: Duration.Input | undefined
  /** SQLite: how long a statement waits for another process's lock. Defaults to 5 seconds. */
  readonly busyTimeout?: Duration.Input | undefined
}

/**
 * Opens the database of the URL. The client closes it with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  url,
  maxConnections,
  connectTimeout,
  busyTimeout,
}: DatabaseOptions): Effect.fn.Return<SqlClient.SqlClient, DatabaseError, Scope.Scope | Reactivity.Reactivity> {
  const parsed = yield* Effect.fromResult(parse(url))
  return parsed._tag === "Sqlite"
    ? yield* Sqlite.make({ path: parsed.path, busyTimeout })
    : yield* Postgres.make({ url: parsed, maxConnections, connectTimeout })
})

/**
 * `make` as a layer of the `SqlClient`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: DatabaseOptions): Layer.Layer<SqlClient.SqlClient, DatabaseError> =>
  Layer.effect(SqlClient.SqlClient, make(options)).pipe(Layer.provide(Reactivity.layer))

/**
 * `layer` with options from the configuration, such as environment variables.
 *
 * **Example** (The URL from the environment)
 *
 * ```ts
 * import { Database } from "@espalier/sql"
 * import { Config } from "effect"
 *
 * const database = Database.layerConfig({ url: Config.Redacted("DATABASE_URL") })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (
  options: Config.Wrap<DatabaseOptions>,
): Layer.Layer<SqlClient.SqlClient, Config.ConfigError | DatabaseError> =>
  Layer.effect(SqlClient.SqlClient, Effect.flatMap(Config.unwrap(options), make)).pipe(Layer.provide(Reactivity.layer))
