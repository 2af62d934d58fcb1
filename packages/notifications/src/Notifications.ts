/**
 * Publishes events to the integrations of a workspace.
 *
 * When `publish` returns, the event and one delivery for each enabled integration that subscribes to it are committed together; workers
 * do the rest. Whoever is not sure that a `publish` went through repeats it with the same idempotency key.
 *
 * What surprises: who gets an event is settled when it is published. An integration that subscribes later does not.
 */
import { NotificationEvent, subscriptionOf } from "@espalier/schema"
import { WebhookId } from "@espalier/signing"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { GroupCommit } from "./GroupCommit.ts"
import { type Published, PublishRefused } from "./Published.ts"
import { Wakeup } from "./Wakeup.ts"

/** @category models */
export interface PublishOptions {
  /** 1 to 255 characters, the workspace's own. Remembered as long as the event is kept. */
  readonly idempotencyKey?: string | undefined
}

/** @category services */
export class Notifications extends Context.Service<
  Notifications,
  {
    readonly publish: (
      workspace: string,
      event: NotificationEvent,
      options?: PublishOptions,
    ) => Effect.Effect<Published, PublishRefused | SqlError.SqlError>
  }
>()("espalier/notifications/Notifications") {}

const maxBytes = 256 * 1024

const refuse = (reason: PublishRefused["reason"]) => Effect.fail(PublishRefused.for(reason))

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

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const wakeup = yield* Wakeup
  const commits = yield* GroupCommit

  return Notifications.of({
    publish: Effect.fnUntraced(function* (workspace, event, { idempotencyKey } = {}) {
      if (idempotencyKey !== undefined && (idempotencyKey === "" || idempotencyKey.length > 255)) {
        return yield* refuse("BadKey")
      }
      const body = yield* bodyOf(event)
      const name = subscriptionOf(event)
      const id = yield* WebhookId.make
      const now = yield* Clock.currentTimeMillis
      const publishing = Effect.gen(function* () {
        const inserted = yield* sql`INSERT INTO notification_event ${sql.insert({
          id,
          workspace,
          name,
          body,
          idempotency_key: idempotencyKey ?? null,
          created_at: now,
        })} ON CONFLICT (workspace, idempotency_key) DO NOTHING RETURNING id`
        if (inserted.length === 0) return yield* repetition(workspace, idempotencyKey ?? "", body)
        const deliveries = yield* sql`INSERT INTO notification_delivery
            (event_id, integration_id, workspace, state, attempts, created_at, due_at, updated_at)
          SELECT ${id}, id, workspace, 'pending', 0, ${now}, ${now}, ${now}
          FROM notification_integration
          WHERE workspace = ${workspace} AND enabled = 1 AND events LIKE ${`%"${name}"%`}
          RETURNING id`
        return { id, deliveries: deliveries.length, repeated: false }
      })
      const published = yield* commits.run(publishing)
      if (published === undefined) return yield* refuse("KeyReused")
      if (published.deliveries > 0) yield* wakeup.wake
      return published
    }),
  })

  /** What the key stands for; `undefined` when that is another event. */
  function repetition(workspace: string, key: string, body: string) {
    return Effect.gen(function* () {
      const [first] = yield* sql<{ readonly id: string; readonly body: string }>`SELECT id, body FROM notification_event
        WHERE workspace = ${workspace} AND idempotency_key = ${key}`
      if (first === undefined || first.body !== body) return undefined
      const [count] = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM notification_delivery
        WHERE event_id = ${first.id}`
      return { id: first.id, deliveries: count?.n ?? 0, repeated: true }
    })
  }
})

/**
 * @category layers
 */
export const layer: Layer.Layer<Notifications, never, SqlClient.SqlClient | Wakeup | GroupCommit> = Layer.effect(
  Notifications,
  make,
)
