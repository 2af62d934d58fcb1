/**
 * Randomness in SQL, for jitter that many rows get in one statement.
 */
import type { SqlClient, Statement } from "effect/sql"

/**
 * A random whole number from 0 to below `of`, a whole number.
 *
 * @category constructors
 * @since 0.1.0
 */
export const randomPart = (sql: SqlClient.SqlClient, of: Statement.Fragment): Statement.Fragment =>
  sql.onDialectOrElse({
    pg: () => sql`CAST(floor(random() * (${of})) AS bigint)`,
    orElse: () => sql`CAST((random() & 1048575) * ((${of}) / 1048576.0) AS integer)`,
  })
