/**
 * A backlog, put into the tables by SQL: what publishing would take minutes for.
 */
import { Integrations } from "@espalier/notifications"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { event, path, workspace } from "./Job.ts"
import { origin } from "./Origin.ts"

/** How many deliveries an event of the backlog has. */
const fanOut = 10

/**
 * Half of it is for the integration that is published to, half for another one, both disabled until a task begins.
 *
 * `later`: due in a day. `due`: due since a minute, before all that is published.
 */
export const fill = (kind: "due" | "later", size: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { create, list, disable } = yield* Integrations
    yield* create(workspace, { url: `${origin}${path(1)}`, events: ["inventory_item"] })
    const [first, second] = yield* list(workspace)
    if (first === undefined || second === undefined) return
    for (const { id } of [first, second]) yield* disable(workspace, id)
    const now = Date.now()
    const dueAt = kind === "due" ? now - 60_000 : now + 86_400_000
    const numbers = (count: number) =>
      sql`WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})`
    yield* sql`INSERT INTO espalier_event (id, workspace, name, body, created_at)
      ${numbers(size / fanOut)}
      SELECT 'msg_backlog' || n, ${workspace}, 'device_enrolled', ${JSON.stringify(event(0))}, ${now} FROM numbers`
    yield* sql`INSERT INTO espalier_delivery
        (event_id, integration_id, workspace, state, attempts, created_at, due_at, updated_at)
      ${numbers(size)}
      SELECT 'msg_backlog' || ((n - 1) / ${sql.literal(String(fanOut))} + 1), CASE WHEN n % 2 = 0 THEN ${first.id} ELSE ${second.id} END,
        ${workspace}, 'pending', 0, ${now}, ${dueAt}, ${now} FROM numbers`
  }).pipe(Effect.asVoid)
