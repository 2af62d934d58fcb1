/**
 * The filter of deliveries in an address, and the bars of the chart.
 */
import { describe, expect, it } from "@effect/vitest"
import { filterOf, queryOf, searchOf, windowOf } from "../app/Deliveries/Filter.ts"
import { barOf, stacked } from "../app/Deliveries/Stacked.ts"

describe("a filter", () => {
  it.each([
    [""],
    ["state=dead&integration=int_1&name=inventory_item&event=msg_1&range=7d"],
    ["since=1764000000000&until=1764000600000"],
  ])("is restored from its address (%s)", (search) => expect(searchOf(filterOf(search))).toBe(search))

  it.each(["state=lost", "since=yesterday", "since=1.5", "name=everything", "range=1y"])(
    "is empty for an invalid address (%s)",
    (search) => expect(filterOf(search)).toEqual({}),
  )

  it("of a relative range starts with the range and has no end", () => {
    const { since, ...rest } = queryOf(filterOf("state=dead&range=1h"))
    expect(rest).toEqual({ state: "dead" })
    expect(Math.abs(Date.now() - 3_600_000 - (since ?? 0))).toBeLessThanOrEqual(60_000)
  })

  it.each(["", "range=1h", "range=7d", "range=30d", "since=0&until=86400000", "since=5&until=6"])(
    "has a chart of at most a thousand steps (%s)",
    (search) => {
      const { since, until, step } = windowOf(filterOf(search))
      expect((until - since) / step).toBeLessThanOrEqual(1000)
      expect(step).toBeGreaterThanOrEqual(1000)
    },
  )
})

describe("bars", () => {
  it("are stacked, one for each step, also for empty steps", () => {
    const counts = [
      { at: 2000, delivered: 3, dead: 2, pending: 1 },
      { at: 9000, delivered: 1, dead: 0, pending: 0 },
    ]
    expect(stacked({ since: 1000, until: 4000, step: 1000, counts })).toEqual({
      at: [1, 2, 3],
      delivered: [0, 3, 0],
      dead: [0, 5, 0],
      pending: [0, 6, 0],
      totals: { delivered: 3, dead: 2, pending: 1 },
    })
  })

  it("have the counts of their step", () => {
    const counts = [{ at: 2000, delivered: 3, dead: 2, pending: 1 }]
    const bars = stacked({ since: 1000, until: 4000, step: 1000, counts })
    expect(barOf(bars, 1)).toEqual({ at: 2000, delivered: 3, dead: 2, pending: 1 })
    expect(barOf(bars, 2)).toEqual({ at: 3000, delivered: 0, dead: 0, pending: 0 })
  })
})
