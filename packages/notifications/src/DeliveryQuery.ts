/**
 * Reads deliveries: a page of them, one, and its attempts.
 */
import { Effect, Schema } from "effect"
import type { SqlClient, Statement } from "effect/sql"
import type { Deliveries } from "./Deliveries.ts"
import { Attempt, CursorRefused, Delivery, DeliveryDetail, DeliveryUnknown, RangeRefused } from "./Delivery.ts"
import * as Stretches from "./Stretches.ts"

const decodeRows = Schema.decodeUnknownSync(Schema.Array(Delivery))
const decodeDetail = Schema.decodeUnknownSync(DeliveryDetail)
const decodeAttempts = Schema.decodeUnknownSync(Schema.Array(Attempt))

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (sql: SqlClient.SqlClient): Pick<Deliveries["Service"], "list" | "get" | "attempts"> => {
  // A lookup for each row that is given, where a join might read all events first.
  const eventOf = (column: "name" | "body") =>
    sql`(SELECT ${sql(column)} FROM notification_event WHERE id = event_id) AS ${sql(column)}`
  const columns = sql`id, event_id AS event, ${eventOf("name")}, integration_id AS integration, state, attempts,
    created_at AS ${sql("createdAt")}, due_at AS ${sql("dueAt")}, updated_at AS ${sql("updatedAt")}`

  const get: Deliveries["Service"]["get"] = Effect.fnUntraced(function* (workspace, id) {
    const [row] = yield* sql`SELECT ${columns}, ${eventOf("body")}, url
      FROM notification_delivery JOIN (SELECT id AS integration_id, url FROM notification_integration) i USING (integration_id)
      WHERE workspace = ${workspace} AND id = ${id}`
    return row === undefined ? yield* new DeliveryUnknown({ id }) : decodeDetail(row)
  })

  return {
    get,

    list: Effect.fnUntraced(function* (workspace, options = {}) {
      const { state, integration, name, event, cursor } = options
      const limit = Math.min(Math.max(options.limit ?? 50, 1), 200)
      const time = Stretches.between(workspace, options)
      if (time === undefined) return yield* new RangeRefused({})
      const last = cursor === undefined ? undefined : placeOf(cursor)
      if (last === null) return yield* new CursorRefused({})
      const dead = state === "dead"
      const range = { ...(last === undefined ? time : Stretches.olderThan(time, last)), dead }
      const wanted = [
        ...(state === undefined || dead ? [] : [sql`state = ${state}`]),
        ...(integration === undefined ? [] : [sql`integration_id = ${integration}`]),
        ...(name === undefined ? [] : [sql`(SELECT name FROM notification_event WHERE id = event_id) = ${name}`]),
      ]
      // An event's are few: they come first of all, whatever else there is an index for.
      const from =
        event === undefined
          ? sql.literal("notification_delivery")
          : sql`(WITH few AS MATERIALIZED (SELECT * FROM notification_delivery WHERE event_id = ${event})
              SELECT * FROM few) one`
      const found: Array<Delivery> = []
      const search = Effect.fnUntraced(function* (among: Statement.Fragment) {
        // One more than asked for, to know whether there is more.
        const missing = limit + 1 - found.length
        const rows = yield* sql`SELECT ${columns} FROM ${from} WHERE ${sql.and([among, ...wanted])}
          ORDER BY created_at DESC, id DESC LIMIT ${missing}`
        found.push(...decodeRows(rows))
        return rows.length < missing
      })
      if (event !== undefined || wanted.length === 0) yield* search(Stretches.condition(sql, range))
      else yield* Stretches.forEach(sql, range, "newest", search)
      const deliveries = found.slice(0, limit)
      const end = deliveries.at(-1)
      return end === undefined || found.length <= limit
        ? { deliveries }
        : { deliveries, next: `${end.createdAt}.${end.id}` }
    }),

    attempts: Effect.fnUntraced(function* (workspace, id) {
      yield* get(workspace, id)
      return decodeAttempts(
        yield* sql`SELECT number, at, duration, status, error, answer FROM notification_attempt
          WHERE delivery_id = ${id} ORDER BY number`,
      )
    }),
  }
}

/** `null` for what no page gave. */
const placeOf = (cursor: string): Stretches.Place | null => {
  const [, at, id] = /^(\d{1,16})\.(\d{1,16})$/.exec(cursor) ?? []
  const place = { at: Number(at), id: Number(id) }
  return Number.isSafeInteger(place.at) && Number.isSafeInteger(place.id) ? place : null
}
