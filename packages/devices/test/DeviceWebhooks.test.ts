import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Devices } from "../src/index.ts"
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
} from "./support/Running.ts"

const statusOf = Effect.map(send("GET", `${api}/devices/D1`), ({ body }) => at(body, "status"))

describe("a device", () => {
  it.live("has a push target for the backend, which the API does not return", () =>
    Effect.gen(function* () {
      yield* device.enroll
      yield* user.appear
      const push = { pushToken: "cHVzaC10b2tlbg==", pushMagic: "push-magic", topic: "com.apple.mgmt.External.example" }
      expect(yield* (yield* Devices).get("D1")).toMatchObject({ push, users: [{ push }] })
      for (const path of ["devices", "devices/D1"]) {
        const { status, body } = yield* send("GET", `${api}/${path}`)
        expect(status).toBe(200)
        const text = JSON.stringify(body)
        expect([push.pushToken, push.pushMagic].filter((secret) => text.includes(secret))).toEqual([])
      }
    }).pipe(Effect.provide(running)),
  )

  it.live("enrolls and checks out", () =>
    Effect.gen(function* () {
      expect(yield* device.sends(authenticate)).toEqual({ status: 204, body: undefined })
      expect(yield* statusOf).toBe("enrolling")
      expect(yield* device.sends(tokenUpdate("device"))).toEqual({ status: 204, body: undefined })
      expect((yield* send("GET", `${api}/devices/D1`)).body).toMatchObject({
        udid: "D1",
        status: "enrolled",
        enrollmentKind: "device",
        mdmOrigin: "https://mdm.example.com",
        about: { serialNumber: "C02XG2JHH7JG", osVersion: "15.0" },
        users: [],
        commands: [],
      })
      expect(yield* device.sends({ _tag: "CheckOut" })).toEqual({ status: 204, body: undefined })
      expect(yield* statusOf).toBe("checkedOut")
    }).pipe(Effect.provide(running)),
  )

  it.live("ignores repeated events", () =>
    Effect.gen(function* () {
      const untimed = Effect.map(send("GET", `${api}/devices/D1`), ({ body }) => ({ ...Object(body), lastSeen: "" }))
      for (const event of [authenticate, tokenUpdate("device"), { _tag: "CheckOut" } as const]) {
        yield* device.sends(event)
        const once = yield* untimed
        expect((yield* device.sends(event)).status).toBe(204)
        expect(yield* untimed).toEqual(once)
      }
    }).pipe(Effect.provide(running)),
  )

  it.live("gets UnknownDevice from every webhook until it has enrolled", () =>
    Effect.gen(function* () {
      const expected = { status: 404, body: unknownDevice }
      const request = { type: "configuration", identifier: "x" }
      for (const webhook of ["checkin", "declaration-tokens", "declaration-items", "bootstrap-token"]) {
        expect(yield* device.ask(webhook)).toEqual(expected)
      }
      expect(yield* device.ask("declaration", request)).toEqual(expected)
      expect(yield* device.sends(tokenUpdate("device"))).toEqual(expected)
      expect(yield* device.sends({ _tag: "CheckOut" })).toEqual(expected)
      expect(yield* device.sends({ _tag: "DeclarationStatus", report: {} })).toEqual(expected)
      expect(yield* user.sends(tokenUpdate("user"))).toEqual(expected)
      expect((yield* send("GET", `${api}/devices`)).body).toEqual({ devices: [], total: 0 })
    }).pipe(Effect.provide(running)),
  )

  it.live("gets UnknownDevice and an empty queue after it has checked out", () =>
    Effect.gen(function* () {
      yield* device.enroll
      yield* user.appear
      const [own, users] = [yield* queue("DeviceInformation"), yield* queue("ProfileList", { userId: "U1" })]
      yield* device.sends({ _tag: "CheckOut" })
      expect(yield* device.ask("checkin")).toEqual({ status: 404, body: unknownDevice })
      expect(yield* user.ask("checkin")).toEqual({ status: 404, body: unknownDevice })
      expect(yield* device.sends(tokenUpdate("device"))).toEqual({ status: 404, body: unknownDevice })
      expect(yield* user.sends(tokenUpdate("user"))).toEqual({ status: 404, body: unknownDevice })
      expect((yield* send("GET", `${api}/devices/D1`)).body).toMatchObject({
        status: "checkedOut",
        users: [{ userId: "U1", status: "checkedOut" }],
      })
      for (const uuid of [own, users]) expect((yield* send("GET", `${api}/commands/${uuid}`)).status).toBe(404)
      yield* device.enroll
      expect(yield* device.checkIn).toEqual(idle)
    }).pipe(Effect.provide(running)),
  )

  it.live("has no commands, users and secrets of its former enrollment after it enrolls again", () =>
    Effect.gen(function* () {
      yield* device.enroll
      yield* user.appear
      yield* queue("DeviceInformation")
      yield* device.ask("bootstrap-token", { set: "dG9rZW4=" })
      yield* device.sends({ _tag: "Authenticate", osVersion: "26.0" })
      expect((yield* send("GET", `${api}/devices/D1`)).body).toMatchObject({
        status: "enrolling",
        about: { osVersion: "26.0" },
        users: [],
        commands: [],
      })
      expect((yield* send("GET", `${api}/devices/D1`)).body).not.toHaveProperty("push")
      expect(yield* device.checkIn).toEqual(idle)
      expect(yield* user.ask("checkin")).toEqual({ status: 404, body: unknownDevice })
      expect((yield* device.ask("bootstrap-token")).body).toEqual({ bootstrapToken: null })
    }).pipe(Effect.provide(running)),
  )

  it.live("continues its enrollment when it authenticates again under a verified identity", () =>
    Effect.gen(function* () {
      const mdmOrigin = { url: "https://mdm.example.com" }
      const scope = {
        _tag: "device",
        udid: "D1",
        mdmOrigin,
        identityCertificate: "-----BEGIN CERTIFICATE-----",
      } as const
      const renewing = channel(scope)
      yield* device.enroll
      yield* user.appear
      const uuid = yield* queue("DeviceInformation")
      yield* renewing.ask("bootstrap-token", { set: "dG9rZW4=" })
      const { enrollmentId } = yield* (yield* Devices).get("D1")
      for (const event of [{ _tag: "Authenticate", osVersion: "26.0" } as const, tokenUpdate("device")]) {
        expect((yield* renewing.sends(event)).status).toBe(204)
      }
      expect((yield* send("GET", `${api}/devices/D1`)).body).toMatchObject({
        status: "enrolled",
        about: { osVersion: "26.0" },
        users: [{ userId: "U1", status: "enrolled" }],
        commands: [{ commandUUID: uuid }],
      })
      expect((yield* (yield* Devices).get("D1")).enrollmentId).toBe(enrollmentId)
      expect((yield* renewing.ask("bootstrap-token")).body).toEqual({ bootstrapToken: "dG9rZW4=" })
    }).pipe(Effect.provide(running)),
  )

  it.live("starts a new enrollment under a verified identity after it has checked out", () =>
    Effect.gen(function* () {
      const mdmOrigin = { url: "https://mdm.example.com" }
      const scope = {
        _tag: "device",
        udid: "D1",
        mdmOrigin,
        identityCertificate: "-----BEGIN CERTIFICATE-----",
      } as const
      yield* device.enroll
      yield* device.ask("bootstrap-token", { set: "dG9rZW4=" })
      yield* device.sends({ _tag: "CheckOut" })
      yield* channel(scope).sends(authenticate)
      expect(yield* statusOf).toBe("enrolling")
      expect((yield* device.ask("bootstrap-token")).body).toEqual({ bootstrapToken: null })
    }).pipe(Effect.provide(running)),
  )

  it.live("stays enrolled when one of its users checks out", () =>
    Effect.gen(function* () {
      yield* device.enroll
      yield* user.appear
      yield* queue("ProfileList", { userId: "U1" })
      const own = yield* queue("DeviceInformation")
      yield* user.sends({ _tag: "CheckOut" })
      expect(yield* user.ask("checkin")).toEqual({ status: 404, body: unknownDevice })
      expect(yield* device.checkIn).toMatchObject({ commandUUID: own })
      expect((yield* send("GET", `${api}/devices/D1`)).body).toMatchObject({
        status: "enrolled",
        users: [{ userId: "U1", status: "checkedOut", commands: [] }],
      })
    }).pipe(Effect.provide(running)),
  )

  it.live("is distinguished from others with similar or unusual identifiers", () =>
    Effect.gen(function* () {
      const mdmOrigin = { url: "https://mdm.example.com" }
      const names = ['D","U', "__proto__", "constructor", "D1/U1"]
      for (const udid of names) yield* channel({ _tag: "device", udid, mdmOrigin }).enroll
      const uuid = yield* queue("DeviceInformation", { udid: "__proto__" })
      for (const udid of names) {
        expect(yield* channel({ _tag: "device", udid, mdmOrigin }).checkIn).toMatchObject(
          udid === "__proto__" ? { commandUUID: uuid } : idle,
        )
      }
    }).pipe(Effect.provide(running)),
  )

  it.live("stores a bootstrap token and gets its own one back", () =>
    Effect.gen(function* () {
      yield* device.enroll
      yield* otherDevice.enroll
      expect((yield* device.ask("bootstrap-token")).body).toEqual({ bootstrapToken: null })
      expect((yield* device.ask("bootstrap-token", { set: "dG9rZW4=" })).body).toEqual({ bootstrapToken: "dG9rZW4=" })
      expect((yield* device.ask("bootstrap-token")).body).toEqual({ bootstrapToken: "dG9rZW4=" })
      expect((yield* otherDevice.ask("bootstrap-token")).body).toEqual({ bootstrapToken: null })
      expect(JSON.stringify((yield* send("GET", `${api}/devices/D1`)).body)).not.toContain("dG9rZW4=")
    }).pipe(Effect.provide(running)),
  )
})
