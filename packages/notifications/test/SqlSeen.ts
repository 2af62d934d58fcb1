import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Seen } from "../src/Receiver/index.ts"

// CREATE TABLE seen (id text PRIMARY KEY, at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP)
export const sqlSeen = Effect.map(
  SqlClient.SqlClient,
  (sql): Seen.Seen<unknown> => ({
    once: (id, handle) =>
      Effect.gen(function* () {
        const inserted = yield* sql`INSERT INTO seen (id) VALUES (${id}) ON CONFLICT DO NOTHING RETURNING id`
        if (inserted.length === 0) return "Repeated"
        yield* handle
        return "Handled"
      }).pipe(sql.withTransaction),
  }),
)
