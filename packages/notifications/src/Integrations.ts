/**
 * The webhook integrations of workspaces: where notifications are posted, which, and with what they are signed.
 *
 * A workspace sees its own only; every call names it. A secret is given once, by {@link Integrations} `create` and `rotateSecret`; after
 * a rotation the old one signs along for 24 hours, the last old one only. Secrets are stored as they are, since they have to sign:
 * whoever reads the database can sign.
 *
 * What surprises: deliveries that wait for a disabled integration are kept, and go out when it is enabled again; events
 * that are published meanwhile do not. Deleting one deletes its deliveries.
 */
import { type Integration, SubscriptionName, Subscriptions } from "@espalier/schema"
import { Secret } from "@espalier/signing"
import { Clock, Context, Effect, Layer, Redacted, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { AddressRefused, UrlRefused } from "./AddressError.ts"
import { AddressGuard } from "./AddressGuard.ts"
import * as identifier from "./Identifier.ts"
import { EventsRefused, IntegrationConflict, IntegrationDisabled, IntegrationUnknown } from "./IntegrationError.ts"
import { read } from "./IntegrationRow.ts"
import * as TestEvent from "./TestEvent.ts"
import { Wakeup } from "./Wakeup.ts"

type Sql = SqlError.SqlError

/**
 * What an integration is made of, unchecked: a person's or a program's input.
 *
 * @category models
 * @since 0.1.0
 */
export interface IntegrationInput {
  readonly url: string
  readonly events: ReadonlyArray<string>
}

/**
 * An integration and its new secret: the text `whsec_…`, to be shown now and never again.
 *
 * @category models
 * @since 0.1.0
 */
export interface WithSecret {
  readonly integration: Integration
  readonly secret: Redacted.Redacted
}

/**
 * A test event on its way: its `webhook-id`, and its delivery, whose attempts `Deliveries` gives.
 *
 * @category models
 * @since 0.1.0
 */
export interface TestSent {
  readonly event: string
  readonly delivery: number
}

/**
 * @category errors
 * @since 0.1.0
 */
export type InputRefused = UrlRefused | AddressRefused | EventsRefused

/**
 * - `list`: oldest first.
 * - `edit`: what is given of URL and events; the rest stays. A new URL starts without the old one's failures.
 * - `enable`: forgets failures as well. `disable`: with the reason `Asked`. Both are fine when nothing changes.
 * - `sendTest`: an example of any event, by default of the first that it subscribes to, is sent to this integration alone as a published one
 *   is: signed, logged, retried, and counted for or against it.
 *
 * @category services
 * @since 0.1.0
 */
export class Integrations extends Context.Service<
  Integrations,
  {
    readonly create: (
      workspace: string,
      input: IntegrationInput,
    ) => Effect.Effect<WithSecret, InputRefused | IntegrationConflict | Sql>
    readonly list: (workspace: string) => Effect.Effect<ReadonlyArray<Integration>, Sql>
    readonly get: (workspace: string, id: string) => Effect.Effect<Integration, IntegrationUnknown | Sql>
    readonly edit: (
      workspace: string,
      id: string,
      input: Partial<IntegrationInput>,
    ) => Effect.Effect<Integration, InputRefused | IntegrationUnknown | IntegrationConflict | Sql>
    readonly delete: (workspace: string, id: string) => Effect.Effect<void, IntegrationUnknown | Sql>
    readonly enable: (workspace: string, id: string) => Effect.Effect<Integration, IntegrationUnknown | Sql>
    readonly disable: (workspace: string, id: string) => Effect.Effect<Integration, IntegrationUnknown | Sql>
    readonly rotateSecret: (workspace: string, id: string) => Effect.Effect<WithSecret, IntegrationUnknown | Sql>
    readonly sendTest: (
      workspace: string,
      id: string,
      event?: SubscriptionName,
    ) => Effect.Effect<TestSent, IntegrationUnknown | IntegrationDisabled | Sql>
  }
>()("espalier/notifications/Integrations") {
  /** Over tables that `migrate` has made. */
  static readonly layer: Layer.Layer<Integrations, never, SqlClient.SqlClient | AddressGuard | Wakeup> = Layer.effect(
    Integrations,
    Effect.suspend(() => make),
  )
}

/** How long an old secret signs along, in milliseconds. */
const overlap = 24 * 60 * 60 * 1000

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const guard = yield* AddressGuard
  const wakeup = yield* Wakeup
  const columns = sql.literal(
    "id, workspace, url, events, enabled, disabled_reason, failing_since, created_at, updated_at",
  )

  const get = Effect.fnUntraced(function* (workspace: string, id: string) {
    const [row] =
      yield* sql`SELECT ${columns} FROM notification_integration WHERE workspace = ${workspace} AND id = ${id}`
    return row === undefined ? yield* new IntegrationUnknown({ id }) : read(row)
  })

  /** The one row that a statement with `RETURNING` changed. */
  const changed = Effect.fnUntraced(function* (id: string, rows: Effect.Effect<ReadonlyArray<unknown>, Sql>) {
    const [row] = yield* rows
    return row === undefined ? yield* new IntegrationUnknown({ id }) : read(row)
  })

  const conflict = Effect.fnUntraced(function* (workspace: string, url: string, id: string) {
    const [other] = yield* sql<{ readonly id: string }>`SELECT id FROM notification_integration
      WHERE workspace = ${workspace} AND url = ${url} AND id <> ${id}`
    if (other !== undefined) return yield* new IntegrationConflict({ id: other.id })
  })

  return Integrations.of({
    get,

    list: (workspace) =>
      Effect.map(
        sql`SELECT ${columns} FROM notification_integration WHERE workspace = ${workspace} ORDER BY created_at, id`,
        (rows) => rows.map(read),
      ),

    create: Effect.fnUntraced(function* (workspace, input) {
      const events = yield* subscriptions(input.events)
      const url = (yield* guard.check(input.url)).href
      const now = yield* Clock.currentTimeMillis
      const id = yield* identifier.make("int")
      const secret = Secret.format(yield* Secret.generateHmac)
      const integration = yield* Effect.gen(function* () {
        // Not found out by a failed insert: that would end the transaction in PostgreSQL.
        const [row] = yield* sql`INSERT INTO notification_integration ${sql.insert({
          id,
          workspace,
          url,
          events: JSON.stringify(events),
          enabled: 1,
          secret,
          created_at: now,
          updated_at: now,
        })} ON CONFLICT (workspace, url) DO NOTHING RETURNING ${columns}`
        if (row !== undefined) return read(row)
        yield* conflict(workspace, url, id)
        return yield* new IntegrationConflict({ id })
      }).pipe(sql.withTransaction)
      return { integration, secret: Redacted.make(secret) }
    }),

    edit: Effect.fnUntraced(function* (workspace, id, input) {
      const events = input.events === undefined ? undefined : yield* subscriptions(input.events)
      const url = input.url === undefined ? undefined : (yield* guard.check(input.url)).href
      const now = yield* Clock.currentTimeMillis
      return yield* Effect.gen(function* () {
        const before = yield* get(workspace, id)
        if (url !== undefined) yield* conflict(workspace, url, id)
        const after = { url: url ?? before.url, events: JSON.stringify(events ?? before.events) }
        const failing = after.url === before.url ? (before.failingSince ?? null) : null
        return yield* changed(
          id,
          sql`UPDATE notification_integration
            SET url = ${after.url}, events = ${after.events}, failing_since = ${failing}, updated_at = ${now}
            WHERE workspace = ${workspace} AND id = ${id} RETURNING ${columns}`,
        )
      }).pipe(sql.withTransaction)
    }),

    delete: (workspace, id) =>
      Effect.gen(function* () {
        yield* changed(
          id,
          sql`DELETE FROM notification_integration WHERE workspace = ${workspace} AND id = ${id} RETURNING ${columns}`,
        )
        // An integration's deliveries have its workspace, which has the index.
        const own = sql`workspace = ${workspace} AND integration_id = ${id}`
        yield* sql`DELETE FROM notification_attempt
          WHERE delivery_id IN (SELECT id FROM notification_delivery WHERE ${own})`
        yield* sql`DELETE FROM notification_delivery WHERE ${own}`
      }).pipe(sql.withTransaction),

    enable: Effect.fnUntraced(function* (workspace, id) {
      const now = yield* Clock.currentTimeMillis
      const integration = yield* changed(
        id,
        sql`UPDATE notification_integration
          SET enabled = 1, disabled_reason = NULL, failing_since = NULL, updated_at = ${now}
          WHERE workspace = ${workspace} AND id = ${id} RETURNING ${columns}`,
      )
      yield* wakeup.wake
      return integration
    }),

    disable: Effect.fnUntraced(function* (workspace, id) {
      const now = yield* Clock.currentTimeMillis
      return yield* changed(
        id,
        sql`UPDATE notification_integration
          SET enabled = 0, disabled_reason = coalesce(disabled_reason, 'Asked'), updated_at = ${now}
          WHERE workspace = ${workspace} AND id = ${id} RETURNING ${columns}`,
      )
    }),

    rotateSecret: Effect.fnUntraced(function* (workspace, id) {
      const now = yield* Clock.currentTimeMillis
      const secret = Secret.format(yield* Secret.generateHmac)
      const integration = yield* changed(
        id,
        sql`UPDATE notification_integration
          SET old_secret = secret, old_secret_until = ${now + overlap}, secret = ${secret}, updated_at = ${now}
          WHERE workspace = ${workspace} AND id = ${id} RETURNING ${columns}`,
      )
      return { integration, secret: Redacted.make(secret) }
    }),

    sendTest: Effect.fnUntraced(function* (workspace, id, event) {
      const sent = yield* Effect.gen(function* () {
        const integration = yield* get(workspace, id)
        if (!integration.enabled) return yield* new IntegrationDisabled({ id })
        return yield* TestEvent.send(sql, integration, event ?? integration.events[0])
      }).pipe(sql.withTransaction)
      yield* wakeup.wake
      return sent
    }),
  })
})

const isName = Schema.is(SubscriptionName)
const isSubscriptions = Schema.is(Subscriptions)

const subscriptions = (names: ReadonlyArray<string>): Effect.Effect<Subscriptions, EventsRefused> => {
  if (names.length === 0) return Effect.fail(EventsRefused.for("None"))
  if (!names.every(isName)) return Effect.fail(EventsRefused.for("Unknown"))
  return isSubscriptions(names) ? Effect.succeed(names) : Effect.fail(EventsRefused.for("Repeated"))
}
