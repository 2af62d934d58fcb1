/**
 * The delay before each attempt.
 */
import { describe, expect, it } from "@effect/vitest"
import { RetrySchedule } from "../src/index.ts"

const { delayAfter, standard } = RetrySchedule
const hour = 3_600_000

describe("delayAfter", () => {
  it("has the standard schedule of ten attempts", () => {
    const seconds = standard.map((delay) => delay / 1000)
    expect(seconds).toEqual([0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400])
    expect(standard.map((_, index) => delayAfter(index + 1, { random: 0 }))).toEqual([...standard.slice(1), undefined])
  })

  it.each([
    [1, 0, 0, 5000],
    [1, 1, 0, 5500],
    [1, 0, 60_000, 60_000],
    [2, 0, 60_000, 300_000],
    [1, 0, 48 * hour, 24 * hour],
    [9, 1, 48 * hour, 95_040_000],
  ])("after attempt %d, random %d, Retry-After %d ms: %d ms", (attempts, random, retryAfter, delay) => {
    expect(delayAfter(attempts, { random, retryAfter })).toBe(delay)
  })

  it("adds no attempt after the last, whatever Retry-After says", () => {
    expect(delayAfter(10, { random: 0, retryAfter: 1000 })).toBe(undefined)
  })
})
