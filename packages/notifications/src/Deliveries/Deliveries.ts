/**
 * The deliveries of workspaces: reads them and their attempts, counts them, sends finished ones again, and prunes old ones.
 *
 * Operations on many deliveries run in batches, so that they block neither publishing nor delivering: see `KeysetBatches`.
 */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Wakeup } from "../Worker/Wakeup.ts"
import * as DeliveryQuery from "./DeliveryQuery.ts"
import * as DeliveryStatistics from "./DeliveryStatistics.ts"
import * as Pruning from "./Pruning.ts"
import * as Replay from "./Replay.ts"

/**
 * Composed of {@link DeliveryQuery.DeliveryQuery}, {@link DeliveryStatistics.DeliveryStatistics}, {@link Replay.Replay} and
 * {@link Pruning.Pruning}.
 *
 * @category services
 * @since 0.1.0
 */
export class Deliveries extends Context.Service<
  Deliveries,
  DeliveryQuery.DeliveryQuery & DeliveryStatistics.DeliveryStatistics & Replay.Replay & Pruning.Pruning
>()("@espalier/notifications/Deliveries") {
  /** Over tables that `migrate` has created. */
  static readonly layer: Layer.Layer<Deliveries, never, SqlClient.SqlClient | Wakeup> = Layer.effect(
    Deliveries,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { wake } = yield* Wakeup
      return {
        ...DeliveryQuery.make(sql),
        ...DeliveryStatistics.make(sql),
        ...Replay.make(sql, wake),
        ...Pruning.make(sql),
      }
    }),
  )
}
