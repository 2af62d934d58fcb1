/** Everything that a public layer of the package provides, needs or fails with is exported. Checked by `tsc`. */
import { Database, type DatabaseError, type DatabaseErrorReason, type MigrationError, Migrations } from "@espalier/sql"
import type { Config, Effect, Layer, Scope } from "effect"
import type { Reactivity } from "effect/reactivity"
import type { SqlClient, SqlError } from "effect/sql"

export const layer: (options: Database.DatabaseOptions) => Layer.Layer<SqlClient.SqlClient, DatabaseError> =
  Database.layer

export const layerConfig: (
  options: Config.Wrap<Database.DatabaseOptions>,
) => Layer.Layer<SqlClient.SqlClient, Config.ConfigError | DatabaseError> = Database.layerConfig

export const make: (
  options: Database.DatabaseOptions,
) => Effect.Effect<SqlClient.SqlClient, DatabaseError, Scope.Scope | Reactivity.Reactivity> = Database.make

export const migrate: (
  migrations: ReadonlyArray<Migrations.Migration>,
) => Effect.Effect<ReadonlyArray<string>, MigrationError | SqlError.SqlError, SqlClient.SqlClient> = Migrations.run

export const reason = (error: DatabaseError): DatabaseErrorReason => error.reason
