import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  api,
  at,
  authenticate,
  channel,
  device,
  idle,
  otherDevice,
  queue,
  running,
  send,
  tokenUpdate,
  unknownDevice,
  user,
} from "./Running.ts"

const statusOf = Effect.map(send("GET", `${api}/devices/D1`), ({ body }) => at(body, "status"))

describe("a device", () => {
  it.live("enrolls, can be pushed to, and checks out", () =>
    Effect.gen(function* () {
      expect(yield* device.says(authenticate)).toEqual({ status: 204, body: undefined })
      expect(yield* statusOf).toBe("enrolling")
      expect(yield* device.says(tokenUpdate("device"))).toEqual({ status: 204, body: undefined })
      expect((yield* send("GET", `${api}/devices/D1`)).body).toMatchObject({
        udid: "D1",
        status: "enrolled",
        enrollmentKind: "device",
        mdmOrigin: "https://mdm.example.com",
        about: { serialNumber: "C02XG2JHH7JG", osVersion: "15.0" },
        push: { pushToken: "cHVzaC10b2tlbg==", pushMagic: "push-magic", topic: "com.apple.mgmt.External.example" },
        users: [],
        commands: [],
      })
      expect(yield* device.says({ _tag: "CheckOut" })).toEqual({ status: 204, body: undefined })
      expect(yield* statusOf).toBe("checkedOut")
    }).pipe(Effect.provide(running)),
  )

  it.live("events told twice leave the same state", () =>
    Effect.gen(function* () {
      const untimed = Effect.map(send("GET", `${api}/devices/D1`), ({ body }) => ({ ...Object(body), lastSeen: "" }))
      for (const event of [authenticate, tokenUpdate("device"), { _tag: "CheckOut" } as const]) {
        yield* device.says(event)
        const once = yield* untimed
        expect((yield* device.says(event)).status).toBe(204)
        expect(yield* untimed).toEqual(once)
      }
    }).pipe(Effect.provide(running)),
  )

  it.live("that we do not know is told so, whatever it asks", () =>
    Effect.gen(function* () {
      const expected = { status: 404, body: unknownDevice }
      const request = { type: "configuration", identifier: "x" }
      for (const webhook of ["checkin", "declaration-tokens", "declaration-items", "bootstrap-token"]) {
        expect(yield* device.ask(webhook)).toEqual(expected)
      }
      expect(yield* device.ask("declaration", request)).toEqual(expected)
      expect(yield* device.says(tokenUpdate("device"))).toEqual(expected)
      expect(yield* device.says({ _tag: "CheckOut" })).toEqual(expected)
      expect(yield* device.says({ _tag: "DeclarationStatus", report: {} })).toEqual(expected)
      expect(yield* user.says(tokenUpdate("user"))).toEqual(expected)
      expect(yield* user.ask("user-authenticate")).toEqual(expected)
      expect((yield* send("GET", `${api}/devices`)).body).toEqual([])
    }).pipe(Effect.provide(running)),
  )

  it.live("that checked out is unknown until it enrolls again, and its queue is gone", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      yield* user.appears
      const [own, users] = [yield* queue("DeviceInformation"), yield* queue("ProfileList", { userId: "U1" })]
      yield* device.says({ _tag: "CheckOut" })
      expect(yield* device.ask("checkin")).toEqual({ status: 404, body: unknownDevice })
      expect(yield* user.ask("checkin")).toEqual({ status: 404, body: unknownDevice })
      expect(yield* device.says(tokenUpdate("device"))).toEqual({ status: 404, body: unknownDevice })
      expect(yield* user.says(tokenUpdate("user"))).toEqual({ status: 404, body: unknownDevice })
      expect((yield* send("GET", `${api}/devices/D1`)).body).toMatchObject({
        status: "checkedOut",
        users: [{ userId: "U1", status: "checkedOut" }],
      })
      for (const uuid of [own, users]) expect((yield* send("GET", `${api}/commands/${uuid}`)).status).toBe(404)
      yield* device.enrolls
      expect(yield* device.checksIn).toEqual(idle)
    }).pipe(Effect.provide(running)),
  )

  it.live("that enrolls again begins anew: no queue, no users, no secrets", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      yield* user.appears
      yield* queue("DeviceInformation")
      yield* device.ask("bootstrap-token", { set: "dG9rZW4=" })
      yield* device.says({ _tag: "Authenticate", osVersion: "26.0" })
      expect((yield* send("GET", `${api}/devices/D1`)).body).toMatchObject({
        status: "enrolling",
        about: { osVersion: "26.0" },
        users: [],
        commands: [],
      })
      expect((yield* send("GET", `${api}/devices/D1`)).body).not.toHaveProperty("push")
      expect(yield* device.checksIn).toEqual(idle)
      expect(yield* user.ask("checkin")).toEqual({ status: 404, body: unknownDevice })
      expect((yield* device.ask("bootstrap-token")).body).toEqual({ bootstrapToken: null })
    }).pipe(Effect.provide(running)),
  )

  it.live("'s user can leave without it", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      yield* user.appears
      yield* queue("ProfileList", { userId: "U1" })
      const own = yield* queue("DeviceInformation")
      yield* user.says({ _tag: "CheckOut" })
      expect(yield* user.ask("checkin")).toEqual({ status: 404, body: unknownDevice })
      expect(yield* device.checksIn).toMatchObject({ commandUUID: own })
      expect((yield* send("GET", `${api}/devices/D1`)).body).toMatchObject({
        status: "enrolled",
        users: [{ userId: "U1", status: "checkedOut", commands: [] }],
      })
    }).pipe(Effect.provide(running)),
  )

  it.live("is not mistaken for another, however its names are made", () =>
    Effect.gen(function* () {
      const mdmOrigin = { url: "https://mdm.example.com" }
      const names = ['D","U', "__proto__", "constructor", "D1/U1"]
      for (const udid of names) yield* channel({ _tag: "device", udid, mdmOrigin }).enrolls
      const uuid = yield* queue("DeviceInformation", { udid: "__proto__" })
      for (const udid of names) {
        expect(yield* channel({ _tag: "device", udid, mdmOrigin }).checksIn).toMatchObject(
          udid === "__proto__" ? { commandUUID: uuid } : idle,
        )
      }
    }).pipe(Effect.provide(running)),
  )

  it.live("entrusts a bootstrap token and gets its own back", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      yield* otherDevice.enrolls
      expect((yield* device.ask("bootstrap-token")).body).toEqual({ bootstrapToken: null })
      expect((yield* device.ask("bootstrap-token", { set: "dG9rZW4=" })).body).toEqual({ bootstrapToken: "dG9rZW4=" })
      expect((yield* device.ask("bootstrap-token")).body).toEqual({ bootstrapToken: "dG9rZW4=" })
      expect((yield* otherDevice.ask("bootstrap-token")).body).toEqual({ bootstrapToken: null })
      expect(JSON.stringify((yield* send("GET", `${api}/devices/D1`)).body)).not.toContain("dG9rZW4=")
    }).pipe(Effect.provide(running)),
  )

  it.live("may enroll, with our name in the profile; its users are accepted; tokens of services are not offered", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      expect(
        (yield* send("POST", "/webhook/apple/enroll", { mdmOrigin: { url: "https://mdm.example.com" } })).body,
      ).toEqual({
        _tag: "Allow",
        profile: { organization: "Espalier Example", displayName: "Espalier Example Management" },
      })
      expect((yield* user.ask("user-authenticate")).body).toEqual({ _tag: "Accept" })
      expect(yield* device.ask("token", { tokenServiceType: "com.apple.maid" })).toEqual({
        status: 501,
        body: { _tag: "ManagementNotSupported" },
      })
    }).pipe(Effect.provide(running)),
  )
})
