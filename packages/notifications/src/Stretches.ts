/**
 * Goes through a workspace's deliveries of a range of time in stretches of at most so many, so that no statement works long: SQLite does one
 * thing at a time, and what a statement changes in PostgreSQL stays locked until it ends.
 *
 * A delivery's place is when its event was published, then its `id`: the order of the index (workspace, created_at, id). It never
 * changes, so whoever goes through meets each delivery once, whatever becomes of it meanwhile.
 */
import { Effect } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"

/**
 * Where a delivery stands: `at` in Unix milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly at: number
  readonly id: number
}

/**
 * What is between two places, both exclusive, or up to an end of the workspace's deliveries.
 *
 * @category models
 * @since 0.1.0
 */
export interface Range {
  readonly workspace: string
  readonly after?: Place | undefined
  readonly before?: Place | undefined
  /** Only dead ones, which have an index of their own. */
  readonly dead?: boolean | undefined
}

/**
 * From `since` (inclusive) to `until` (exclusive), each if it is given; `undefined` when that is no range of time: no whole milliseconds, or an
 * end that is not after the beginning.
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
  // Identifiers count from 1.
  const start = (at: number | undefined) => (at === undefined ? undefined : { at, id: 0 })
  return { workspace, after: start(since), before: start(until) }
}

/**
 * What of the range comes after a place when the newest come first.
 *
 * @category combinators
 * @since 0.1.0
 */
export const olderThan = (range: Range, place: Place): Range => {
  const { before } = range
  const inside = before === undefined || place.at < before.at
  return inside ? { ...range, before: place } : range
}

/**
 * The condition on `notification_delivery` that takes a range.
 *
 * One comparison for each end: of two, SQLite would look up one and try the other on every row.
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

/** How many deliveries a stretch has: some milliseconds' work, whatever is done with them. */
const size = 2000

/**
 * Does something with each stretch, the oldest or the newest first, given the condition that takes it: until none is left or it returns `false`.
 *
 * @category running
 * @since 0.1.0
 */
export const forEach = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  range: Range,
  first: "oldest" | "newest",
  use: (stretch: Statement.Fragment) => Effect.Effect<boolean, SqlError.SqlError>,
): Effect.fn.Return<void, SqlError.SqlError> {
  const newest = first === "newest"
  const direction = sql.literal(newest ? "DESC" : "ASC")
  for (let rest = range; ; ) {
    const [end] = yield* sql<Place>`SELECT created_at AS at, id FROM notification_delivery WHERE ${condition(sql, rest)}
      ORDER BY created_at ${direction}, id ${direction} LIMIT 1 OFFSET ${size - 1}`
    if (end === undefined) {
      yield* use(condition(sql, rest))
      return
    }
    const { at, id } = end
    const stretch = newest ? { ...rest, after: { at, id: id - 1 } } : { ...rest, before: { at, id: id + 1 } }
    if (!(yield* use(condition(sql, stretch)))) return
    rest = newest ? { ...rest, before: end } : { ...rest, after: end }
    // The others' turn.
    yield* Effect.yieldNow
  }
})
