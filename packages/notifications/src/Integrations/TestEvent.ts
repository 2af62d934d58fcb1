/**
 * Stores a test event: an example of an event, with one delivery to one integration.
 *
 * A test event is attempted once and carries the header `webhook-test: true`. It counts in no statistic and disables nothing.
 */
import { NotificationEvent, type SubscriptionName } from "@espalier/schema"
import { Clock, Effect, Schema } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import * as EventExample from "../Events/EventExample.ts"
import * as EventId from "../Events/EventId.ts"
import type { TestSent } from "./IntegrationInput.ts"

const encode = Schema.encodeSync(NotificationEvent)
const decode = Schema.decodeUnknownSync(Schema.Tuple([Schema.Struct({ delivery: Schema.Int })]))

/**
 * Whether the integration was sent fewer than `limit` test events in the last minute.
 *
 * @category queries
 * @since 0.1.0
 */
export const isAllowed = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  { id, workspace }: { readonly id: string; readonly workspace: string },
  limit: number,
): Effect.fn.Return<boolean, SqlError.SqlError> {
  const since = (yield* Clock.currentTimeMillis) - 60_000
  const recent = yield* sql`SELECT id FROM espalier_delivery
    WHERE workspace = ${workspace} AND created_at > ${since} AND integration_id = ${id} AND test = 1 LIMIT ${limit}`
  return recent.length < limit
})

/**
 * Stores the example and its delivery. Run it in a transaction.
 *
 * @category running
 * @since 0.1.0
 */
export const send = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  { id: integration, workspace }: { readonly id: string; readonly workspace: string },
  name: SubscriptionName,
): Effect.fn.Return<TestSent, SqlError.SqlError> {
  const now = yield* Clock.currentTimeMillis
  const event = EventId.make(now)
  const body = JSON.stringify(encode(EventExample.of(name)))
  yield* sql`INSERT INTO espalier_event ${sql.insert({ id: event, workspace, name, body, created_at: now })}`
  const [row] = decode(
    yield* sql`INSERT INTO espalier_delivery
        (event_id, integration_id, workspace, state, attempts, created_at, due_at, updated_at, test)
      VALUES (${event}, ${integration}, ${workspace}, 'pending', 0, ${now}, ${now}, ${now}, 1) RETURNING id AS delivery`,
  )
  return { event, ...row }
})
