/**
 * Given a device on the command channel, when it reports this, then the backend hears that, and the device gets the next command.
 */
import { describe, expect, it } from "@effect/vitest"
import { Plist } from "@espalier/plist"
import { Effect } from "effect"
import * as Backend from "../support/Backend.ts"
import { bytes, emptyAnswer, given, scope } from "../support/Conversation.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

describe("the command channel: results", () => {
  const results: { readonly [name: string]: readonly [Plist.Dictionary, object] } = {
    Acknowledged: [
      {
        ...Messages.acknowledged,
        QueryResponses: {
          DeviceName: "Ada’s Mac",
          Capacity: Plist.real(494),
          Level: 0.5,
          Big: 9007199254740993n,
          Count: 7,
          Seen: new Date("2026-01-01T00:00:00Z"),
          Key: bytes("key"),
          $odd: true,
          List: [[], {}],
        },
      },
      {
        _tag: "CommandResult",
        commandUUID: "command-1",
        status: "Acknowledged",
        payload: {
          QueryResponses: {
            DeviceName: "Ada’s Mac",
            Capacity: { $real: 494 },
            Level: 0.5,
            Big: { $integer: "9007199254740993" },
            Count: 7,
            Seen: { $date: "2026-01-01T00:00:00Z" },
            Key: { $data: "a2V5" },
            $$odd: true,
            List: [[], {}],
          },
        },
      },
    ],
    Error: [
      {
        Status: "Error",
        UDID: Messages.udid,
        CommandUUID: "command-1",
        ErrorChain: [
          {
            ErrorCode: 12021,
            ErrorDomain: "MCMDMErrorDomain",
            LocalizedDescription: "Ungültig",
            USEnglishDescription: "Not valid",
          },
          { ErrorCode: -1, ErrorDomain: "NSCocoaErrorDomain" },
        ],
      },
      {
        _tag: "CommandResult",
        commandUUID: "command-1",
        status: "Error",
        errorChain: [
          {
            errorCode: 12021,
            errorDomain: "MCMDMErrorDomain",
            localizedDescription: "Ungültig",
            usEnglishDescription: "Not valid",
          },
          { errorCode: -1, errorDomain: "NSCocoaErrorDomain", localizedDescription: "" },
        ],
        payload: {},
      },
    ],
    CommandFormatError: [
      { Status: "CommandFormatError", UDID: Messages.udid, CommandUUID: "command-1" },
      { _tag: "CommandResult", commandUUID: "command-1", status: "CommandFormatError", payload: {} },
    ],
    NotNow: [Messages.notNow, { _tag: "CommandResult", commandUUID: "command-1", status: "NotNow", payload: {} }],
  }

  it.live.each(Object.entries(results))("%s: first the event, then the question", ([, [report, event]]) =>
    Effect.gen(function* () {
      const { backend, server, mdmOrigin } = yield* given({})
      expect(yield* Whitelabel.report(server, report)).toMatchObject(emptyAnswer)
      expect(backend.heard()).toEqual([
        { webhook: "event", body: { scope: { ...scope, mdmOrigin }, event } },
        { webhook: "checkin", body: { scope: { ...scope, mdmOrigin } } },
      ])
    }),
  )

  it.live("an event the backend fails on is not lost: 503, and the device's repetition is taken", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({
        event: Backend.inTurn(Backend.json({ _tag: "InternalServerError" }, 500), Backend.hangUp, Backend.taken),
      })
      expect(yield* Whitelabel.report(server, Messages.acknowledged)).toMatchObject({ status: 503 })
      expect(yield* Whitelabel.report(server, Messages.acknowledged)).toMatchObject({ status: 503 })
      expect(backend.heardBy("checkin")).toEqual([])
      expect(yield* Whitelabel.report(server, Messages.acknowledged)).toMatchObject({ status: 200 })
      const events = backend.heardBy("event")
      expect(events).toHaveLength(3)
      expect(events[2]).toEqual(events[0])
    }),
  )

  it.live("a result is taken although the question after it fails; repeated, it is heard twice rather than never", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({
        checkin: Backend.inTurn(Backend.hangUp, Backend.json({ _tag: "Idle" })),
      })
      expect(yield* Whitelabel.report(server, Messages.acknowledged)).toMatchObject({ status: 503 })
      expect(yield* Whitelabel.report(server, Messages.acknowledged)).toMatchObject(emptyAnswer)
      expect(backend.heardBy("event")).toHaveLength(2)
    }),
  )
})

describe("the command channel: commands", () => {
  const command = (payload: object, commandUUID = "command-2") =>
    Backend.json({ _tag: "Command", commandUUID, requestType: "Settings", payload })

  it.live("a Command becomes a property list, every value in Apple's type", () =>
    Effect.gen(function* () {
      const { server } = yield* given({
        checkin: command({
          Text: "a < b & c",
          Count: 7,
          Big: { $integer: "18446744073709551615" },
          Real: { $real: 1 },
          Half: 0.5,
          Flag: false,
          Data: { $data: "aGVsbG8=" },
          Date: { $date: "2026-01-01T00:00:00Z" },
          List: ["x", [{ $data: "" }], {}],
          $$odd: "key",
          RequestType: "Overridden",
        }),
      })
      const answer = yield* Whitelabel.report(server, Messages.idle)
      expect(answer.status).toBe(200)
      expect(answer.headers["content-type"]).toBe("application/xml")
      const lines = answer.text.replace(/\s*\n\s*/g, "")
      for (const entry of [
        "<key>CommandUUID</key><string>command-2</string>",
        "<key>RequestType</key><string>Settings</string>",
        "<key>Text</key><string>a &lt; b &amp; c</string>",
        "<key>Count</key><integer>7</integer>",
        "<key>Big</key><integer>18446744073709551615</integer>",
        "<key>Half</key><real>0.5</real>",
        "<key>Flag</key><false/>",
        "<key>Data</key><data>aGVsbG8=</data>",
        "<key>Date</key><date>2026-01-01T00:00:00Z</date>",
        "<key>$odd</key><string>key</string>",
      ]) {
        expect(lines).toContain(entry)
      }
      expect(lines).toMatch(/<key>Real<\/key><real>1(\.0)?<\/real>/)
      expect(lines).not.toContain("Overridden")
      expect(Whitelabel.plistOf(answer)).toMatchObject({ Command: { List: ["x", [new Uint8Array()], {}] } })
    }),
  )

  const unfit: { readonly [why: string]: object } = {
    "a null": { A: null },
    "a character that XML lacks": { A: "\u0000" },
    "half a surrogate pair": { A: "\uD800" },
    "a wrapper that is none": { A: { $data: "%" } },
    "a date that is none": { A: { $date: "2026-13-01T00:00:00Z" } },
    "an integer beyond 64 bits": { A: { $integer: "99999999999999999999" } },
    "a reserved key": { $later: 1 },
    "data instead of a dictionary": { $data: "aGVsbG8=" },
  }

  it.live.each(Object.entries(unfit))("a payload with %s is a bad answer: 503, later", ([, payload]) =>
    Effect.gen(function* () {
      const { server } = yield* given({ checkin: command(payload) })
      const answer = yield* Whitelabel.report(server, Messages.idle)
      expect(answer).toMatchObject({ status: 503, text: "" })
      expect(answer.headers["retry-after"]).toBe("60")
    }),
  )

  it.live("a payload nested too deep is a bad answer too", () =>
    Effect.gen(function* () {
      const deep = Array.from({ length: 70 }).reduce<object>((inner) => ({ a: inner }), {})
      const { server } = yield* given({ checkin: command(deep) })
      expect(yield* Whitelabel.report(server, Messages.idle)).toMatchObject({ status: 503 })
    }),
  )

  it.live.each(["NotNow", "Acknowledged", "Error", "CommandFormatError"])(
    "a command that was just reported %s does not come back in that connection",
    (Status) =>
      Effect.gen(function* () {
        const { server } = yield* given({ checkin: command({}, "command-1") })
        const answer = yield* Whitelabel.report(server, { ...Messages.notNow, Status })
        expect(answer).toMatchObject(emptyAnswer)
      }),
  )

  it.live("after NotNow another command goes out, and the first again when the device polls", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ checkin: Backend.inTurn(command({}, "command-2"), command({}, "command-1")) })
      const next = yield* Whitelabel.report(server, Messages.notNow)
      expect(Whitelabel.plistOf(next)).toMatchObject({ CommandUUID: "command-2" })
      const later = yield* Whitelabel.report(server, Messages.idle)
      expect(Whitelabel.plistOf(later)).toMatchObject({ CommandUUID: "command-1" })
    }),
  )
})

const sync = (serverToken: string) => Backend.json({ _tag: "DdmSync", serverToken })

/** The `DeclarativeManagement` command in an answer: its name, and its `Data` as JSON. */
const syncCommand = (answer: Whitelabel.Answer): { readonly uuid: string; readonly data: unknown } => {
  const value = Whitelabel.plistOf(answer)
  expect(value).toEqual({
    CommandUUID: expect.any(String),
    Command: { RequestType: "DeclarativeManagement", Data: expect.any(Uint8Array) },
  })
  const { CommandUUID, Command } = value as { CommandUUID: string; Command: { Data: Uint8Array } }
  return { uuid: CommandUUID, data: JSON.parse(new TextDecoder().decode(Command.Data)) }
}

describe("NotNow", () => {
  const command = (uuid: string) =>
    Backend.json({ _tag: "Command", commandUUID: uuid, requestType: "DeviceInformation", payload: {} })
  const notNow = (uuid: string) => ({ ...Messages.notNow, CommandUUID: uuid })

  it.live("a backend that alternates two commands gets no third one into the connection", () =>
    Effect.gen(function* () {
      const { server } = yield* given({
        checkin: Backend.inTurn(command("a"), command("b"), command("a"), command("b")),
      })
      expect((yield* Whitelabel.report(server, Messages.idle)).text).toContain("<string>a</string>")
      expect((yield* Whitelabel.report(server, notNow("a"))).text).toContain("<string>b</string>")
      expect(yield* Whitelabel.report(server, notNow("b"))).toMatchObject(emptyAnswer)
      // The next connection begins with Idle.
      expect((yield* Whitelabel.report(server, Messages.idle)).text).toContain("<string>b</string>")
    }),
  )

  it.live("the deferred command of one device is sent to another", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ checkin: command("a") })
      yield* Whitelabel.report(server, notNow("a"))
      const other = { ...Messages.acknowledged, UDID: "other", CommandUUID: "b" }
      expect((yield* Whitelabel.report(server, other)).text).toContain("<string>a</string>")
      expect(yield* Whitelabel.report(server, { ...other, UDID: Messages.udid })).toMatchObject(emptyAnswer)
    }),
  )
})

describe("DdmSync", () => {
  const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)

  it.live("becomes a DeclarativeManagement command that carries the token", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ checkin: sync("töken") })
      const first = syncCommand(yield* Whitelabel.report(server, Messages.idle))
      const second = syncCommand(yield* Whitelabel.report(server, Messages.idle))
      expect(first.data).toEqual({ SyncTokens: { DeclarationsToken: "töken", Timestamp: timestamp } })
      expect(second.uuid).not.toBe(first.uuid)
    }),
  )

  it.live.each(["NotNow", "Error", "CommandFormatError"])(
    "the backend receives a report with %s, and the same token is not sent again in this connection",
    (Status) =>
      Effect.gen(function* () {
        const { backend, server } = yield* given({ checkin: sync("token") })
        const { uuid } = syncCommand(yield* Whitelabel.report(server, Messages.idle))
        const answer = yield* Whitelabel.report(server, { Status, UDID: Messages.udid, CommandUUID: uuid })
        expect(answer).toMatchObject(emptyAnswer)
        expect(backend.heardBy("event")).toMatchObject([
          { event: { _tag: "CommandResult", commandUUID: uuid, status: Status } },
        ])
        expect(uuid).toMatch(/^DeclarativeManagement\./)
        syncCommand(yield* Whitelabel.report(server, Messages.idle))
      }),
  )

  it.live.each(["Acknowledged"])(
    "the server keeps a report with %s, and the same token is not sent again in this connection",
    (Status) =>
      Effect.gen(function* () {
        const { backend, server } = yield* given({ checkin: sync("token") })
        const { uuid } = syncCommand(yield* Whitelabel.report(server, Messages.idle))
        const answer = yield* Whitelabel.report(server, { Status, UDID: Messages.udid, CommandUUID: uuid })
        expect(answer).toMatchObject(emptyAnswer)
        expect(backend.heard().map(({ webhook }) => webhook)).toEqual(["checkin", "checkin"])
        syncCommand(yield* Whitelabel.report(server, Messages.idle))
      }),
  )

  it.live("after the report on one token another goes out", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ checkin: Backend.inTurn(sync("one"), sync("two")) })
      const { uuid } = syncCommand(yield* Whitelabel.report(server, Messages.idle))
      const next = yield* Whitelabel.report(server, { ...Messages.acknowledged, CommandUUID: uuid })
      expect(syncCommand(next).data).toMatchObject({ SyncTokens: { DeclarationsToken: "two" } })
    }),
  )

  it.live("goes out after the report on a command", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ checkin: sync("token") })
      syncCommand(yield* Whitelabel.report(server, Messages.notNow))
    }),
  )

  it.live.each([
    "DeclarativeManagement.",
    "DeclarativeManagement.7",
    "DeclarativeManagement.0123456789abcdef0123456789abcdef.7",
    "declarativemanagement.1",
  ])("a backend's own command named %s is no sync: its result is heard", (CommandUUID) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({})
      yield* Whitelabel.report(server, { ...Messages.acknowledged, CommandUUID })
      expect(backend.heardBy("event")).toHaveLength(1)
    }),
  )
})
