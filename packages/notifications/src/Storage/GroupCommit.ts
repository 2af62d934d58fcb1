/**
 * Group commit: pieces of work that arrive at about the same time share a transaction.
 *
 * A commit waits for the disk, so work that commits one by one spends its time waiting. Here a commit takes along everything that arrived
 * since the previous one: the more there is to do, the less each piece costs, and similar pieces can share a statement. Each caller returns
 * once its own work is committed. When a group fails, each piece runs again in a transaction of its own, so that one failure affects one
 * caller.
 *
 * SQLite has one writer and so one group at a time, PostgreSQL has three.
 */
import { setImmediate } from "node:timers/promises"
import { Array as Arr, type Cause, Context, Effect, Exit, Latch, Layer } from "effect"
import { SqlClient, type SqlError } from "effect/sql"

type Work<A> = Effect.Effect<A, SqlError.SqlError>

/**
 * - `run` returns the result of the work after its commit.
 * - `batched`: `write` receives the items that have arrived, at most 256, and returns as many results in the same order. The returned function
 *   reports a result through a callback, so that a caller needs no fiber. `bytes` estimates the size of an item: a batch stays below 8 MiB.
 *
 * **Gotchas**
 *
 * Work may run twice, the first time rolled back, so it must do nothing but run statements.
 *
 * @category services
 * @since 0.1.0
 */
export class GroupCommit extends Context.Service<
  GroupCommit,
  {
    readonly run: <A>(work: Work<A>) => Work<A>
    readonly batched: <I, A>(
      write: (items: Arr.NonEmptyReadonlyArray<I>) => Work<ReadonlyArray<A>>,
      bytes?: (item: I) => number,
    ) => (item: I, done: (result: Exit.Exit<A, SqlError.SqlError>) => void) => void
  }
>()("@espalier/notifications/GroupCommit") {}

/** Work of one or more callers. */
interface Piece {
  /** Does the work and returns a function that calls the callers back. */
  readonly work: Work<() => void>
  readonly fail: (cause: Cause.Cause<SqlError.SqlError>) => void
  /** The same work as pieces with one caller each. */
  readonly parts: () => ReadonlyArray<Piece>
}

interface Caller<I, A> {
  readonly item: I
  readonly done: (result: Exit.Exit<A, SqlError.SqlError>) => void
}

/** Items in a batch, and pieces in a group: other writers get their turn in between. */
const maxItems = 256
const maxBytes = 8 * 1024 * 1024

interface Waiting {
  readonly piece: () => Piece
  bytes: number
}

const make = Effect.fnUntraced(function* (groups: number) {
  const sql = yield* SqlClient.SqlClient
  const gathered = Latch.makeUnsafe(false)
  const waiting: Array<Waiting> = []

  const add = (piece: Waiting) => {
    waiting.push(piece)
    gathered.openUnsafe()
  }

  const take = () => {
    let sum = 0
    const end = waiting.findIndex(({ bytes }, index) => {
      sum += bytes
      // The first one is taken however large it is.
      return index > 0 && (index === maxItems || sum > maxBytes)
    })
    const taken = waiting.splice(0, end < 0 ? waiting.length : end)
    if (waiting.length === 0) gathered.closeUnsafe()
    return taken.map(({ piece }) => piece())
  }

  const alone = ({ work, fail }: Piece) =>
    Effect.matchCause(sql.withTransaction(work), { onFailure: fail, onSuccess: (notify) => notify() })

  const group = Effect.gen(function* () {
    yield* gathered.await
    // Work that is about to be added is added first: SQLite blocks the event loop while it runs.
    yield* Effect.promise(() => setImmediate())
    const pieces = take()
    if (pieces.length === 0) return
    const exit = yield* Effect.exit(sql.withTransaction(Effect.forEach(pieces, ({ work }) => work)))
    if (Exit.isSuccess(exit)) for (const notify of exit.value) notify()
    else for (const piece of pieces) for (const part of piece.parts()) yield* alone(part)
  })

  yield* Effect.forEach(Arr.range(1, groups), () => Effect.forkScoped(Effect.forever(group)), { discard: true })

  return GroupCommit.of({
    run: <A>(work: Work<A>) =>
      Effect.callback<A, SqlError.SqlError>((resume) => {
        const piece: Piece = {
          work: Effect.map(work, (value) => () => resume(Effect.succeed(value))),
          fail: (cause) => resume(Effect.failCause(cause)),
          parts: () => [piece],
        }
        add({ piece: () => piece, bytes: 0 })
      }),

    batched: <I, A>(
      write: (items: Arr.NonEmptyReadonlyArray<I>) => Work<ReadonlyArray<A>>,
      bytesOf: (item: I) => number = () => 0,
    ) => {
      let open: { readonly callers: Arr.NonEmptyArray<Caller<I, A>>; readonly waiting: Waiting } | undefined
      const pieceOf = (callers: Arr.NonEmptyReadonlyArray<Caller<I, A>>): Piece => ({
        work: Effect.map(
          Effect.suspend(() => write(Arr.map(callers, ({ item }) => item))),
          (results) => () => {
            for (const [{ done }, result] of Arr.zip(callers, results)) done(Exit.succeed(result))
          },
        ),
        fail: (cause) => {
          for (const { done } of callers) done(Exit.failCause(cause))
        },
        parts: () => callers.map((caller) => pieceOf([caller])),
      })
      return (item: I, done: Caller<I, A>["done"]) => {
        const bytes = bytesOf(item)
        if (open !== undefined && open.callers.length < maxItems && open.waiting.bytes + bytes <= maxBytes) {
          open.callers.push({ item, done })
          open.waiting.bytes += bytes
          return
        }
        const callers: Arr.NonEmptyArray<Caller<I, A>> = [{ item, done }]
        const piece = () => {
          if (open?.callers === callers) open = undefined
          return pieceOf(callers)
        }
        open = { callers, waiting: { piece, bytes } }
        add(open.waiting)
      }
    },
  })
})

/**
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<GroupCommit, never, SqlClient.SqlClient> = Layer.effect(
  GroupCommit,
  Effect.flatMap(SqlClient.SqlClient, (sql) => make(sql.onDialectOrElse({ pg: () => 3, orElse: () => 1 }))),
)
