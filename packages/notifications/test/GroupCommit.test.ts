/**
 * Work that shares a transaction fails alone.
 */
import { expect, it } from "@effect/vitest"
import { memory } from "@espalier/testing/TestDatabase"
import { Array as Arr, Effect, Layer } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import * as GroupCommit from "../src/Storage/GroupCommit.ts"

it.effect("commits each piece before its caller continues; a failure affects one caller", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { run } = yield* GroupCommit.GroupCommit
    yield* sql`CREATE TABLE plum (id integer PRIMARY KEY)`
    const add = (id: number) => run(sql`INSERT INTO plum ${sql.insert({ id })} RETURNING id`)
    const results = yield* Effect.forEach([1, 2, 2, 3], (id) => Effect.result(add(id)), { concurrency: "unbounded" })
    expect(results.map(({ _tag }) => _tag)).toEqual(["Success", "Success", "Failure", "Success"])
    expect(yield* sql`SELECT id FROM plum ORDER BY id`).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
    const defect = yield* Effect.exit(run(Effect.andThen(add4(sql), Effect.die("bug"))))
    expect(defect._tag).toBe("Failure")
    expect(yield* sql`SELECT count(*) AS n FROM plum`).toEqual([{ n: 3 }])
    yield* add(5)
    expect(yield* sql`SELECT count(*) AS n FROM plum`).toEqual([{ n: 4 }])
  }).pipe(Effect.provide(Layer.provideMerge(GroupCommit.layer, memory))),
)

it.effect("writes items one by one when writing them together fails", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { batched } = yield* GroupCommit.GroupCommit
    yield* sql`CREATE TABLE plum (id integer PRIMARY KEY)`
    const sizes: Array<number> = []
    const add = batched((ids: Arr.NonEmptyReadonlyArray<number>) => {
      sizes.push(ids.length)
      return sql<{ readonly id: number }>`INSERT INTO plum ${sql.insert(Arr.map(ids, (id) => ({ id })))} RETURNING id`
    })
    const results = yield* Effect.forEach(
      [1, 2, 2, 3],
      (id) => Effect.result(Effect.callback<{ readonly id: number }, SqlError.SqlError>((resume) => add(id, resume))),
      { concurrency: "unbounded" },
    )
    expect(sizes).toEqual([4, 1, 1, 1, 1])
    expect(results.map((result) => (result._tag === "Success" ? result.success.id : result._tag))).toEqual([
      1,
      2,
      "Failure",
      3,
    ])
    expect(yield* sql`SELECT id FROM plum ORDER BY id`).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
  }).pipe(Effect.provide(Layer.provideMerge(GroupCommit.layer, memory))),
)

it.effect("splits batches that are too large", () =>
  Effect.gen(function* () {
    const { batched } = yield* GroupCommit.GroupCommit
    const log: Array<ReadonlyArray<number> | number> = []
    const megabytes = batched(
      (items: Arr.NonEmptyReadonlyArray<number>) => {
        log.push(items)
        return Effect.succeed(items)
      },
      (size) => size * 1024 * 1024,
    )
    yield* Effect.forEach(
      [3, 5, 1, 20, 7],
      (size) =>
        Effect.callback<void>((resume) => {
          megabytes(size, () => {
            log.push(size)
            resume(Effect.void)
          })
        }),
      { concurrency: "unbounded" },
    )
    // Each is told before the next are written: they share no transaction either.
    expect(log).toEqual([[3, 5], 3, 5, [1], 1, [20], 20, [7], 7])
  }).pipe(Effect.provide(Layer.provideMerge(GroupCommit.layer, memory))),
)

const add4 = (sql: SqlClient.SqlClient) => sql`INSERT INTO plum (id) VALUES (4)`
