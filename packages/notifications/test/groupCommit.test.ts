/**
 * Work that shares a transaction fails alone.
 */
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { GroupCommit } from "../src/index.ts"
import { memory } from "./TestDatabase.ts"

it.effect("each piece is committed before its caller goes on; one that fails takes no other along", () =>
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

const add4 = (sql: SqlClient.SqlClient) => sql`INSERT INTO plum (id) VALUES (4)`
