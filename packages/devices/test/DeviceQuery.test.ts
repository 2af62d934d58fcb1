/**
 * Searching, sorting and paging devices over HTTP.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { api, at, channel, queue, running, send } from "./support/Running.ts"

const mdmOrigin = { url: "https://mdm.example.com" }

/** Enrolls a device that answers its name and OS version. */
const enroll = Effect.fnUntraced(function* (udid: string, DeviceName: string, OSVersion: string) {
  const device = channel({ _tag: "device", udid, mdmOrigin })
  yield* device.enroll
  const commandUUID = yield* queue("DeviceInformation", { udid })
  yield* device.checkIn
  yield* device.ask("event", {
    event: {
      _tag: "CommandResult",
      commandUUID,
      status: "Acknowledged",
      payload: { QueryResponses: { DeviceName, OSVersion, SerialNumber: `SN-${udid}` } },
    },
  })
})

const fleet = Effect.gen(function* () {
  yield* enroll("D1", "Mac 10", "9.3")
  yield* enroll("D2", "mac 9", "10.0")
  yield* enroll("D3", "Ada's iPhone", "18.1")
  yield* channel({ _tag: "user", udid: "D3", userId: "U1", userShortName: "Lovelace", mdmOrigin }).appear
})

const list = (query = "") => Effect.map(send("GET", `${api}/devices${query}`), ({ body }) => body)

const udidsOf = (page: unknown): ReadonlyArray<unknown> => {
  const devices = at(page, "devices")
  return Array.isArray(devices) ? devices.map((device) => at(device, "udid")) : []
}

describe("the device list", () => {
  it.live.each([
    ["", ["D3", "D2", "D1"]],
    ["?order=desc", ["D1", "D2", "D3"]],
    ["?sort=osVersion", ["D1", "D2", "D3"]],
    ["?sort=serialNumber&order=desc", ["D3", "D2", "D1"]],
    ["?sort=lastSeen", ["D1", "D2", "D3"]],
  ] as const)("sorts by name, or by another column (%s)", ([query, udids]) =>
    Effect.gen(function* () {
      yield* fleet
      expect(udidsOf(yield* list(query))).toEqual(udids)
    }).pipe(Effect.provide(running)),
  )

  it.live.each([
    ["MAC", ["D2", "D1"]],
    ["sn-d3", ["D3"]],
    ["d2", ["D2"]],
    ["lovelace", ["D3"]],
    ["nothing", []],
  ] as const)("finds %s", ([search, udids]) =>
    Effect.gen(function* () {
      yield* fleet
      const page = yield* list(`?search=${search}`)
      expect(udidsOf(page)).toEqual(udids)
      expect(at(page, "total")).toBe(udids.length)
    }).pipe(Effect.provide(running)),
  )

  it.live("returns each device once, page by page", () =>
    Effect.gen(function* () {
      for (let index = 0; index < 7; index++) {
        yield* channel({ _tag: "device", udid: `D${index}`, mdmOrigin }).enroll
      }
      const seen: Array<unknown> = []
      let query = "?limit=3&sort=status&order=desc"
      for (let pages = 0; pages < 3; pages++) {
        const page = yield* list(query)
        expect(at(page, "total")).toBe(7)
        seen.push(...udidsOf(page))
        query = `?limit=3&sort=status&order=desc&cursor=${at(page, "next")}`
        expect(at(page, "next") === undefined).toBe(pages === 2)
      }
      expect(seen).toEqual(["D6", "D5", "D4", "D3", "D2", "D1", "D0"])
    }).pipe(Effect.provide(running)),
  )

  it.live("rejects an invalid cursor, limit and sort order", () =>
    Effect.gen(function* () {
      expect(yield* send("GET", `${api}/devices?cursor=abc`)).toEqual({
        status: 400,
        body: { type: "urn:espalier:problem:invalid-device-cursor", title: "Invalid cursor", status: 400 },
      })
      for (const query of ["limit=0", "limit=501", "limit=x", "sort=colour", "order=up"]) {
        expect([query, (yield* send("GET", `${api}/devices?${query}`)).status]).toEqual([query, 400])
      }
    }).pipe(Effect.provide(running)),
  )

  it.live("has no enrollment links where the backend creates none", () =>
    Effect.gen(function* () {
      expect(yield* send("POST", `${api}/enrollment-links`)).toEqual({
        status: 501,
        body: {
          type: "urn:espalier:problem:enrollment-links-not-supported",
          title: "Enrollment links are not supported",
          status: 501,
        },
      })
    }).pipe(Effect.provide(running)),
  )
})
