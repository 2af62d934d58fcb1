/**
 * Lets pieces of work that come at about the same time share a transaction.
 *
 * SQLite has one writer, and each commit waits for the disk: what publishes, claims and settles would spend its time waiting in a row.
 * Here a commit takes along all that has gathered since the one before. Each caller returns once its own work is committed, as before. When
 * a group fails, each piece is done again in a transaction of its own, so that one failure is one caller's.
 *
 * PostgreSQL does this by itself over several connections; there each piece has its transaction.
 */
import { setImmediate } from "node:timers/promises"
import { type Cause, Context, Deferred, Effect, Exit, Layer, Queue } from "effect"
import { SqlClient, type SqlError } from "effect/sql"

type Work<A> = Effect.Effect<A, SqlError.SqlError>

/**
 * `run` returns what the work gives, committed. The work may run twice, the first time rolled back; it does nothing but statements.
 *
 * @category services
 */
export class GroupCommit extends Context.Service<
  GroupCommit,
  { readonly run: <A>(work: Work<A>) => Effect.Effect<A, SqlError.SqlError> }
>()("espalier/notifications/GroupCommit") {}

interface Piece {
  /** Does the work and gives what tells its caller. */
  readonly work: Work<Effect.Effect<unknown>>
  readonly fail: (cause: Cause.Cause<SqlError.SqlError>) => Effect.Effect<unknown>
}

const most = 256

const grouped = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const queue = yield* Queue.unbounded<Piece>()

  const alone = ({ work, fail }: Piece) =>
    Effect.matchCauseEffect(sql.withTransaction(work), {
      onFailure: fail,
      onSuccess: (tell) => tell,
    })

  yield* Effect.gen(function* () {
    yield* Queue.peek(queue)
    // The database is synchronous: nobody adds to the group while it works, so let everybody do so first.
    yield* Effect.promise(() => setImmediate())
    const group = yield* Queue.takeBetween(queue, 1, most)
    const exit = yield* Effect.exit(sql.withTransaction(Effect.forEach(group, ({ work }) => work)))
    yield* Exit.isSuccess(exit)
      ? Effect.all(exit.value, { discard: true })
      : Effect.forEach(group, alone, { discard: true })
  }).pipe(Effect.forever, Effect.forkScoped)

  return Effect.fnUntraced(function* <A>(work: Work<A>) {
    const done = yield* Deferred.make<A, SqlError.SqlError>()
    yield* Queue.offer(queue, {
      work: Effect.map(work, (value) => Deferred.succeed(done, value)),
      fail: (cause) => Deferred.failCause(done, cause),
    })
    return yield* Deferred.await(done)
  })
})

/**
 * @category layers
 */
export const layer: Layer.Layer<GroupCommit, never, SqlClient.SqlClient> = Layer.effect(
  GroupCommit,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const run = yield* sql.onDialectOrElse({
      pg: () => Effect.succeed(<A>(work: Work<A>) => sql.withTransaction(work)),
      orElse: () => grouped(sql),
    })
    return { run }
  }),
)
