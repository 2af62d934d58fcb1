/** The command channel: what a device answers, puts off, refuses, and does afterwards. */
import { describe, expect, it } from "@effect/vitest"
import { CommandReport } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Result } from "effect"
import { Command, type Device } from "../src/index.ts"
import { enrolled, line } from "./Device.ts"

const profile = (identifier: string, displayName = identifier): Uint8Array =>
  Buffer.from(
    Result.getOrThrow(
      Plist.toXml({
        PayloadType: "Configuration",
        PayloadVersion: 1,
        PayloadIdentifier: identifier,
        PayloadUUID: `uuid of ${identifier}`,
        PayloadDisplayName: displayName,
        PayloadContent: [
          {
            PayloadType: "com.apple.dock",
            PayloadVersion: 1,
            PayloadIdentifier: `${identifier}.dock`,
            PayloadUUID: "d",
          },
        ],
      }),
    ),
  )

type Row = readonly [
  requestType: string,
  payload: Plist.Dictionary,
  options: Partial<Device.Options>,
  status: string,
  result: object,
]

describe("the device", () => {
  it.live.each<Row>([
    [
      "DeviceInformation",
      { Queries: ["SerialNumber", "OSVersion", "BatteryLevel", "IsMultiUser", "Invented"] },
      { serialNumber: "F17XK2ABCD", osVersion: "18.2" },
      "Acknowledged",
      { QueryResponses: { SerialNumber: "F17XK2ABCD", OSVersion: "18.2", BatteryLevel: 0.83, IsMultiUser: false } },
    ],
    ["DeviceInformation", {}, {}, "Acknowledged", { QueryResponses: {} }],
    ["SecurityInfo", {}, {}, "Acknowledged", { SecurityInfo: { HardwareEncryptionCaps: 3, PasscodePresent: true } }],
    ["SecurityInfo", {}, { kind: "Mac" }, "Acknowledged", { SecurityInfo: { FDE_Enabled: true } }],
    [
      "ProfileList",
      {},
      {},
      "Acknowledged",
      { ProfileList: [{ PayloadIdentifier: "localhost.enrollment", PayloadDisplayName: "Acme management" }] },
    ],
    [
      "InstalledApplicationList",
      { Identifiers: ["com.apple.Pages"] },
      {},
      "Acknowledged",
      { InstalledApplicationList: [{ Identifier: "com.apple.Pages" }] },
    ],
    ["CertificateList", {}, {}, "Acknowledged", { CertificateList: [{ CommonName: "a device", IsIdentity: true }] }],
    ["DeviceLock", {}, {}, "Acknowledged", { MessageResult: "Success" }],
    ["InstallProfile", {}, {}, "CommandFormatError", {}],
    ["InstallProfile", { Payload: Buffer.from("no profile") }, {}, "Error", {}],
    ["RemoveProfile", { Identifier: "unknown" }, {}, "Error", {}],
    ["UserList", {}, {}, "Error", {}],
    ["UserList", {}, { kind: "SharedIPad" }, "Acknowledged", { Users: [] }],
    ["Invented", {}, {}, "Error", {}],
    ["Invented", {}, { kind: "Mac" }, "CommandFormatError", {}],
    ["constructor", {}, {}, "Error", {}],
    [
      "Custom",
      { Say: "hello" },
      {
        commands: {
          Custom: {
            channels: "every",
            whenLocked: "answers",
            execute: ({ payload }) => Effect.succeed(Command.done({ Said: payload["Say"] ?? "" })),
          },
        },
      },
      "Acknowledged",
      { Said: "hello" },
    ],
  ])("%s %j", ([requestType, payload, options, status, result]) =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled(options)
      const uuid = server.queue(requestType, payload)
      expect((yield* device.poll()).map(line)).toEqual([`${requestType} ${status}`])
      const report = server.report(uuid)
      expect(CommandReport.result(report)).toMatchObject(result)
      const failed = status !== "Acknowledged"
      expect("ErrorChain" in report && Array.isArray(report["ErrorChain"])).toBe(failed)
    }),
  )

  it.live("returns the requested queries only", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      const uuid = server.queue("DeviceInformation", { Queries: ["UDID", "Invented"] })
      yield* device.poll()
      expect(server.report(uuid)).toMatchObject({ UDID: device.profile.udid })
      expect(CommandReport.result(server.report(uuid))).toEqual({ QueryResponses: { UDID: device.profile.udid } })
    }),
  )

  it.live("executes one command after another in one connection", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      for (const requestType of ["DeviceInformation", "Invented", "SecurityInfo"]) server.queue(requestType)
      expect(yield* device.wake()).toHaveLength(3)
      expect(server.operation().slice(2)).toEqual(["Idle", "Acknowledged", "Error", "Acknowledged"])
    }),
  )

  it.live("reports CommandFormatError for a command without RequestType", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.intercept = ({ operation }) =>
        operation === "Idle"
          ? { body: Result.getOrThrow(Plist.toXml({ CommandUUID: "nameless", Command: { Queries: [] } })) }
          : undefined
      yield* device.poll()
      expect(server.report("nameless")).toMatchObject({ Status: "CommandFormatError" })
    }),
  )

  it.live.each<readonly [name: string, body: string]>([
    ["text", "hello"],
    ["no command", "<plist><dict/></plist>"],
  ])("cannot read %s", ([, body]) =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.intercept = () => ({ body })
      expect(yield* Effect.flip(device.poll())).toMatchObject({ reason: "InvalidResponse" })
    }),
  )
})

describe("profiles", () => {
  it.live("are installed, updated and removed", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.queue("InstallProfile", { Payload: profile("com.example.one") })
      server.queue("InstallProfile", { Payload: profile("com.example.two") })
      server.queue("InstallProfile", { Payload: profile("com.example.one", "One, again") })
      server.queue("RemoveProfile", { Identifier: "com.example.two" })
      const uuid = server.queue("ProfileList")
      yield* device.poll()
      expect(CommandReport.result(server.report(uuid))).toMatchObject({
        ProfileList: [
          { PayloadIdentifier: "localhost.enrollment" },
          {
            PayloadIdentifier: "com.example.one",
            PayloadDisplayName: "One, again",
            PayloadContent: [{ PayloadType: "com.apple.dock" }],
          },
        ],
      })
      const { enrollment } = yield* device.state
      expect(enrollment?.channels.get("device")?.profiles.has("com.example.two")).toBe(false)
    }),
  )

  it.live("of the enrollment renew the identity when updated and end the enrollment when removed", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      const first = server.pinned
      server.queue("InstallProfile", { Payload: server.profile() })
      server.requireSignature = false
      yield* device.poll()
      expect(server.scepHeard).toEqual(["PKCSReq", "PKCSReq"])
      expect(server.received.at(-1)?.operation).toBe("TokenUpdate")
      expect(server.received.at(-1)?.signer).not.toBe(first)
      server.queue("RemoveProfile", { Identifier: "localhost.enrollment" })
      yield* device.poll()
      expect(server.operation().slice(-2)).toEqual(["Acknowledged", "CheckOut"])
      expect((yield* device.state).enrollment).toBeUndefined()
    }),
  )

  it.live.each<readonly [key: string, from: RegExp, to: string]>([
    ["ServerURL", /(<key>ServerURL<\/key>\s*<string>[^<]*)/, "$1/another"],
    ["CheckInURL", /(<key>CheckInURL<\/key>\s*<string>[^<]*)/, "$1/another"],
    ["Topic", /(<key>Topic<\/key>\s*<string>[^<]*)/, "$1.another"],
  ])("with another %s are refused", ([, from, to]) =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      const elsewhere = Buffer.from(server.profile()).toString().replace(from, to)
      server.queue("InstallProfile", { Payload: Buffer.from(elsewhere) })
      expect((yield* device.poll()).map(line)).toEqual(["InstallProfile Error"])
      expect(server.scepHeard).toEqual(["PKCSReq"])
    }),
  )
})

describe("a locked device", () => {
  it.live("answers NotNow to commands that need an unlocked device and polls when unlocked", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      yield* device.lock()
      server.queue("InstallProfile", { Payload: profile("com.example.one") })
      expect((yield* device.wake()).map(line)).toEqual(["InstallProfile NotNow"])
      expect((yield* device.unlock()).map(line)).toEqual(["InstallProfile Acknowledged"])
      expect(server.operation().slice(2)).toEqual(["Idle", "NotNow", "Idle", "Acknowledged"])
    }),
  )

  it.live("answers other commands and does not poll when unlocked", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      yield* device.lock()
      server.queue("DeviceInformation")
      expect((yield* device.wake()).map(line)).toEqual(["DeviceInformation Acknowledged"])
      expect(yield* device.unlock()).toEqual([])
      expect(server.operation().filter((operation) => operation === "Idle")).toHaveLength(1)
    }),
  )

  it.live("is the effect of DeviceLock", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.queue("DeviceLock")
      server.queue("InstallProfile", { Payload: profile("com.example.one") })
      expect((yield* device.wake()).map(line)).toEqual(["DeviceLock Acknowledged", "InstallProfile NotNow"])
    }),
  )

  it.live("fails with Loop when the server repeats a command that was answered NotNow", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.repeats = true
      yield* device.lock()
      server.queue("InstallProfile", { Payload: profile("com.example.one") })
      expect(yield* Effect.flip(device.wake())).toMatchObject({ reason: "Loop" })
      expect(server.operation().filter((operation) => operation === "NotNow")).toHaveLength(1)
    }),
  )
})

describe("after the report of", () => {
  it.live("EraseDevice: deletes the enrollment and ends the connection", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.queue("EraseDevice")
      server.queue("DeviceInformation")
      expect((yield* device.wake()).map(line)).toEqual(["EraseDevice Acknowledged"])
      expect(yield* device.state).toMatchObject({ enrollment: undefined, locked: false })
      expect(server.operation().at(-1)).toBe("Acknowledged")
    }),
  )

  it.live("RestartDevice: ends the connection", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.queue("RestartDevice")
      server.queue("DeviceInformation")
      expect((yield* device.wake()).map(line)).toEqual(["RestartDevice Acknowledged"])
      expect((yield* device.wake()).map(line)).toEqual(["DeviceInformation Acknowledged"])
    }),
  )

  it.live("DeviceConfigured: ends Setup Assistant", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ awaitingConfiguration: true })
      expect(server.received[1]?.message).toMatchObject({ AwaitingConfiguration: true })
      server.queue("DeviceConfigured")
      yield* device.wake()
      expect((yield* device.state).awaitingConfiguration).toBe(false)
    }),
  )
})
