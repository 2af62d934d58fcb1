/**
 * Brings a database's schema up to date: applies the missing migrations in order, all of them or none.
 *
 * Everything happens in one transaction under a lock (PostgreSQL: an advisory lock; SQLite: `BEGIN IMMEDIATE`), so any number of
 * servers may start at the same time: one migrates, and the others wait and find nothing to do. Effect's `Migrator` keeps the table and
 * applies the migrations; this module also rejects a database that a newer version or another program has migrated, and does not change it.
 *
 * **Gotchas**
 *
 * Never change or remove a released migration; add another one. Each part of a program that has tables uses its own `table` of
 * migrations, so that parts can share a database.
 *
 * @example
 * ```ts
 * import { Migrations } from "@espalier/sql"
 * import { Effect } from "effect"
 * import { SqlClient } from "effect/sql"
 *
 * const migrate = Migrations.run(
 *   [{ id: 1, name: "plums", up: Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE plum (id text PRIMARY KEY)`) }],
 *   { table: "plum_migrations" },
 * )
 * ```
 */
import { Effect, Option, Schema } from "effect"
import { Migrator, SqlClient, type SqlError } from "effect/sql"
import { StatementDeadline } from "./StatementDeadline.ts"

/**
 * One step of a schema. `id` is a positive integer, larger than that of the step before.
 *
 * @category models
 * @since 0.1.0
 */
export interface Migration {
  readonly id: number
  readonly name: string
  readonly up: Effect.Effect<unknown, SqlError.SqlError, SqlClient.SqlClient>
}

/**
 * Why a database was not migrated. It is unchanged.
 *
 * - `Newer`: it has a migration that this program does not know. Start the newer version, or restore a backup.
 * - `Different`: it has a migration of this id with another name, or an earlier one is missing: it belongs to another program.
 * - `Failed`: a migration failed; `cause` is the database's own error.
 *
 * @category errors
 * @since 0.1.0
 */
export class MigrationError extends Schema.TaggedError<MigrationError>("espalier/sql/MigrationError")(
  "MigrationError",
  {
    reason: Schema.Literals(["Newer", "Different", "Failed"]),
    message: Schema.String,
    cause: Schema.optionalKey(Schema.Defect()),
  },
) {}

/**
 * Applies the missing migrations and returns their names.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* (
  migrations: ReadonlyArray<Migration>,
  { table = "espalier_migrations" }: { readonly table?: string | undefined } = {},
): Effect.fn.Return<ReadonlyArray<string>, MigrationError | SqlError.SqlError, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const apply = (steps: ReadonlyArray<Migration>) =>
    Migrator.make({})({
      table,
      loader: Effect.succeed(steps.map(({ id, name, up }) => [id, name, Effect.succeed(up)] as const)),
    })

  return yield* Effect.gen(function* () {
    yield* sql.onDialectOrElse({
      pg: () =>
        Effect.andThen(
          sql`SET LOCAL statement_timeout = 0`,
          sql`SELECT pg_advisory_xact_lock(${LOCK}, hashtext(${table}))`,
        ),
      orElse: () => Effect.void,
    })
    yield* apply([])
    const applied = yield* sql<Applied>`SELECT migration_id, name FROM ${sql(table)} ORDER BY migration_id`
    const conflict = conflictWith(applied, migrations)
    if (Option.isSome(conflict)) return yield* conflict.value
    return (yield* apply(migrations)).map(([, name]) => name)
  }).pipe(
    sql.withTransaction,
    // It waits for other servers that migrate, and may rewrite large tables.
    Effect.provideService(StatementDeadline, "10 minutes"),
    Effect.catchTag("MigrationError", (error) => Effect.fail(ours(error))),
  )
})

interface Applied {
  readonly migration_id: number
  readonly name: string
}

/** "espa": the first half of the advisory lock's key; the second is the table's name. */
const LOCK = 0x65737061

const conflictWith = (
  applied: ReadonlyArray<Applied>,
  migrations: ReadonlyArray<Migration>,
): Option.Option<MigrationError> => {
  for (const [index, { migration_id, name }] of applied.entries()) {
    const known = migrations[index]
    if (known === undefined) {
      return Option.some(
        new MigrationError({
          reason: "Newer",
          message: `The database was migrated by a newer version (${migration_id}_${name}). Start that version, or restore a backup.`,
        }),
      )
    }
    if (known.id !== migration_id || known.name !== name) {
      return Option.some(
        new MigrationError({
          reason: "Different",
          message: `The database has migration ${migration_id}_${name} where this version has ${known.id}_${known.name}. Use another database.`,
        }),
      )
    }
  }
  return Option.none()
}

const ours = (error: MigrationError | Migrator.MigrationError): MigrationError =>
  error instanceof MigrationError
    ? error
    : new MigrationError({
        reason: "Failed",
        message: `${error.message}. The database is unchanged.`,
        ...(error.cause === undefined ? {} : { cause: error.cause }),
      })
