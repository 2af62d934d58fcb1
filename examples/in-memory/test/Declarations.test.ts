import { describe, expect, it } from "@effect/vitest"
import { combinedDeclarationsToken, DeclarationTokens } from "@espalier/schema"
import { Effect, Schema } from "effect"
import { api, at, device, idle, otherDevice, queue, running, send, user } from "./Running.ts"

const passcode = (length: number) => ({
  Type: "com.apple.configuration.passcode.settings",
  Payload: { RequirePasscode: true, MinimumLength: length },
})

const put = (identifier: string, content: object, query = "") =>
  send("PUT", `${api}/declarations/${identifier}${query}`, content)

const combined = (tokens: unknown) => combinedDeclarationsToken(Schema.decodeUnknownSync(DeclarationTokens)(tokens))

describe("declarations", () => {
  it.live("of each kind are listed under it and given out with their token", () =>
    Effect.gen(function* () {
      yield* device.enrolls
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

  it.live("change their kind's token when the content changes, and only then", () =>
    Effect.gen(function* () {
      yield* device.enrolls
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

  it.live("have the same tokens whatever the order they were put in", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      yield* otherDevice.enrolls
      for (const one of ["a", "b", "c"]) yield* put(one, passcode(6), "?udid=D1")
      for (const one of ["c", "a", "b"]) yield* put(one, passcode(6), "?udid=D2")
      expect(yield* device.tokens).toEqual(yield* otherDevice.tokens)
      expect(yield* device.items).toEqual(yield* otherDevice.items)
    }).pipe(Effect.provide(running)),
  )

  it.live("are for all devices, for one, or for one user; the nearer wins", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      yield* otherDevice.enrolls
      yield* user.appears
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

  it.live("that changed make the next connection a sync, until the device has listed its items", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      yield* put("passcode", passcode(6))
      const sync = { _tag: "DdmSync", serverToken: combined(yield* device.tokens) }
      expect(yield* device.checksIn).toEqual(sync)
      // The device acknowledges to the server, which asks for more; then it is gone before it fetched anything.
      expect(yield* device.checksIn).toEqual(idle)
      expect(yield* device.checksIn).toEqual(sync)
      expect(at((yield* send("GET", `${api}/devices/D1`)).body, "progress")).toEqual({
        token: sync.serverToken,
        synchronised: false,
      })
      yield* device.items
      expect(at((yield* send("GET", `${api}/devices/D1`)).body, "progress", "synchronised")).toBe(true)
      expect(yield* device.checksIn).toEqual(idle)
      expect(yield* device.checksIn).toEqual(idle)

      yield* put("passcode", passcode(8))
      expect(yield* device.checksIn).toMatchObject({ _tag: "DdmSync" })
      yield* send("DELETE", `${api}/declarations/passcode`)
      expect(yield* device.checksIn).toMatchObject({ _tag: "DdmSync" })
    }).pipe(Effect.provide(running)),
  )

  it.live("come before commands, and never between a NotNow and the end of its connection", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      const uuid = yield* queue("InstallProfile")
      yield* put("passcode", passcode(6))
      expect(yield* device.checksIn).toMatchObject({ _tag: "DdmSync" })
      expect(yield* device.checksIn).toMatchObject({ _tag: "Command", commandUUID: uuid })
      yield* put("passcode", passcode(8))
      expect(yield* device.answers(uuid, "NotNow")).toEqual(idle)
      expect(yield* device.checksIn).toMatchObject({ _tag: "DdmSync" })
      expect(yield* device.checksIn).toMatchObject({ _tag: "Command", commandUUID: uuid })
    }).pipe(Effect.provide(running)),
  )

  it.live("outlive an enrollment, what the device has of them does not", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      yield* put("passcode", passcode(6), "?udid=D1")
      yield* device.items
      expect(yield* device.checksIn).toEqual(idle)
      yield* device.enrolls
      expect(yield* device.checksIn).toMatchObject({ _tag: "DdmSync" })
    }).pipe(Effect.provide(running)),
  )
})

describe("status reports", () => {
  it.live("are merged; a full one replaces what was before", () =>
    Effect.gen(function* () {
      yield* device.enrolls
      const says = (report: object) => device.ask("event", { event: { _tag: "DeclarationStatus", report } })
      const status = Effect.map(send("GET", `${api}/devices/D1`), ({ body }) => at(body, "progress", "report"))
      expect(yield* status).toBeUndefined()

      yield* says({ StatusItems: { device: { model: { family: "Mac" }, "operating-system": { version: "15.0" } } } })
      const change = { StatusItems: { device: { "operating-system": { version: "15.1" } } }, Errors: [] }
      yield* says(change)
      yield* says(change)
      expect(yield* status).toEqual({
        StatusItems: { device: { model: { family: "Mac" }, "operating-system": { version: "15.1" } } },
        Errors: [],
      })
      const full = { FullReport: true, StatusItems: { device: {} } }
      yield* says(full)
      expect(yield* status).toEqual(full)
    }).pipe(Effect.provide(running)),
  )
})
