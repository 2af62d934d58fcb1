/**
 * A server that is killed: uses up challenges in the SQLite file of its first argument, one after the other, and says each on its
 * standard output when the store has taken it.
 */
import { writeSync } from "node:fs"
import { Database } from "@espalier/sql"
import { DateTime, Effect, Layer, Redacted } from "effect"
import { Store, StoreSql } from "../../src/Store/index.ts"

const [, , file = ""] = process.argv
const farOff = DateTime.makeUnsafe("2999-01-01T00:00:00Z")

const write = Effect.gen(function* () {
  const store = yield* Store
  for (let id = 0; ; id++) {
    yield* store.enroll({ id: `${id}`, expiresAt: farOff, request: "key" })
    writeSync(1, `${id}\n`)
  }
})

await Effect.runPromise(
  Effect.provide(
    write,
    Layer.provide(StoreSql.layer, Database.layer({ url: Redacted.make(`sqlite://${encodeURI(file)}`) })),
  ),
)
