import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { IdempotencyStore } from "../src/Receiver/index.ts"

// CREATE TABLE seen (id text PRIMARY KEY, at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP)
export const sqlIdempotencyStore = Effect.map(
  SqlClient.SqlClient,
  (sql): IdempotencyStore.IdempotencyStore<unknown> => ({
    runOnce: (id, handle) =>
      Effect.gen(function* () {
        const inserted = yield* sql`INSERT INTO seen (id) VALUES (${id}) ON CONFLICT DO NOTHING RETURNING id`
        if (inserted.length === 0) return "Duplicate"
        yield* handle
        return "Handled"
      }).pipe(sql.withTransaction),
  }),
)
