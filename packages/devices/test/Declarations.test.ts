import { describe, expect, it } from "@effect/vitest"
import { combinedDeclarationsToken, DeclarationTokens } from "@espalier/schema"
import { Effect, Schema } from "effect"
import { api, at, device, idle, otherDevice, queue, running, send, user } from "./support/Running.ts"

const passcode = (length: number) => ({
  Type: "com.apple.configuration.passcode.settings",
  Payload: { RequirePasscode: true, MinimumLength: length },
})

const put = (identifier: string, content: object, query = "") =>
  send("PUT", `${api}/declarations/${identifier}${query}`, content)

const combined = (tokens: unknown) => combinedDeclarationsToken(Schema.decodeUnknownSync(DeclarationTokens)(tokens))

describe("declarations", () => {
  it.live("lists declarations of each kind and returns them with their token", () =>
    Effect.gen(function* () {
      yield* device.enroll
      for (const [kind, place, type] of [
        ["activation", "activations", "com.apple.activation.simple"],
        ["configuration", "configurations", "com.apple.configuration.passcode.settings"],
        ["asset", "assets", "com.apple.asset.data"],
        ["management", "management", "com.apple.management.organization-info"],
      ] as const) {
        const identifier = `the-${kind}`
        const { body } = yield* put(identifier, { Type: type, Payload: { Name: "x" } })
        const serverToken = at(body, "declaration", "ServerToken")
        expect(at(yield* device.items, place)).toEqual([{ identifier, serverToken }])
        expect(yield* device.declaration(kind, identifier)).toEqual({
          Type: type,
          Identifier: identifier,
          ServerToken: serverToken,
          Payload: { Name: "x" },
        })
        const another = kind === "asset" ? "management" : "asset"
        expect(yield* device.declaration(another, identifier)).toBeNull()
      }
    }).pipe(Effect.provide(running)),
  )

  it.live("changes a kind's token exactly when the content changes", () =>
    Effect.gen(function* () {
      yield* device.enroll
      const none = yield* device.tokens
      yield* put("passcode", passcode(6))
      const six = yield* device.tokens
      expect(six).toEqual({ ...Object(none), configurationsToken: at(six, "configurationsToken") })
      expect(six).not.toEqual(none)

      yield* put("passcode", passcode(6))
      expect(yield* device.tokens).toEqual(six)
      yield* put("passcode", { Payload: { MinimumLength: 6, RequirePasscode: true }, Type: passcode(6).Type })
      expect(yield* device.tokens).toEqual(six)

      yield* put("passcode", passcode(8))
      expect(yield* device.tokens).not.toEqual(six)
      yield* put("passcode", passcode(6))
      expect(yield* device.tokens).toEqual(six)
      yield* send("DELETE", `${api}/declarations/passcode`)
      expect(yield* device.tokens).toEqual(none)
    }).pipe(Effect.provide(running)),
  )

  it.live("returns the same tokens for any order of creation", () =>
    Effect.gen(function* () {
      yield* device.enroll
      yield* otherDevice.enroll
      for (const one of ["a", "b", "c"]) yield* put(one, passcode(6), "?udid=D1")
      for (const one of ["c", "a", "b"]) yield* put(one, passcode(6), "?udid=D2")
      expect(yield* device.tokens).toEqual(yield* otherDevice.tokens)
      expect(yield* device.items).toEqual(yield* otherDevice.items)
    }).pipe(Effect.provide(running)),
  )

  it.live("applies the most specific of the declarations for every device, one device and one user", () =>
    Effect.gen(function* () {
      yield* device.enroll
      yield* otherDevice.enroll
      yield* user.appear
      yield* put("passcode", passcode(6))
      yield* put("passcode", passcode(8), "?udid=D1")
      yield* put("mail", { Type: "com.apple.configuration.account.mail", Payload: {} }, "?udid=D1&userId=U1")
      expect(at(yield* device.declaration("configuration", "passcode"), "Payload", "MinimumLength")).toBe(8)
      expect(at(yield* otherDevice.declaration("configuration", "passcode"), "Payload", "MinimumLength")).toBe(6)
      expect(yield* user.declaration("configuration", "passcode")).toBeNull()
      expect(yield* device.declaration("configuration", "mail")).toBeNull()
      expect(at(yield* user.items, "configurations", 0, "identifier")).toBe("mail")
      expect(at(yield* user.items, "configurations", "length")).toBe(1)
    }).pipe(Effect.provide(running)),
  )

  it.live("returns a sync at the start of each connection until the device has listed its items", () =>
    Effect.gen(function* () {
      yield* device.enroll
      yield* put("passcode", passcode(6))
      const sync = { _tag: "DdmSync", serverToken: combined(yield* device.tokens) }
      expect(yield* device.checkIn).toEqual(sync)
      // The device acknowledges to the server, which checks in again; then the connection breaks before the device fetches anything.
      expect(yield* device.checkIn).toEqual(idle)
      expect(yield* device.checkIn).toEqual(sync)
      expect(at((yield* send("GET", `${api}/devices/D1`)).body, "sync")).toEqual({
        token: sync.serverToken,
        synchronized: false,
      })
      yield* device.items
      expect(at((yield* send("GET", `${api}/devices/D1`)).body, "sync", "synchronized")).toBe(true)
      expect(yield* device.checkIn).toEqual(idle)
      expect(yield* device.checkIn).toEqual(idle)

      yield* put("passcode", passcode(8))
      expect(yield* device.checkIn).toMatchObject({ _tag: "DdmSync" })
      yield* send("DELETE", `${api}/declarations/passcode`)
      expect(yield* device.checkIn).toMatchObject({ _tag: "DdmSync" })
    }).pipe(Effect.provide(running)),
  )

  it.live("returns a sync before commands, but not between NotNow and the end of its connection", () =>
    Effect.gen(function* () {
      yield* device.enroll
      const uuid = yield* queue("InstallProfile")
      yield* put("passcode", passcode(6))
      expect(yield* device.checkIn).toMatchObject({ _tag: "DdmSync" })
      expect(yield* device.checkIn).toMatchObject({ _tag: "Command", commandUUID: uuid })
      yield* put("passcode", passcode(8))
      expect(yield* device.reports(uuid, "NotNow")).toEqual(idle)
      expect(yield* device.checkIn).toMatchObject({ _tag: "DdmSync" })
      expect(yield* device.checkIn).toMatchObject({ _tag: "Command", commandUUID: uuid })
    }).pipe(Effect.provide(running)),
  )

  it.live("keeps declarations after a new enrollment, but not their state", () =>
    Effect.gen(function* () {
      yield* device.enroll
      yield* put("passcode", passcode(6), "?udid=D1")
      yield* device.items
      expect(yield* device.checkIn).toEqual(idle)
      yield* device.enroll
      expect(yield* device.checkIn).toMatchObject({ _tag: "DdmSync" })
    }).pipe(Effect.provide(running)),
  )
})

describe("status reports", () => {
  it.live("merges reports; a full report replaces the status", () =>
    Effect.gen(function* () {
      yield* device.enroll
      const sends = (report: object) => device.ask("event", { event: { _tag: "DeclarationStatus", report } })
      const status = Effect.map(send("GET", `${api}/devices/D1`), ({ body }) => at(body, "sync", "report"))
      expect(yield* status).toBeUndefined()

      yield* sends({ StatusItems: { device: { model: { family: "Mac" }, "operating-system": { version: "15.0" } } } })
      const change = { StatusItems: { device: { "operating-system": { version: "15.1" } } }, Errors: [] }
      yield* sends(change)
      yield* sends(change)
      expect(yield* status).toEqual({
        StatusItems: { device: { model: { family: "Mac" }, "operating-system": { version: "15.1" } } },
        Errors: [],
      })
      const full = { FullReport: true, StatusItems: { device: {} } }
      yield* sends(full)
      expect(yield* status).toEqual(full)
    }).pipe(Effect.provide(running)),
  )
})
