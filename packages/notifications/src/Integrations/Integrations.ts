/**
 * The webhook integrations of workspaces: the URL that notifications are posted to, the events that are posted, and the secrets that sign them.
 *
 * Each operation concerns the integrations of one workspace. A secret is returned once, by `create` and `rotateSecret`; after a rotation the
 * old one signs as well for a time. The database has them sealed: see `Sealing` of `@espalier/sql`.
 *
 * **Gotchas**
 *
 * Deliveries that wait for a disabled integration are kept and are sent when it is enabled. Events that are published while it is disabled
 * are not sent to it. Deleting an integration deletes its deliveries.
 */
import { type Integration, SubscriptionName, Subscriptions } from "@espalier/schema"
import { Secret } from "@espalier/signing"
import { Sealing } from "@espalier/sql"
import { Clock, Context, Duration, Effect, Layer, Redacted, Result, Schema } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type { InvalidAddress, InvalidUrl } from "../Addresses/AddressError.ts"
import { AddressGuard } from "../Addresses/AddressGuard.ts"
import * as Backlog from "../Deliveries/Backlog.ts"
import { IdempotencyKeyConflict, InvalidIdempotencyKey, isIdempotencyKey } from "../IdempotencyKey.ts"
import * as Id from "../Storage/Id.ts"
import * as SigningSecrets from "../Storage/SigningSecrets.ts"
import { Wakeup } from "../Worker/Wakeup.ts"
import {
  IntegrationConflict,
  IntegrationDisabled,
  IntegrationNotFound,
  InvalidSubscriptions,
  TooManyIntegrations,
  TooManyTests,
} from "./IntegrationError.ts"
import type { IntegrationEdit, IntegrationInput, IntegrationWithSecret, TestSent } from "./IntegrationInput.ts"
import { IntegrationLimits } from "./IntegrationLimits.ts"
import * as IntegrationRow from "./IntegrationRow.ts"
import { InvalidSetting } from "./SettingsInput.ts"
import * as StoredSettings from "./StoredSettings.ts"
import * as TestEvent from "./TestEvent.ts"

type Sql = SqlError.SqlError

/**
 * Why the URL, the events or the settings of an integration are invalid.
 *
 * @category errors
 * @since 0.1.0
 */
export type InvalidIntegration = InvalidUrl | InvalidAddress | InvalidSubscriptions | InvalidSetting

/**
 * Why a valid integration is not created.
 *
 * @category errors
 * @since 0.1.0
 */
export type CreateError = IntegrationConflict | TooManyIntegrations | InvalidIdempotencyKey | IdempotencyKeyConflict

/**
 * - `list`: oldest first.
 * - `create`: a repetition with the same idempotency key within 24 hours returns the same integration and its current secret.
 * - `edit`: changes the given members. A new URL starts without the failures of the old one. Settings change like a JSON merge patch (RFC 7396): `null`
 *   removes one.
 * - `enable`: forgets failures and the receiver's `Retry-After`, and makes every pending delivery due at once. `disable`: sets the reason `Asked`. Both
 *   may be repeated.
 * - `rotateSecret`: the old secret signs as well for `overlap`, 24 hours by default. At most ten secrets sign at a time.
 * - `sendTest`: sends an example of an event, by default of the first one that the integration subscribes to, to this integration alone. It is
 *   attempted once, with the header `webhook-test: true`.
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
      options?: { readonly idempotencyKey?: string | undefined },
    ) => Effect.Effect<IntegrationWithSecret, InvalidIntegration | CreateError | Sql>
    readonly list: (workspace: string) => Effect.Effect<ReadonlyArray<Integration>, Sql>
    readonly get: (workspace: string, id: string) => Effect.Effect<Integration, IntegrationNotFound | Sql>
    readonly edit: (
      workspace: string,
      id: string,
      input: IntegrationEdit,
    ) => Effect.Effect<Integration, InvalidIntegration | IntegrationNotFound | IntegrationConflict | Sql>
    readonly delete: (workspace: string, id: string) => Effect.Effect<void, IntegrationNotFound | Sql>
    readonly enable: (workspace: string, id: string) => Effect.Effect<Integration, IntegrationNotFound | Sql>
    readonly disable: (workspace: string, id: string) => Effect.Effect<Integration, IntegrationNotFound | Sql>
    readonly rotateSecret: (
      workspace: string,
      id: string,
      options?: { readonly overlap?: Duration.Input | undefined },
    ) => Effect.Effect<IntegrationWithSecret, IntegrationNotFound | Sql>
    readonly sendTest: (
      workspace: string,
      id: string,
      event?: SubscriptionName,
    ) => Effect.Effect<TestSent, IntegrationNotFound | IntegrationDisabled | TooManyTests | Sql>
  }
>()("@espalier/notifications/Integrations") {
  /** Over tables that `migrate` has created. */
  static readonly layer: Layer.Layer<
    Integrations,
    never,
    SqlClient.SqlClient | AddressGuard | Wakeup | Sealing.Sealing
  > = Layer.effect(
    Integrations,
    Effect.suspend(() => make),
  )
}

const day = 24 * 60 * 60 * 1000

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const guard = yield* AddressGuard
  const wakeup = yield* Wakeup
  const sealing = yield* Sealing.Sealing
  const storage = { sql, sealing }
  const secrets = SigningSecrets.make(sql, sealing)
  const limits = yield* IntegrationLimits
  const columns = IntegrationRow.columns(sql)

  const get = Effect.fnUntraced(function* (workspace: string, id: string) {
    const [row] = yield* sql`SELECT ${columns} FROM espalier_integration WHERE workspace = ${workspace} AND id = ${id}`
    return row === undefined ? yield* new IntegrationNotFound({ id }) : IntegrationRow.read(row)
  })

  /** The one row that a statement with `RETURNING` changed. */
  const changed = Effect.fnUntraced(function* (id: string, rows: Effect.Effect<ReadonlyArray<unknown>, Sql>) {
    const [row] = yield* rows
    return row === undefined ? yield* new IntegrationNotFound({ id }) : IntegrationRow.read(row)
  })

  const checkConflict = Effect.fnUntraced(function* (workspace: string, url: string, id: string) {
    const [other] = yield* sql<{ readonly id: string }>`SELECT id FROM espalier_integration
      WHERE workspace = ${workspace} AND url = ${url} AND id <> ${id}`
    if (other !== undefined) return yield* new IntegrationConflict({ id: other.id })
  })

  /** The integration that the same request created before, whose answer was lost. */
  const repeated = Effect.fnUntraced(function* (
    workspace: string,
    { url, events, now, key }: { url: string; events: Subscriptions; now: number; key: string | undefined },
  ) {
    if (key === undefined) return undefined
    const [row] = yield* sql`SELECT ${columns} FROM espalier_integration
      WHERE workspace = ${workspace} AND idempotency_key = ${key}`
    if (row === undefined) return undefined
    const integration = IntegrationRow.read(row)
    const isSame = integration.url === url && integration.events.join() === events.join()
    if (!isSame) return yield* new IdempotencyKeyConflict({})
    if (now - integration.createdAt > day) return yield* new IntegrationConflict({ id: integration.id })
    const [secret] = yield* Effect.catchTag(secrets.valid(integration.id, now), "SealingError", () =>
      Effect.succeed([]),
    )
    return secret === undefined ? yield* new IntegrationConflict({ id: integration.id }) : { integration, secret }
  })

  return Integrations.of({
    get,

    list: (workspace) =>
      Effect.map(
        sql`SELECT ${columns} FROM espalier_integration WHERE workspace = ${workspace} ORDER BY created_at, id`,
        (rows) => rows.map(IntegrationRow.read),
      ),

    create: Effect.fnUntraced(function* (workspace, input, { idempotencyKey: key } = {}) {
      if (key !== undefined && !isIdempotencyKey(key)) return yield* new InvalidIdempotencyKey({})
      const events = yield* subscriptions(input.events)
      const url = (yield* guard.check(input.url)).href
      const now = yield* Clock.currentTimeMillis
      const id = yield* Id.make("int")
      const secret = yield* ownSecret(input.secret)
      return yield* Effect.gen(function* () {
        const before = yield* repeated(workspace, { url, events, now, key })
        if (before !== undefined) return before
        yield* checkConflict(workspace, url, id)
        const [count] = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM espalier_integration
          WHERE workspace = ${workspace}`
        if ((count?.n ?? 0) >= limits.maxIntegrations) {
          return yield* new TooManyIntegrations({ limit: limits.maxIntegrations })
        }
        // A failed insert would end the transaction in PostgreSQL.
        const inserted = yield* sql`INSERT INTO espalier_integration ${sql.insert({
          id,
          workspace,
          url,
          enabled: 1,
          idempotency_key: key ?? null,
          created_at: now,
          updated_at: now,
        })} ON CONFLICT DO NOTHING RETURNING id`
        if (inserted.length === 0) {
          yield* checkConflict(workspace, url, id)
          return yield* new IntegrationConflict({ id })
        }
        yield* IntegrationRow.subscribe(sql, id, events)
        yield* StoredSettings.write(storage, id, input)
        yield* secrets.insert(id, secret, now)
        const integration = yield* Effect.catchTag(get(workspace, id), "IntegrationNotFound", Effect.die)
        return { integration, secret: Redacted.make(secret) }
      }).pipe(sql.withTransaction)
    }),

    edit: Effect.fnUntraced(function* (workspace, id, input) {
      const events = input.events === undefined ? undefined : yield* subscriptions(input.events)
      const url = input.url === undefined ? undefined : (yield* guard.check(input.url)).href
      const now = yield* Clock.currentTimeMillis
      return yield* Effect.gen(function* () {
        const before = yield* get(workspace, id)
        if (url !== undefined) yield* checkConflict(workspace, url, id)
        const after = url ?? before.url
        const moved = after !== before.url
        // Updated first: its lock makes concurrent edits take turns.
        yield* sql`UPDATE espalier_integration SET url = ${after}, updated_at = ${now}
          ${moved ? sql`, failing_since = NULL, last_failure_at = NULL, paused_until = NULL` : sql.literal("")}
          WHERE workspace = ${workspace} AND id = ${id}`
        if (events !== undefined) yield* IntegrationRow.subscribe(sql, id, events)
        yield* StoredSettings.write(storage, id, input)
        return yield* get(workspace, id)
      }).pipe(sql.withTransaction)
    }),

    delete: (workspace, id) =>
      Effect.gen(function* () {
        const deleted =
          yield* sql`DELETE FROM espalier_integration WHERE workspace = ${workspace} AND id = ${id} RETURNING id`
        if (deleted.length === 0) return yield* new IntegrationNotFound({ id })
        yield* sql`DELETE FROM espalier_subscription WHERE integration_id = ${id}`
        yield* sql`DELETE FROM espalier_secret WHERE integration_id = ${id}`
        // An integration's deliveries have its workspace, which has the index.
        const own = sql`workspace = ${workspace} AND integration_id = ${id}`
        yield* sql`DELETE FROM espalier_attempt WHERE delivery_id IN (SELECT id FROM espalier_delivery WHERE ${own})`
        yield* sql`DELETE FROM espalier_delivery WHERE ${own}`
      }).pipe(sql.withTransaction),

    enable: Effect.fnUntraced(function* (workspace, id) {
      const now = yield* Clock.currentTimeMillis
      const integration = yield* changed(
        id,
        sql`UPDATE espalier_integration
          SET enabled = 1, disabled_reason = NULL, failing_since = NULL, last_failure_at = NULL, paused_until = NULL,
            updated_at = ${now}
          WHERE workspace = ${workspace} AND id = ${id} RETURNING ${columns}`,
      )
      yield* Backlog.makePendingDue(sql, id)
      yield* wakeup.wake
      return integration
    }),

    disable: Effect.fnUntraced(function* (workspace, id) {
      const now = yield* Clock.currentTimeMillis
      return yield* changed(
        id,
        sql`UPDATE espalier_integration
          SET enabled = 0, disabled_reason = coalesce(disabled_reason, 'Asked'), updated_at = ${now}
          WHERE workspace = ${workspace} AND id = ${id} RETURNING ${columns}`,
      )
    }),

    rotateSecret: Effect.fnUntraced(function* (workspace, id, { overlap = day } = {}) {
      const now = yield* Clock.currentTimeMillis
      const secret = Secret.format(yield* Secret.generateHmac)
      const integration = yield* changed(
        id,
        sql`UPDATE espalier_integration SET updated_at = ${now}
          WHERE workspace = ${workspace} AND id = ${id} RETURNING ${columns}`,
      ).pipe(
        Effect.tap(
          secrets.rotate(id, secret, {
            now,
            overlap: Duration.toMillis(Duration.fromInputUnsafe(overlap)),
          }),
        ),
        sql.withTransaction,
      )
      return { integration, secret: Redacted.make(secret) }
    }),

    sendTest: Effect.fnUntraced(function* (workspace, id, event) {
      const sent = yield* Effect.gen(function* () {
        const integration = yield* get(workspace, id)
        if (!integration.enabled) return yield* new IntegrationDisabled({ id })
        const limit = limits.maxTestsPerMinute
        if (!(yield* TestEvent.isAllowed(sql, integration, limit))) return yield* new TooManyTests({ limit })
        return yield* TestEvent.send(sql, integration, event ?? firstEvent(integration))
      }).pipe(sql.withTransaction)
      yield* wakeup.wake
      return sent
    }),
  })
})

/** A given secret, for customers who move from another sender, or a new one. */
const ownSecret = (given: string | undefined): Effect.Effect<string, InvalidSetting> => {
  if (given === undefined) return Effect.map(Secret.generateHmac, Secret.format)
  const parsed = Secret.parse(given)
  return Result.isSuccess(parsed) && parsed.success._tag === "Hmac"
    ? Effect.succeed(given)
    : Effect.fail(InvalidSetting.of("secret", "whsec_ and 24 to 64 bytes in base64"))
}

/** The event of a test, if none is given. */
const firstEvent = ({ events }: Integration): SubscriptionName => events.find(isName) ?? SubscriptionName.literals[0]

const isName = Schema.is(SubscriptionName)
const isSubscriptions = Schema.is(Subscriptions)

const subscriptions = (names: ReadonlyArray<string>): Effect.Effect<Subscriptions, InvalidSubscriptions> => {
  if (names.length === 0) return Effect.fail(InvalidSubscriptions.for("None"))
  if (names.includes("*")) {
    return names.length === 1 ? Effect.succeed(["*"]) : Effect.fail(InvalidSubscriptions.for("Duplicate"))
  }
  if (!names.every(isName)) return Effect.fail(InvalidSubscriptions.for("Unknown"))
  return isSubscriptions(names) ? Effect.succeed(names) : Effect.fail(InvalidSubscriptions.for("Duplicate"))
}
