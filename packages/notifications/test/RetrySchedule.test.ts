/**
 * When a delivery is tried again, and what `Retry-After` says.
 */
import { describe, expect, it } from "@effect/vitest"
import { RetrySchedule } from "../src/index.ts"

const { parseRetryAfter, standard, waitAfter } = RetrySchedule
const hour = 3_600_000

describe("waitAfter", () => {
  it("is the standard schedule, ten tries in all", () => {
    const seconds = standard.map((wait) => wait / 1000)
    expect(seconds).toEqual([0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400])
    expect(standard.map((_, index) => waitAfter(index + 1, { random: 0 }))).toEqual([...standard.slice(1), undefined])
  })

  it.each([
    [1, 0, 0, 5000],
    [1, 1, 0, 5500],
    [1, 0, 60_000, 60_000],
    [2, 0, 60_000, 300_000],
    [1, 0, 48 * hour, 24 * hour],
    [9, 1, 48 * hour, 95_040_000],
  ])("try %d, random %d, Retry-After %d ms: %d ms", (tries, random, retryAfter, wait) => {
    expect(waitAfter(tries, { random, retryAfter })).toBe(wait)
  })

  it("Retry-After buys no try beyond the last", () => {
    expect(waitAfter(10, { random: 0, retryAfter: 1000 })).toBe(undefined)
  })
})

describe("parseRetryAfter", () => {
  const now = Date.UTC(2026, 0, 1)
  it.each([
    ["120", 120_000],
    [" 0 ", 0],
    ["Thu, 01 Jan 2026 00:01:00 GMT", 60_000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["-1", undefined],
    ["1.5", undefined],
    ["soon", undefined],
    ["2026-01-01T00:01:00Z", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%j is %j ms", (value, millis) => expect(parseRetryAfter(value, now)).toBe(millis))
})
