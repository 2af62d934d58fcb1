/**
 * Inserts many rows with few statements, each value as a parameter of its own. This costs half of what `JsonRows` does where a row is long or
 * has many columns.
 *
 * The text of a statement depends on its number of rows, so that number is bounded: all texts stay in the connection's cache of prepared
 * statements.
 */
import { Array as Arr, Effect } from "effect"

const maxRows = 64

/**
 * Inserts the rows and returns what the statements return, in order.
 *
 * @category running
 * @since 0.1.0
 */
export const forEach = <Row, A, E, R>(
  rows: ReadonlyArray<Row>,
  insert: (rows: Arr.NonEmptyReadonlyArray<Row>) => Effect.Effect<ReadonlyArray<A>, E, R>,
): Effect.Effect<ReadonlyArray<A>, E, R> =>
  Effect.map(
    Effect.forEach(Arr.chunksOf(rows, maxRows), (chunk) =>
      Arr.isReadonlyArrayNonEmpty(chunk) ? insert(chunk) : Effect.succeed([]),
    ),
    Arr.flatten,
  )
