/**
 * A list of deliveries that is known in part, and learns more: by its next page, and by parts of it that are asked for again.
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
})

/** `9 8* 7`: a star is one that is delivered by now. */
const page = (text: string, next?: string): DeliveryPage => ({
  deliveries: text
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => delivery(Number.parseInt(word, 10), word.endsWith("*") ? "delivered" : "pending")),
  ...(next === undefined ? {} : { next }),
})

const told = (log: DeliveryPage | undefined): string | undefined =>
  log === undefined
    ? undefined
    : [
        ...log.deliveries.map(({ id, state }) => `${id}${state === "delivered" ? "*" : ""}`),
        ...(log.next === undefined ? [] : [`(${log.next})`]),
      ].join(" ")

describe("a page more", () => {
  it.each([
    [page("9 8", "c8"), page("7 6", "c6"), "9 8 7 6 (c6)"],
    [page("9 8", "c8"), page("7"), "9 8 7"],
    // The log was refreshed beyond its cursor meanwhile.
    [page("9 8 7", "c8"), page("7 6", "c6"), "9 8 7 6 (c6)"],
  ])("continues what is known", (log, more, expected) => expect(told(extended(log, more))).toBe(expected))
})

describe("a part that is asked for again", () => {
  it.each<[name: string, log: DeliveryPage, part: DeliveryPage, expected: string | undefined]>([
    ["says what is new", page("9 8", "c8"), page("11 10 9", "c9"), "11 10 9 8 (c8)"],
    ["says what has become of the known ones", page("9 8 7", "c7"), page("9* 8*", "c8"), "9* 8* 7 (c7)"],
    ["in the middle leaves the rest alone", page("9 8 7 6 5", "c5"), page("8* 7*", "c7"), "9 8* 7* 6 5 (c5)"],
    ["leaves out what is no longer there", page("9 8 7 6", "c6"), page("9 7", "c7"), "9 7 6 (c6)"],
    ["reaches beyond the end", page("9 8 7", "c7"), page("8 7 6", "c6"), "9 8 7 6 (c6)"],
    ["is the end of all", page("9 8 7 6", "c6"), page("8* 7"), "9 8* 7"],
    ["is all there is", page("9 8"), page("10 9"), "10 9"],
    ["is empty, for nothing matches any more", page("9 8"), page(""), ""],
    ["does not fit, with a gap between", page("9 8", "c8"), page("14 13", "c13"), undefined],
  ])("%s", (_name, log, part, expected) => expect(told(refreshed(log, part))).toBe(expected))
})
