/**
 * The status of a delivery, with its reason.
 */
import { describe, expect, it } from "@effect/vitest"
import { statusOf } from "../app/Deliveries/DeliveryStatus.ts"

const now = new Date(2026, 10, 25, 11, 20).getTime()
const at = (hours: number, minutes: number) => new Date(2026, 10, 25, hours, minutes).getTime()
const pending = { state: "pending", attempts: 1, dueAt: at(11, 27), lastStatus: 500, lastError: null } as const
const none = { attempts: 0, lastStatus: null }

describe("a delivery", () => {
  it.each([
    ["delivered", { ...pending, state: "delivered", lastStatus: 204 }, true, "Delivered", /^HTTP 204$/],
    ["failed", { ...pending, state: "dead" }, true, "Failed", /^HTTP 500$/],
    [
      "failed without a response",
      { ...pending, state: "dead", lastStatus: null, lastError: "ETIMEDOUT" },
      true,
      "Failed",
      /in time.*\(ETIMEDOUT\)$/,
    ],
    ["retrying", pending, true, "Retrying", /^HTTP 500, next 11:27/],
    ["retrying on another day", { ...pending, dueAt: at(35, 0) }, true, "Retrying", /next .*26/],
    ["due", { ...pending, dueAt: now }, true, "Retrying", /^HTTP 500, next now$/],
    ["of a disabled integration", pending, false, "Retrying", /^HTTP 500, integration disabled$/],
    ["waiting", { ...pending, ...none }, true, "Waiting", /^$/],
    ["waiting for a disabled integration", { ...pending, ...none }, false, "Waiting", /^integration disabled$/],
  ] as const)("is shown as it is: %s", (_, delivery, enabled, label, reason) => {
    const status = statusOf(delivery, { enabled }, now)
    expect(status.label).toBe(label)
    expect(status.reason).toMatch(reason)
  })
})
