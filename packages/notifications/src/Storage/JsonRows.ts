/**
 * Passes many rows as one parameter, so that a statement has one text and takes one round trip for any number of rows.
 *
 * **Details**
 *
 * A row is an array; a statement reads its columns from `value` by position. `value ->> 0` is text in PostgreSQL, so numbers need a cast.
 *
 * **Gotchas**
 *
 * SQLite needs a `WHERE` between such a source and `ON CONFLICT`.
 */
import type { SqlClient, Statement } from "effect/sql"

/**
 * Makes a source for `FROM` with one `value` for each row.
 *
 * @category constructors
 * @since 0.1.0
 */
export const from = (
  sql: SqlClient.SqlClient,
  rows: ReadonlyArray<ReadonlyArray<string | number | null>>,
): Statement.Fragment => {
  const json = JSON.stringify(rows)
  return sql.onDialectOrElse({
    pg: () => sql`json_array_elements(CAST(${json} AS json))`,
    orElse: () => sql`json_each(${json})`,
  })
}

/**
 * Makes a source with one id for each row.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ids = (sql: SqlClient.SqlClient, values: Iterable<string | number>): Statement.Fragment =>
  from(
    sql,
    Array.from(values, (value) => [value]),
  )
