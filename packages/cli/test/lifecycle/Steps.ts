/**
 * The steps of a managed Mac, from the enrollment link to `CheckOut` and a second enrollment. Each step acts, then checks the state of the backend and of
 * the device.
 */
import { createHash } from "node:crypto"
import { Certificate } from "@espalier/apple"
import type { SimulatorError } from "@espalier/simulator"
import * as apns from "@espalier/testing/Apns"
import { Effect, type Schema } from "effect"
import { expect } from "vitest"
import { pushTargetOf } from "./BackendCalls.ts"
import { at, identity, impersonate, known, pushDevice, queue, synchronise } from "./Requests.ts"
import type { World } from "./World.ts"

export interface Step {
  readonly name: string
  readonly take: (world: World) => Effect.Effect<void, SimulatorError | Schema.SchemaError>
}

const logo = Buffer.from("The bytes of a logo")
const profile = `<?xml version="1.0"?><plist version="1.0"><dict>
  <key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>com.example.wifi</string>
  <key>PayloadUUID</key><string>5A9D5B4C-9D5E-4C7B-8C1B-3C1B1B1B1B1B</string>
  <key>PayloadDisplayName</key><string>Wi-Fi</string><key>PayloadContent</key><array/>
</dict></plist>`

const declarations = (origin: string) => [
  {
    Identifier: "com.example.logo",
    Type: "com.apple.asset.data",
    Payload: {
      Reference: {
        DataURL: `${origin}/mdm/apple/assets/logo`,
        ContentType: "image/png",
        Size: logo.length,
        "Hash-SHA-256": createHash("sha256").update(logo).digest("hex"),
      },
      Authentication: { Type: "MDM" },
    },
  },
  {
    Identifier: "com.example.files",
    Type: "com.apple.configuration.services.configuration-files",
    Payload: { ServiceType: "com.example.logo", DataAssetReference: "com.example.logo" },
  },
  {
    Identifier: "com.example.all",
    Type: "com.apple.activation.simple",
    Payload: { StandardConfigurations: ["com.example.files"] },
  },
]

export const steps: ReadonlyArray<Step> = [
  {
    name: "enroll",
    take: Effect.fnUntraced(function* (world) {
      const { mac, link, origin, calls } = world
      yield* mac.enroll(link)
      const { serialNumber, osVersion } = mac.profile
      const [target] = yield* mac.pushTargets
      expect(yield* known(world)).toMatchObject({
        status: "enrolled",
        mdmOrigin: origin,
        about: { serialNumber, osVersion, topic: apns.topicOne },
        users: [],
      })
      expect(pushTargetOf(calls, "device", mac.profile.udid)).toEqual({
        topic: apns.topicOne,
        pushMagic: target?.magic,
        pushToken: Buffer.from(target?.token ?? []).toString("base64"),
      })
      expect(calls.findLast(({ name }) => name === "device TokenUpdate")?.identity).toBe(
        Certificate.toPem((yield* identity(world)).certificate),
      )
    }),
  },
  {
    name: "bootstrap token",
    take: Effect.fnUntraced(function* ({ mac }) {
      const token = yield* mac.escrowBootstrapToken()
      expect(yield* mac.fetchBootstrapToken()).toEqual(token)
    }),
  },
  {
    name: "log in",
    take: Effect.fnUntraced(function* (world) {
      // A network user, whom the server authenticates first.
      expect(yield* world.mac.login({ shortName: "ada", longName: "Ada Lovelace", digest: (text) => text })).toBe(true)
      expect(at(yield* known(world), "users")).toMatchObject([{ userShortName: "ada", status: "enrolled" }])
    }),
  },
  {
    name: "command",
    take: Effect.fnUntraced(function* (world) {
      const command = yield* queue(world, { requestType: "DeviceInformation", payload: { Queries: ["SerialNumber"] } })
      expect(at(yield* command.state, "state")).toBe("queued")
      expect(yield* pushDevice(world)).toMatchObject([{ requestType: "DeviceInformation", status: "Acknowledged" }])
      expect(yield* command.state).toMatchObject({
        state: "acknowledged",
        answer: { payload: { QueryResponses: { SerialNumber: world.mac.profile.serialNumber } } },
      })
    }),
  },
  {
    name: "user's command",
    take: Effect.fnUntraced(function* (world) {
      const user = at(yield* known(world), "users", 0)
      const command = yield* queue(world, { requestType: "ProfileList", userId: at(user, "userId") })
      expect(yield* pushDevice(world, "user")).toMatchObject([{ channel: "user:ada", status: "Acknowledged" }])
      expect(yield* command.state).toMatchObject({ state: "acknowledged", answer: { payload: { ProfileList: [] } } })
    }),
  },
  {
    name: "lock",
    take: Effect.fnUntraced(function* (world) {
      yield* world.mac.lock()
      const payload = { Payload: { $data: Buffer.from(profile).toString("base64") } }
      const command = yield* queue(world, { requestType: "InstallProfile", payload })
      expect(yield* pushDevice(world)).toMatchObject([{ requestType: "InstallProfile", status: "NotNow" }])
      expect(at(yield* command.state, "state")).toBe("notNow")
    }),
  },
  {
    name: "unlock",
    take: Effect.fnUntraced(function* (world) {
      expect(yield* world.mac.unlock()).toMatchObject([{ requestType: "InstallProfile", status: "Acknowledged" }])
      expect(at(yield* known(world), "commands", 1)).toMatchObject({ state: "acknowledged" })
      const { enrollment } = yield* world.mac.state
      expect([...(enrollment?.channels.get("device")?.profiles.keys() ?? [])]).toContain("com.example.wifi")
    }),
  },
  {
    name: "declare",
    take: Effect.fnUntraced(function* (world) {
      const { mac, control, origin } = world
      yield* control("PUT", "assets/logo", { content: logo.toString("base64"), contentType: "image/png" })
      for (const { Identifier, ...content } of declarations(origin)) {
        expect((yield* control("PUT", `declarations/${Identifier}`, content)).status).toBe(200)
      }
      yield* synchronise(world)
      const valid = (identifier: string) => expect.objectContaining({ identifier, valid: "valid", active: true })
      expect(at(yield* known(world), "sync")).toMatchObject({
        synchronized: true,
        report: {
          StatusItems: {
            management: {
              declarations: {
                activations: [valid("com.example.all")],
                assets: [valid("com.example.logo")],
                configurations: [valid("com.example.files")],
              },
            },
          },
        },
      })
      const { enrollment } = yield* mac.state
      const has = enrollment?.channels.get("device")?.declarations
      expect([...(has?.items.keys() ?? [])].sort()).toEqual([
        "activation/com.example.all",
        "asset/com.example.logo",
        "configuration/com.example.files",
      ])
      expect(Buffer.from(has?.assets.get("com.example.logo")?.data ?? []).toString()).toBe(logo.toString())
    }),
  },
  {
    name: "renew",
    take: Effect.fnUntraced(function* (world) {
      const { mac, calls } = world
      const before = yield* identity(world)
      yield* mac.renew()
      const after = yield* identity(world)
      expect(Certificate.fingerprint(after.certificate)).not.toBe(Certificate.fingerprint(before.certificate))
      expect(yield* mac.poll()).toEqual([])
      expect(calls.at(-1)).toMatchObject({ name: "checkin", identity: Certificate.toPem(after.certificate) })
      const sofar = calls.length
      expect(yield* impersonate(world, before, "Idle")).toBe(403)
      expect(calls.slice(sofar)).toEqual([])
    }),
  },
  {
    name: "impersonate",
    take: Effect.fnUntraced(function* (world) {
      yield* world.otherDevice.enroll(world.link)
      const other = (yield* world.otherDevice.state).enrollment?.identity
      expect(other).toBeDefined()
      const sofar = world.calls.length
      for (const keyed of [other, undefined]) {
        expect(yield* impersonate(world, keyed, "Authenticate")).toBe(403)
        expect(yield* impersonate(world, keyed, "Idle")).toBe(403)
      }
      expect(world.calls.slice(sofar)).toEqual([])
      expect(yield* world.mac.poll()).toEqual([])
    }),
  },
  {
    name: "check out",
    take: Effect.fnUntraced(function* (world) {
      yield* world.mac.checkOut()
      expect(yield* known(world)).toMatchObject({ status: "checkedOut", users: [{ status: "checkedOut" }] })
      expect((yield* world.mac.state).enrollment).toBeUndefined()
    }),
  },
  {
    name: "enroll again",
    take: Effect.fnUntraced(function* (world) {
      const { mac, link, send, calls } = world
      yield* mac.enroll(link)
      // Declarations stay for the next enrollment; queued commands and users do not.
      yield* synchronise(world)
      expect(yield* known(world)).toMatchObject({
        status: "enrolled",
        users: [],
        commands: [],
        sync: { synchronized: true },
      })
      expect(calls.at(-1)?.identity).toBe(Certificate.toPem((yield* identity(world)).certificate))
      // The link is for three devices, and it is used up.
      const { pathname, search } = new URL(link)
      expect((yield* send("GET", `${pathname}${search}`, {}, "")).status).toBe(403)
    }),
  },
]

/** The events that the backend receives, in order. */
export const events: ReadonlyArray<string> = [
  "device Authenticate",
  "device TokenUpdate",
  "user TokenUpdate",
  "device CommandResult Acknowledged",
  "user CommandResult Acknowledged",
  "device CommandResult NotNow",
  "device CommandResult Acknowledged",
  "device DeclarationStatus",
  // The other device.
  "device Authenticate",
  "device TokenUpdate",
  "device CheckOut",
  "device Authenticate",
  "device TokenUpdate",
  "device DeclarationStatus",
]
