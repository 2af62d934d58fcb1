/**
 * Lets pieces of work that come at about the same time share a transaction.
 *
 * Each commit waits for the disk: what publishes, claims and settles one by one would spend its time waiting in a row. Here a commit takes
 * along all that has gathered since the one before, so the more there is to do, the less each costs; and what is done alike for many
 * can be done in one statement for all. Each caller returns once its own work is committed. When a group fails, each piece is done
 * again in a transaction of its own, so that one failure is one caller's.
 *
 * SQLite has one writer and so one group at a time, PostgreSQL a few.
 */
import { setImmediate } from "node:timers/promises"
import { Array as Arr, type Cause, Context, Effect, Exit, Latch, Layer } from "effect"
import { SqlClient, type SqlError } from "effect/sql"

type Work<A> = Effect.Effect<A, SqlError.SqlError>

/**
 * Work may run twice, the first time rolled back; it does nothing but statements.
 *
 * - `run` gives what the work gives, committed.
 * - `batched`: `write` gets what has gathered, at most 256, and gives as many results in the same order. What it makes tells its caller by
 *   a function, so that somebody who waits for nothing needs no fiber. `bytes` is about how large an item is, where they may be large:
 *   together they stay below 8 MiB.
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
>()("espalier/notifications/GroupCommit") {}

interface Piece {
  /** Does the work and gives what tells its callers. */
  readonly work: Work<() => void>
  readonly fail: (cause: Cause.Cause<SqlError.SqlError>) => void
  /** The same in pieces of one caller each. */
  readonly parts: () => ReadonlyArray<Piece>
}

interface Caller<I, A> {
  readonly item: I
  readonly done: (result: Exit.Exit<A, SqlError.SqlError>) => void
}

/** How many items are written, and how many pieces done, at once: others get their turn in between. */
const most = 256
const mostBytes = 8 * 1024 * 1024

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
      // The first one has its turn however large it is.
      return index > 0 && (index === most || sum > mostBytes)
    })
    const taken = waiting.splice(0, end < 0 ? waiting.length : end)
    if (waiting.length === 0) gathered.closeUnsafe()
    return taken.map(({ piece }) => piece())
  }

  const alone = ({ work, fail }: Piece) =>
    Effect.matchCause(sql.withTransaction(work), { onFailure: fail, onSuccess: (tell) => tell() })

  const group = Effect.gen(function* () {
    yield* gathered.await
    // Whoever is about to add to the group does so first: SQLite lets nobody do anything while it works.
    yield* Effect.promise(() => setImmediate())
    const pieces = take()
    if (pieces.length === 0) return
    const exit = yield* Effect.exit(sql.withTransaction(Effect.forEach(pieces, ({ work }) => work)))
    if (Exit.isSuccess(exit)) for (const tell of exit.value) tell()
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
        if (open !== undefined && open.callers.length < most && open.waiting.bytes + bytes <= mostBytes) {
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
