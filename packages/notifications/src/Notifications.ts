/**
 * Publishes events to the integrations of a workspace, and the layer of everything that this needs.
 *
 * When `publish` returns, the event and one delivery for each enabled integration that subscribes to it are committed together; workers do the
 * rest. If it is uncertain whether a `publish` succeeded, repeat it with the same idempotency key.
 *
 * **Gotchas**
 *
 * The receivers of an event are determined when it is published. An integration that subscribes later does not receive it.
 */
import type { MigrationError, Sealing } from "@espalier/sql"
import { Context, Duration, Effect, Layer, Schedule } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import * as AddressGuard from "./Addresses/AddressGuard.ts"
import type { InvalidCidr } from "./Addresses/AddressRange.ts"
import { Deliveries } from "./Deliveries/Deliveries.ts"
import * as Publish from "./Events/Publish.ts"
import { type Bounds, IntegrationBounds } from "./Integrations/IntegrationBounds.ts"
import { IntegrationLimits } from "./Integrations/IntegrationLimits.ts"
import { Integrations } from "./Integrations/Integrations.ts"
import { migrate } from "./Migrations/Migrations.ts"
import * as OperationalWebhook from "./OperationalWebhooks/OperationalWebhook.ts"
import * as GroupCommit from "./Storage/GroupCommit.ts"
import * as SealedSecrets from "./Storage/SealedSecrets.ts"
import * as DeliveryWorker from "./Worker/DeliveryWorker.ts"
import * as Wakeup from "./Worker/Wakeup.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface NotificationsOptions {
  readonly addresses?: AddressGuard.AddressGuardOptions | undefined
  /** `false` where other processes deliver. */
  readonly worker?: DeliveryWorker.WorkerOptions | false | undefined
  /** The bounds for the settings of integrations. */
  readonly bounds?: IntegrationBoundsOptions | undefined
  /** The integrations of a workspace, at most. Defaults to 20. */
  readonly maxIntegrations?: number | undefined
  /** The test events for an integration in a minute, at most. Defaults to 10. */
  readonly maxTestsPerMinute?: number | undefined
  /**
   * Where `integration_failing`, `integration_disabled` and `delivery_exhausted` go: an address of yours. Defaults to nowhere. All processes with
   * a worker need the same.
   */
  readonly operationalWebhook?: OperationalWebhook.OperationalWebhookOptions | undefined
  /** How long finished deliveries, their attempts and idempotency keys are kept. Defaults to 30 days. */
  readonly retention?: Duration.Input | undefined
}

/**
 * The bounds for the settings of integrations, which their customers choose.
 *
 * @category models
 * @since 0.1.0
 */
export interface IntegrationBoundsOptions {
  /** How long an attempt may take, at most. Defaults to 30 seconds. */
  readonly maxTimeout?: Duration.Input | undefined
  /** The retries of a delivery, at most. Defaults to 20. */
  readonly maxRetries?: number | undefined
  /** The longest delay before a retry. Defaults to 24 hours. */
  readonly maxRetryDelay?: Duration.Input | undefined
  /** The attempts in a second, at most. Defaults to 1000. */
  readonly maxRate?: number | undefined
}

/**
 * @category services
 * @since 0.1.0
 */
export class Notifications extends Context.Service<Notifications, { readonly publish: Publish.Publish }>()(
  "@espalier/notifications/Notifications",
) {
  /**
   * Migrated tables, `Integrations`, `Notifications` and `Deliveries` over them, a worker, and pruning at the start and once an hour, over a
   * `SqlClient`.
   *
   * The secrets of integrations are sealed with the keys of `Sealing`. A database whose secrets are sealed with a key that is not among them is
   * a `SealingError`.
   */
  static readonly layer = (
    options: NotificationsOptions = {},
  ): Layer.Layer<
    Integrations | Notifications | Deliveries,
    | InvalidCidr
    | OperationalWebhook.InvalidOperationalWebhook
    | MigrationError
    | Sealing.SealingError
    | SqlError.SqlError,
    SqlClient.SqlClient | Sealing.Sealing
  > => {
    const { worker, bounds, retention = "30 days", maxIntegrations = 20, maxTestsPerMinute = 10 } = options
    const services = Layer.mergeAll(
      Integrations.layer.pipe(Layer.provide(Layer.succeed(IntegrationLimits, { maxIntegrations, maxTestsPerMinute }))),
      Deliveries.layer,
      Layer.effect(
        Notifications,
        Effect.map(Publish.make, (publish) => ({ publish })),
      ),
    )
    const background =
      worker === false
        ? Layer.empty
        : Layer.merge(
            DeliveryWorker.layer(
              bounds?.maxTimeout === undefined ? worker : { ...worker, maxTimeout: bounds.maxTimeout },
            ),
            pruning(retention),
          )
    const operational =
      worker === false && options.operationalWebhook === undefined
        ? Layer.empty
        : Layer.effectDiscard(OperationalWebhook.configure(options.operationalWebhook))
    return background.pipe(
      Layer.provide(operational),
      Layer.provideMerge(services),
      Layer.provide(
        Layer.mergeAll(
          Wakeup.layer,
          GroupCommit.layer,
          AddressGuard.layer(options.addresses),
          Layer.succeed(IntegrationBounds, boundsOf(bounds)),
        ),
      ),
      // Everything else needs the tables.
      Layer.provide(Layer.effectDiscard(Effect.andThen(migrate, SealedSecrets.prepare))),
    )
  }
}

const boundsOf = (options: IntegrationBoundsOptions = {}): Bounds => {
  const millis = (input: Duration.Input) => Duration.toMillis(Duration.fromInputUnsafe(input))
  return {
    maxTimeout: millis(options.maxTimeout ?? "30 seconds"),
    maxRetries: options.maxRetries ?? 20,
    maxRetryDelay: millis(options.maxRetryDelay ?? "24 hours"),
    maxRate: options.maxRate ?? 1000,
  }
}

const pruning = (retention: Duration.Input): Layer.Layer<never, never, Deliveries> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { prune } = yield* Deliveries
      yield* prune(retention).pipe(
        Effect.catch((error) => Effect.logWarning("old deliveries cannot be pruned", error.reason._tag)),
        Effect.repeat(Schedule.spaced("1 hour")),
        Effect.forkScoped,
      )
    }),
  )
