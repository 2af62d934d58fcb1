/**
 * Delivery counts as stacked bars: one for each step of the time range, also for empty steps.
 */
import type { DeliveryCount } from "@espalier/notifications/api"

/** `at` in Unix seconds, as uPlot has it. Each series is the sum of its own counts and those below it: delivered, then dead, then pending. */
export interface Stacked {
  readonly at: ReadonlyArray<number>
  readonly delivered: ReadonlyArray<number>
  readonly dead: ReadonlyArray<number>
  readonly pending: ReadonlyArray<number>
  readonly totals: { readonly delivered: number; readonly dead: number; readonly pending: number }
}

interface Counted {
  readonly since: number
  readonly until: number
  readonly step: number
  readonly counts: ReadonlyArray<DeliveryCount>
}

export const stacked = ({ since, until, step, counts }: Counted): Stacked => {
  const length = Math.max(1, Math.ceil((until - since) / step))
  const at = Array.from({ length }, (_, index) => (since + index * step) / 1000)
  const zeros = () => at.map(() => 0)
  const bars = { at, delivered: zeros(), dead: zeros(), pending: zeros() }
  const totals = { delivered: 0, dead: 0, pending: 0 }
  for (const count of counts) {
    const index = Math.floor((count.at - since) / step)
    if (index < 0 || index >= length) continue
    bars.delivered[index] = count.delivered
    bars.dead[index] = count.delivered + count.dead
    bars.pending[index] = count.delivered + count.dead + count.pending
    totals.delivered += count.delivered
    totals.dead += count.dead
    totals.pending += count.pending
  }
  return { ...bars, totals }
}

/** The counts of one bar, and its time in Unix milliseconds. */
export const barOf = (bars: Stacked, index: number) => {
  const [at = 0, delivered = 0, dead = 0, pending = 0] = [bars.at, bars.delivered, bars.dead, bars.pending].map(
    (series) => series[index] ?? 0,
  )
  return { at: at * 1000, delivered, dead: dead - delivered, pending: pending - dead }
}
