/**
 * Publishes events to the integrations of a workspace.
 *
 * When `publish` returns, the event and one delivery for each enabled integration that subscribes to it are committed together; workers
 * do the rest. Whoever is not sure that a `publish` went through repeats it with the same idempotency key.
 *
 * What surprises: who gets an event is settled when it is published. An integration that subscribes later does not.
 */
import { NotificationEvent, subscriptionOf } from "@espalier/schema"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import * as EventId from "./EventId.ts"
import { GroupCommit } from "./GroupCommit.ts"
import * as JsonRows from "./JsonRows.ts"
import { type Published, PublishRefused } from "./Published.ts"
import * as Values from "./Values.ts"
import { Wakeup } from "./Wakeup.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface PublishOptions {
  /** 1 to 255 characters, the workspace's own. Remembered as long as the event is kept. */
  readonly idempotencyKey?: string | undefined
}

/**
 * @category services
 * @since 0.1.0
 */
export class Notifications extends Context.Service<
  Notifications,
  {
    readonly publish: (
      workspace: string,
      event: NotificationEvent,
      options?: PublishOptions,
    ) => Effect.Effect<Published, PublishRefused | SqlError.SqlError>
  }
>()("espalier/notifications/Notifications") {
  /** Over tables that `migrate` has made. */
  static readonly layer: Layer.Layer<Notifications, never, SqlClient.SqlClient | Wakeup | GroupCommit> = Layer.effect(
    Notifications,
    Effect.suspend(() => make),
  )
}

const maxBytes = 256 * 1024

const refuse = (reason: PublishRefused["reason"]) => Effect.fail(PublishRefused.for(reason))

/** No NUL and no half of a surrogate pair: no database keeps those. */
const isKey = (key: string): boolean => key !== "" && key.length <= 255 && !key.includes("\0") && key.isWellFormed()

const encode = Schema.encodeEffect(NotificationEvent)

const bodyOf = (event: NotificationEvent): Effect.Effect<string, PublishRefused> =>
  encode(event).pipe(
    Effect.catch(() => refuse("Invalid")),
    Effect.map((json) => JSON.stringify(json)),
    Effect.filterOrElse(
      (body) => Buffer.byteLength(body) <= maxBytes,
      () => refuse("TooLarge"),
    ),
  )

/** An event as it is stored. */
interface Row {
  readonly id: string
  readonly workspace: string
  readonly name: string
  readonly body: string
  readonly key: string | undefined
  readonly now: number
}

/** What came of a row, with the integrations that get it; `undefined` when its key stands for another event. */
type Stored = (Published & { readonly integrations: ReadonlyArray<string> }) | undefined

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const wakeup = yield* Wakeup
  const commits = yield* GroupCommit

  const store = commits.batched<Row, Stored>(
    Effect.fnUntraced(function* (rows) {
      const inserted = yield* Values.forEach(
        rows.map(({ id, workspace, name, body, key = null, now }) => ({
          id,
          workspace,
          name,
          body,
          idempotency_key: key,
          created_at: now,
        })),
        (values) => sql<{ readonly id: string }>`INSERT INTO notification_event ${sql.insert(values)}
          ON CONFLICT (workspace, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id`,
      )
      const integrations = new Map<string, Array<string>>(inserted.map(({ id }) => [id, []]))
      const deliveries = yield* sql<{ readonly event_id: string; readonly integration_id: string }>`
        INSERT INTO notification_delivery
          (event_id, integration_id, workspace, state, attempts, created_at, due_at, updated_at)
        SELECT event.id, integration.id, integration.workspace, 'pending', 0, event.now, event.now, event.now
        FROM (
          SELECT value ->> 0 AS id, value ->> 1 AS workspace, value ->> 2 AS pattern, CAST(value ->> 3 AS bigint) AS now
          FROM ${JsonRows.from(
            sql,
            rows.flatMap(({ id, workspace, name, now }) =>
              integrations.has(id) ? [[id, workspace, `%"${name}"%`, now]] : [],
            ),
          )}
        ) AS event
        JOIN notification_integration AS integration ON integration.workspace = event.workspace
        WHERE integration.enabled = 1 AND integration.events LIKE event.pattern
        RETURNING event_id, integration_id`
      for (const { event_id, integration_id } of deliveries) integrations.get(event_id)?.push(integration_id)
      const results: Array<Stored> = []
      for (const row of rows) {
        const own = integrations.get(row.id)
        results.push(
          own === undefined
            ? yield* repetition(row)
            : { id: row.id, deliveries: own.length, repeated: false, integrations: own },
        )
      }
      return results
    }),
    ({ body }) => body.length,
  )

  /** What the key stands for. */
  const repetition = Effect.fnUntraced(function* ({ workspace, key = "", body }: Row) {
    const [first] = yield* sql<{ readonly id: string; readonly body: string }>`SELECT id, body FROM notification_event
      WHERE workspace = ${workspace} AND idempotency_key = ${key}`
    if (first === undefined || first.body !== body) return undefined
    const [count] = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM notification_delivery
      WHERE event_id = ${first.id}`
    return { id: first.id, deliveries: count?.n ?? 0, repeated: true, integrations: [] }
  })

  return Notifications.of({
    publish: Effect.fnUntraced(function* (workspace, event, { idempotencyKey: key } = {}) {
      if (key !== undefined && !isKey(key)) return yield* refuse("BadKey")
      const body = yield* bodyOf(event)
      const now = yield* Clock.currentTimeMillis
      const row = { id: EventId.make(now), workspace, name: subscriptionOf(event), body, key, now }
      const stored = yield* Effect.callback<Stored, SqlError.SqlError>((resume) => store(row, resume))
      if (stored === undefined) return yield* refuse("KeyReused")
      const { integrations, ...published } = stored
      wakeup.published(integrations)
      return published
    }),
  })
})
