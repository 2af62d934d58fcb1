/**
 * Many new rows in few statements, each value a parameter of its own: half of what `JsonRows` costs where a row is long or has many columns.
 *
 * A statement's text depends on its number of rows, so that is bounded: prepared once each, all of them stay in the connection's cache.
 */
import { Array as Arr, Effect } from "effect"

/** How many rows a statement has at most. */
const most = 64

/**
 * Inserts with as few statements as that takes; gives what they return, in order.
 *
 * @category running
 * @since 0.1.0
 */
export const forEach = <Row, A, E, R>(
  rows: ReadonlyArray<Row>,
  insert: (rows: Arr.NonEmptyReadonlyArray<Row>) => Effect.Effect<ReadonlyArray<A>, E, R>,
): Effect.Effect<ReadonlyArray<A>, E, R> =>
  Effect.map(
    Effect.forEach(Arr.chunksOf(rows, most), (chunk) =>
      Arr.isReadonlyArrayNonEmpty(chunk) ? insert(chunk) : Effect.succeed([]),
    ),
    Arr.flatten,
  )
