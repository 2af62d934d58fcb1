/**
 * Reads deliveries: a page of them, one, and its attempts.
 */
import { Effect, Schema } from "effect"
import type { SqlClient, SqlError, Statement } from "effect/sql"
import * as AttemptError from "./AttemptError.ts"
import { Attempt, Delivery, DeliveryDetail, type DeliveryListing, type DeliveryPage } from "./Delivery.ts"
import { DeliveryNotFound, InvalidCursor, InvalidTimeRange } from "./DeliveryError.ts"
import * as KeysetBatches from "./KeysetBatches.ts"

/**
 * - `list`: newest first. Events that are published meanwhile precede the pages that were read.
 * - `attempts`: oldest first.
 *
 * @category models
 * @since 0.1.0
 */
export interface DeliveryQuery {
  readonly list: (
    workspace: string,
    listing?: DeliveryListing,
  ) => Effect.Effect<DeliveryPage, InvalidCursor | InvalidTimeRange | SqlError.SqlError>
  readonly get: (workspace: string, id: number) => Effect.Effect<DeliveryDetail, DeliveryNotFound | SqlError.SqlError>
  readonly attempts: (
    workspace: string,
    id: number,
  ) => Effect.Effect<ReadonlyArray<Attempt>, DeliveryNotFound | SqlError.SqlError>
}

const test = Schema.BooleanFromBit
const decodeRows = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ ...Delivery.fields, test })))
const decodeDetail = Schema.decodeUnknownSync(Schema.Struct({ ...DeliveryDetail.fields, test }))

const { timing, message: _, requestHeaders, ...attemptFields } = Attempt.fields
const decodeAttempts = Schema.decodeUnknownSync(
  Schema.Array(
    Schema.Struct({
      ...attemptFields,
      ...timing.fields,
      requestHeaders: Schema.NullOr(Schema.fromJsonString(requestHeaders.members[0])),
    }),
  ),
)

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (sql: SqlClient.SqlClient): DeliveryQuery => {
  // A look-up for each returned row; a join might read all events first.
  const eventOf = (column: "name" | "body") =>
    sql`(SELECT ${sql(column)} FROM espalier_event WHERE id = event_id) AS ${sql(column)}`
  const columns = sql`id, event_id AS event, ${eventOf("name")}, integration_id AS integration, state, attempts,
    created_at AS ${sql("createdAt")}, due_at AS ${sql("dueAt")}, updated_at AS ${sql("updatedAt")}, test,
    last_status AS ${sql("lastStatus")}, last_error AS ${sql("lastError")}`

  const get: DeliveryQuery["get"] = Effect.fnUntraced(function* (workspace, id) {
    const [row] = yield* sql`SELECT ${columns}, ${eventOf("body")}, url
      FROM espalier_delivery JOIN (SELECT id AS integration_id, url FROM espalier_integration) i USING (integration_id)
      WHERE workspace = ${workspace} AND id = ${id}`
    return row === undefined ? yield* new DeliveryNotFound({ id }) : decodeDetail(row)
  })

  return {
    get,

    list: Effect.fnUntraced(function* (workspace, listing = {}) {
      const { state, integration, name, event, cursor } = listing
      const limit = Math.min(Math.max(listing.limit ?? 50, 1), 200)
      const time = KeysetBatches.between(workspace, listing)
      if (time === undefined) return yield* InvalidTimeRange.of()
      const last = cursor === undefined ? undefined : KeysetBatches.parseCursor(cursor)
      if (cursor !== undefined && last === undefined) return yield* new InvalidCursor({})
      const dead = state === "dead"
      const range = { ...(last === undefined ? time : KeysetBatches.olderThan(time, last)), dead }
      const filters = [
        ...(state === undefined || dead ? [] : [sql`state = ${state}`]),
        ...(integration === undefined ? [] : [sql`integration_id = ${integration}`]),
        ...(name === undefined ? [] : [sql`(SELECT name FROM espalier_event WHERE id = event_id) = ${name}`]),
      ]
      // An event has few deliveries: they are selected first, whatever other index there is.
      const from =
        event === undefined
          ? sql.literal("espalier_delivery")
          : sql`(WITH few AS MATERIALIZED (SELECT * FROM espalier_delivery WHERE event_id = ${event})
              SELECT * FROM few) one`
      const found: Array<Delivery> = []
      const search = Effect.fnUntraced(function* (among: Statement.Fragment) {
        // One more than the limit, to know whether another page follows.
        const missing = limit + 1 - found.length
        const rows = yield* sql`SELECT ${columns} FROM ${from} WHERE ${sql.and([among, ...filters])}
          ORDER BY created_at DESC, id DESC LIMIT ${missing}`
        found.push(...decodeRows(rows))
        return rows.length < missing
      })
      if (event !== undefined || filters.length === 0) yield* search(KeysetBatches.condition(sql, range))
      else yield* KeysetBatches.forEach(sql, range, "newest", search)
      const deliveries = found.slice(0, limit)
      const end = deliveries.at(-1)
      return end === undefined || found.length <= limit
        ? { deliveries }
        : { deliveries, next: KeysetBatches.formatCursor({ at: end.createdAt, id: end.id }) }
    }),

    attempts: Effect.fnUntraced(function* (workspace, id) {
      yield* get(workspace, id)
      const rows = yield* sql`SELECT number, at, duration, status, error, body_excerpt AS ${sql("bodyExcerpt")}, url,
          request_headers AS ${sql("requestHeaders")}, remote_address AS ${sql("remoteAddress")}, dns_ms AS dns,
          connect_ms AS connect, tls_ms AS tls, first_byte_ms AS ${sql("firstByte")}
        FROM espalier_attempt WHERE delivery_id = ${id} ORDER BY number`
      return decodeAttempts(rows).map(({ dns, connect, tls, firstByte, ...attempt }) => ({
        ...attempt,
        message: attempt.error === null ? null : AttemptError.message(attempt.error),
        timing: { dns, connect, tls, firstByte },
      }))
    }),
  }
}
