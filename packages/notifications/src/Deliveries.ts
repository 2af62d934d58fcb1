/**
 * Looks into deliveries and their attempts, sends finished ones again, and prunes what is old.
 *
 * What looks through many deliveries does so in stretches, a statement each, so that it holds up neither publishing nor delivering:
 * see `Stretches`.
 */
import { Context, type Duration, Effect, Layer } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import type {
  Attempt,
  CursorRefused,
  DeliveryCount,
  DeliveryDetail,
  DeliveryFilter,
  DeliveryHealth,
  DeliveryPage,
  DeliveryPending,
  DeliveryUnknown,
  RangeRefused,
} from "./Delivery.ts"
import * as DeliveryFigures from "./DeliveryFigures.ts"
import * as DeliveryQuery from "./DeliveryQuery.ts"
import * as Pruning from "./Pruning.ts"
import * as Replay from "./Replay.ts"
import { Wakeup } from "./Wakeup.ts"

type Sql = SqlError.SqlError

/**
 * What to list, and which page of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface DeliveryListing extends DeliveryFilter {
  /** `next` of the page before, asked for with the same filter. */
  readonly cursor?: string | undefined
  /** 1 to 200. Defaults to 50. */
  readonly limit?: number | undefined
}

/**
 * What to send again: finished deliveries of events published from `since` (inclusive) to `until` (exclusive), Unix milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReplayRange {
  readonly since: number
  readonly until: number
  /** Defaults to `dead`. */
  readonly state?: "dead" | "delivered" | undefined
  /** Only this integration's. Defaults to all of the workspace. */
  readonly integration?: string | undefined
}

/**
 * What to count, in buckets of `step` milliseconds from `since` on; the last one ends with `until` (exclusive). At most a thousand.
 *
 * @category models
 * @since 0.1.0
 */
export interface StatisticsRange {
  readonly since: number
  readonly until: number
  readonly step: number
}

/**
 * - `list`: newest first. What is published while somebody pages comes in front of the pages that they have.
 * - `attempts`: oldest first.
 * - `retry`: a finished one is tried again at once, with the same `webhook-id`. Its attempts count on, and so does its schedule: when the try
 *   fails, it is dead again if its tries are used up, and otherwise goes on with those that are left.
 * - `replay`: `retry` for all of a range; gives how many. Stopped half-way, it can be called again: what it has made pending stays so.
 *   Those of a disabled integration wait until that is enabled.
 * - `statistics`: empty buckets too.
 * - `prune`: removes finished deliveries, their attempts, and events older than this that nothing waits for; gives how many deliveries.
 *
 * @category services
 * @since 0.1.0
 */
export class Deliveries extends Context.Service<
  Deliveries,
  {
    readonly list: (
      workspace: string,
      options?: DeliveryListing,
    ) => Effect.Effect<DeliveryPage, CursorRefused | RangeRefused | Sql>
    readonly get: (workspace: string, id: number) => Effect.Effect<DeliveryDetail, DeliveryUnknown | Sql>
    readonly attempts: (workspace: string, id: number) => Effect.Effect<ReadonlyArray<Attempt>, DeliveryUnknown | Sql>
    readonly retry: (workspace: string, id: number) => Effect.Effect<void, DeliveryUnknown | DeliveryPending | Sql>
    readonly replay: (
      workspace: string,
      range: ReplayRange,
    ) => Effect.Effect<{ readonly deliveries: number }, RangeRefused | Sql>
    readonly statistics: (
      workspace: string,
      range: StatisticsRange,
    ) => Effect.Effect<ReadonlyArray<DeliveryCount>, RangeRefused | Sql>
    readonly health: (workspace: string) => Effect.Effect<DeliveryHealth, Sql>
    readonly prune: (olderThan: Duration.Input) => Effect.Effect<number, Sql>
  }
>()("espalier/notifications/Deliveries") {
  /** Over tables that `migrate` has made. */
  static readonly layer: Layer.Layer<Deliveries, never, SqlClient.SqlClient | Wakeup> = Layer.effect(
    Deliveries,
    Effect.suspend(() => make),
  )
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { wake } = yield* Wakeup
  return {
    ...DeliveryQuery.make(sql),
    ...DeliveryFigures.make(sql),
    ...Replay.make(sql, wake),
    prune: Pruning.make(sql),
  }
})
