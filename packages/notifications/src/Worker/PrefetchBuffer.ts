/**
 * The claimed deliveries of an integration that wait for their attempt, so that the next attempt starts without a query in between.
 */
import type { LeasedDelivery } from "./Leases.ts"

/**
 * @category models
 * @since 0.1.0
 */
export interface PrefetchBuffer {
  readonly size: () => number
  readonly add: (deliveries: ReadonlyArray<LeasedDelivery>) => void
  /** Takes the next delivery whose lease lasts until `end`. Drops those before it, which fall due again when their lease ends. */
  readonly take: (end: number) => LeasedDelivery | undefined
  /** Takes the ids of all deliveries, to release them. */
  readonly clear: () => ReadonlyArray<number>
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (): PrefetchBuffer => {
  const waiting: Array<LeasedDelivery> = []
  return {
    size: () => waiting.length,
    add: (deliveries) => {
      waiting.push(...deliveries)
    },
    take: (end) => {
      for (;;) {
        const next = waiting.shift()
        if (next === undefined || next.until >= end) return next
      }
    },
    clear: () => waiting.splice(0).map(({ id }) => id),
  }
}
