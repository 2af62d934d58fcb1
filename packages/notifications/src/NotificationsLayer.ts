/**
 * Everything together: migrated tables, the services over them, and a worker, on the `SqlClient` that it is given.
 */
import type { Migrations } from "@espalier/sql"
import type { Duration } from "effect"
import { Effect, Layer, Schedule } from "effect"
import type { SqlClient, SqlError } from "effect/sql"
import * as AddressGuard from "./AddressGuard.ts"
import type { CidrError } from "./AddressRange.ts"
import { Deliveries } from "./Deliveries.ts"
import * as DeliveryWorker from "./DeliveryWorker.ts"
import * as GroupCommit from "./GroupCommit.ts"
import { Integrations } from "./Integrations.ts"
import { migrate } from "./Migrations.ts"
import { Notifications } from "./Notifications.ts"
import * as Wakeup from "./Wakeup.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface NotificationsOptions {
  readonly addresses?: AddressGuard.AddressGuardOptions | undefined
  /** `false` where other processes deliver. */
  readonly worker?: DeliveryWorker.WorkerOptions | false | undefined
  /** How long finished deliveries, their attempts and idempotency keys are kept. Defaults to 30 days. */
  readonly keep?: Duration.Input | undefined
}

/**
 * `Integrations`, `Notifications` and `Deliveries`; delivers, and prunes once an hour, while it lives.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: NotificationsOptions = {},
): Layer.Layer<
  Integrations | Notifications | Deliveries,
  CidrError | Migrations.MigrationError | SqlError.SqlError,
  SqlClient.SqlClient
> => {
  const services = Layer.mergeAll(Integrations.layer, Notifications.layer, Deliveries.layer)
  const worker = options.worker === false ? Layer.empty : DeliveryWorker.layer(options.worker)
  return Layer.merge(worker, options.worker === false ? Layer.empty : pruning(options.keep ?? "30 days")).pipe(
    Layer.provideMerge(services),
    Layer.provide(Layer.mergeAll(Wakeup.layer, GroupCommit.layer, AddressGuard.layer(options.addresses))),
    // First of all: nobody looks at tables that are not there.
    Layer.provide(Layer.effectDiscard(migrate)),
  )
}

const pruning = (keep: Duration.Input): Layer.Layer<never, never, Deliveries> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const { prune } = yield* Deliveries
      yield* prune(keep).pipe(
        Effect.catch((error) => Effect.logWarning("old deliveries cannot be pruned", error.reason._tag)),
        Effect.schedule(Schedule.spaced("1 hour")),
        Effect.forkScoped,
      )
    }),
  )
