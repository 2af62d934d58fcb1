/**
 * Deliveries as rows, for tests of what is read from many: in whatever state, of whatever time, without a worker.
 */

import type { DeliveryState } from "@espalier/notifications"
import type { SubscriptionName } from "@espalier/schema"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export interface Row {
  readonly at: number
  readonly state: DeliveryState
  readonly integration: string
  readonly name: SubscriptionName
}

let count = 0

/** Their identifiers, in the order of the rows. */
export const insert = Effect.fnUntraced(function* (workspace: string, rows: ReadonlyArray<Row>) {
  const sql = yield* SqlClient.SqlClient
  return yield* Effect.forEach(rows, ({ at, state, integration, name }) =>
    Effect.gen(function* () {
      const id = `msg_${++count}`
      yield* sql`INSERT INTO espalier_event ${sql.insert({ id, workspace, name, body: `{"n":${count}}`, created_at: at })}`
      const times = { created_at: at, due_at: at, updated_at: at }
      const rest = { event_id: id, integration_id: integration, workspace, state, attempts: 1, ...times }
      const [row] = yield* sql<{
        readonly id: number
      }>`INSERT INTO espalier_delivery ${sql.insert(rest)} RETURNING id`
      return { id: row?.id ?? 0, event: id }
    }),
  ).pipe(sql.withTransaction)
})

/** So many delivered ones of one event, one each millisecond from 1 on. */
export const insertMany = Effect.fnUntraced(function* (workspace: string, rows: number) {
  const sql = yield* SqlClient.SqlClient
  const [one] = yield* insert(workspace, [{ at: 1, state: "delivered", integration: "int_1", name: "device_enrolled" }])
  yield* sql`INSERT INTO espalier_delivery
      (event_id, integration_id, workspace, state, attempts, created_at, due_at, updated_at)
    WITH RECURSIVE counted(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM counted WHERE n < CAST(${rows} AS integer))
    SELECT event_id, integration_id, workspace, state, attempts, n, n, n
    FROM counted JOIN espalier_delivery ON id = ${one?.id ?? 0}`
})
