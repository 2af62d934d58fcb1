import { describe, expect, it } from "@effect/vitest"
import { Duration } from "effect"
import { RetryAfter } from "../src/index.ts"

describe("parse", () => {
  const now = Date.UTC(2026, 0, 1)
  it.each([
    ["120", 120_000],
    [" 0 ", 0],
    ["999999999999999", 999_999_999_999_999_000],
    ["Thu, 01 Jan 2026 00:01:00 GMT", 60_000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    // The obsolete formats that a recipient must accept (RFC 9110 §5.6.7).
    ["Thursday, 01-Jan-26 00:01:00 GMT", 60_000],
    ["Thu Jan  1 00:01:00 2026", 60_000],
    ["-1", undefined],
    ["1.5", undefined],
    ["9999999999999999", undefined],
    ["soon", undefined],
    ["Thu, 99 Foo 2026 00:01:00 GMT", undefined],
    ["Thu, 01 Jan 2026 00:01:00 +0100", undefined],
    ["2026-01-01T00:01:00Z", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%j is %j ms", (header, millis) => {
    const wait = RetryAfter.parse(header, now)
    expect(wait === undefined ? undefined : Duration.toMillis(wait)).toBe(millis)
  })
})

describe("toSeconds and format", () => {
  it.each<[Duration.Input, number]>([
    ["5 seconds", 5],
    ["1001 millis", 2],
    [0, 1],
    ["1 hour", 3600],
    ["1 day", 3600],
    ["9999999999 days", 3600],
  ])("%s is %d s, at most 3600", (wait, seconds) => expect(RetryAfter.toSeconds(wait, 3600)).toBe(seconds))

  it("writes whole seconds", () => expect(RetryAfter.format("61500 millis")).toBe("62"))
})
