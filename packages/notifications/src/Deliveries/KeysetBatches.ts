/**
 * Goes through the deliveries of a workspace and a time range in batches, so that no statement runs long: SQLite does one thing at a time, and
 * PostgreSQL locks what a statement changes until it ends.
 *
 * **Details**
 *
 * A cursor is the time at which a delivery's event was published, and the delivery's `id`: the order of the index (workspace, created_at, id).
 * It never changes, so each delivery is in one batch, whatever happens to it meanwhile.
 */
import { Effect } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"

/**
 * The position of a delivery. `at` is in Unix milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cursor {
  readonly at: number
  readonly id: number
}

/**
 * The deliveries between two cursors, both exclusive. Without a cursor the range has no bound on that side.
 *
 * @category models
 * @since 0.1.0
 */
export interface Range {
  readonly workspace: string
  readonly after?: Cursor | undefined
  readonly before?: Cursor | undefined
  /** Only dead ones, which have an index of their own. */
  readonly dead?: boolean | undefined
}

/**
 * Makes the range from `since` (inclusive) to `until` (exclusive), where they are given. Returns `undefined` when they are not whole
 * milliseconds, or when the end is not after the beginning.
 *
 * @category constructors
 * @since 0.1.0
 */
export const between = (
  workspace: string,
  { since, until }: { readonly since?: number | undefined; readonly until?: number | undefined },
): Range | undefined => {
  const isTime = (time: number | undefined) => time === undefined || Number.isSafeInteger(time)
  if (!isTime(since) || !isTime(until) || (since !== undefined && until !== undefined && since >= until))
    return undefined
  // Ids count from 1.
  const start = (at: number | undefined) => (at === undefined ? undefined : { at, id: 0 })
  return { workspace, after: start(since), before: start(until) }
}

/**
 * The part of a range that follows a cursor, newest first.
 *
 * @category combinators
 * @since 0.1.0
 */
export const olderThan = (range: Range, cursor: Cursor): Range => {
  const { before } = range
  const inside = before === undefined || cursor.at < before.at
  return inside ? { ...range, before: cursor } : range
}

/**
 * The text of a cursor, for the next page.
 *
 * @category conversions
 * @since 0.1.0
 */
export const formatCursor = ({ at, id }: Cursor): string => `${at}.${id}`

/**
 * Reads the text of a cursor; `undefined` when it is invalid.
 *
 * @category conversions
 * @since 0.1.0
 */
export const parseCursor = (text: string): Cursor | undefined => {
  const [, at, id] = /^(\d{1,16})\.(\d{1,16})$/.exec(text) ?? []
  const cursor = { at: Number(at), id: Number(id) }
  return Number.isSafeInteger(cursor.at) && Number.isSafeInteger(cursor.id) ? cursor : undefined
}

/**
 * The condition on `espalier_delivery` that selects a range.
 *
 * It has one comparison for each end: of two, SQLite would use one in the index and test the other on every row.
 *
 * @category conditions
 * @since 0.1.0
 */
export const condition = (sql: SqlClient.SqlClient, { workspace, after, before, dead }: Range): Statement.Fragment =>
  sql.and([
    sql`workspace = ${workspace}`,
    ...(dead === true ? [sql`state = 'dead'`] : []),
    ...(after === undefined ? [] : [sql`(created_at, id) > (${after.at}, ${after.id})`]),
    ...(before === undefined ? [] : [sql`(created_at, id) < (${before.at}, ${before.id})`]),
  ])

/** The deliveries of a batch: some milliseconds of work, whatever is done with them. */
const size = 2000

/**
 * Calls `use` with the condition that selects each batch, the oldest or the newest first, until the range ends or `use` returns `false`.
 *
 * @category running
 * @since 0.1.0
 */
export const forEach = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  range: Range,
  first: "oldest" | "newest",
  use: (batch: Statement.Fragment) => Effect.Effect<boolean, SqlError.SqlError>,
): Effect.fn.Return<void, SqlError.SqlError> {
  const newest = first === "newest"
  const direction = sql.literal(newest ? "DESC" : "ASC")
  for (let rest = range; ; ) {
    const [end] = yield* sql<Cursor>`SELECT created_at AS at, id FROM espalier_delivery WHERE ${condition(sql, rest)}
      ORDER BY created_at ${direction}, id ${direction} LIMIT 1 OFFSET ${size - 1}`
    if (end === undefined) {
      yield* use(condition(sql, rest))
      return
    }
    const { at, id } = end
    const batch = newest ? { ...rest, after: { at, id: id - 1 } } : { ...rest, before: { at, id: id + 1 } }
    if (!(yield* use(condition(sql, batch)))) return
    rest = newest ? { ...rest, before: end } : { ...rest, after: end }
    // Other work gets its turn.
    yield* Effect.yieldNow
  }
})
