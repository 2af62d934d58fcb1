/**
 * Everything that a public layer requires, provides and fails with can be named with the package's exports. This file does not compile when one
 * of these exports is removed.
 */
import type { ApiKeys } from "@espalier/api-keys"
import {
  type Deliveries,
  type IdempotencyKeyConflict,
  type Integrations,
  type InvalidCidr,
  type InvalidEvent,
  type InvalidIdempotencyKey,
  type InvalidOperationalWebhook,
  type MigrationError,
  Notifications,
  NotificationsHttp,
  type NotificationsHttpOptions,
  type NotificationsOptions,
  PushCertificateWatch,
} from "@espalier/notifications"
import { IdempotencyStore, Receiver } from "@espalier/notifications/receiver"
import type { Secret } from "@espalier/signing"
import type { Sealing } from "@espalier/sql"
import { Config, Effect as E, type Effect, type Layer } from "effect"
import type { HttpRouter } from "effect/http"
import type { SqlClient, SqlError } from "effect/sql"

/** Accepts a value of exactly this type. */
declare const is: <A>() => <B extends A>(value: B & (A extends B ? unknown : never)) => void

declare const options: NotificationsOptions & NotificationsHttpOptions

is<
  Layer.Layer<
    Integrations | Notifications | Deliveries,
    InvalidCidr | InvalidOperationalWebhook | MigrationError | Sealing.SealingError | SqlError.SqlError,
    SqlClient.SqlClient | Sealing.Sealing
  >
>()(Notifications.layer(options))

is<Layer.Layer<never, never, HttpRouter.HttpRouter | ApiKeys | Integrations | Notifications | Deliveries>>()(
  NotificationsHttp.layer(options),
)

is<
  Layer.Layer<
    never,
    | PushCertificateWatch.InvalidPushCertificate
    | InvalidEvent
    | InvalidIdempotencyKey
    | IdempotencyKeyConflict
    | SqlError.SqlError,
    Notifications | SqlClient.SqlClient
  >
>()(
  PushCertificateWatch.layer({
    workspace: "acme",
    organization: { id: "1", name: "Acme", url: "https://example.com" },
    certificates: [],
  }),
)

const on = { otherwise: () => E.void }
is<Layer.Layer<never, Secret.SecretError, HttpRouter.HttpRouter>>()(Receiver.layer("/hook", { secrets: [], on }))
is<Layer.Layer<never, Secret.SecretError | Config.ConfigError, HttpRouter.HttpRouter>>()(
  Receiver.layerConfig("/hook", { secrets: [Config.Redacted("SECRET"), Config.String("OLD")], on }),
)
is<Effect.Effect<IdempotencyStore.IdempotencyStore>>()(IdempotencyStore.memory())
