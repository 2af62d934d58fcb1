/**
 * Many rows as one parameter, so that a statement has one text, and costs one round trip, whatever the number of rows.
 *
 * A row is an array; a statement reads its columns from `value` by their place: `value ->> 0`, which is text in PostgreSQL, so numbers are
 * cast. SQLite needs a `WHERE` between such a source and `ON CONFLICT`.
 */
import type { SqlClient, Statement } from "effect/sql"

/**
 * A table for `FROM`, one `value` a row.
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
