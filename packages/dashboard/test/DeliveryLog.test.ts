/**
 * The loaded part of a list of deliveries, extended by the next page and updated by refetched parts.
 */

import { describe, expect, it } from "@effect/vitest"
import type { Delivery, DeliveryPage } from "@espalier/notifications/api"
import { extended, refreshed } from "../app/Deliveries/DeliveryLog.ts"

const delivery = (id: number, state: Delivery["state"]): Delivery => ({
  id,
  event: `msg_${id}`,
  name: "device_enrolled",
  integration: "int_1",
  state,
  attempts: 1,
  createdAt: id,
  dueAt: id,
  updatedAt: id,
  test: false,
  lastStatus: null,
  lastError: null,
})

/** `9 8* 7`: a star marks a delivered one. */
const page = (text: string, next?: string): DeliveryPage => ({
  deliveries: text
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => delivery(Number.parseInt(word, 10), word.endsWith("*") ? "delivered" : "pending")),
  ...(next === undefined ? {} : { next }),
})

const textOf = (log: DeliveryPage | undefined): string | undefined =>
  log === undefined
    ? undefined
    : [
        ...log.deliveries.map(({ id, state }) => `${id}${state === "delivered" ? "*" : ""}`),
        ...(log.next === undefined ? [] : [`(${log.next})`]),
      ].join(" ")

describe("the next page", () => {
  it.each([
    [page("9 8", "c8"), page("7 6", "c6"), "9 8 7 6 (c6)"],
    [page("9 8", "c8"), page("7"), "9 8 7"],
    // The log was refreshed beyond its cursor in the meantime.
    [page("9 8 7", "c8"), page("7 6", "c6"), "9 8 7 6 (c6)"],
  ])("extends the log", (log, more, expected) => expect(textOf(extended(log, more))).toBe(expected))
})

describe("a refetched part", () => {
  it.each<[name: string, log: DeliveryPage, part: DeliveryPage, expected: string | undefined]>([
    ["adds new deliveries", page("9 8", "c8"), page("11 10 9", "c9"), "11 10 9 8 (c8)"],
    ["updates known deliveries", page("9 8 7", "c7"), page("9* 8*", "c8"), "9* 8* 7 (c7)"],
    ["in the middle leaves the rest unchanged", page("9 8 7 6 5", "c5"), page("8* 7*", "c7"), "9 8* 7* 6 5 (c5)"],
    ["removes deleted deliveries", page("9 8 7 6", "c6"), page("9 7", "c7"), "9 7 6 (c6)"],
    ["extends beyond the end", page("9 8 7", "c7"), page("8 7 6", "c6"), "9 8 7 6 (c6)"],
    ["ends the log", page("9 8 7 6", "c6"), page("8* 7"), "9 8* 7"],
    ["is the whole log", page("9 8"), page("10 9"), "10 9"],
    ["is empty if nothing matches any more", page("9 8"), page(""), ""],
    ["is rejected if there may be a gap", page("9 8", "c8"), page("14 13", "c13"), undefined],
  ])("%s", (_name, log, part, expected) => expect(textOf(refreshed(log, part))).toBe(expected))
})
