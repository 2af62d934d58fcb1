import { Plist } from "@espalier/plist"
import { describe, expect, it } from "vitest"
import { Command, CommandReport, Message } from "../src/index.ts"
import { bytes, entry, failed, plist, succeeded } from "./Messages.ts"

const decode = (name: string) => succeeded(Message.decodeCommandReport(bytes(name)))

describe("a command report", () => {
  it.each([
    ["report-idle", "Idle", undefined],
    ["shared-ipad-user-idle", "Idle", undefined],
    ["report-acknowledged", "Acknowledged", "0001_DeviceInformation"],
    ["report-not-now", "NotNow", "0002_InstallProfile"],
    ["report-error", "Error", "0003_InstallProfile"],
    ["report-command-format-error", "CommandFormatError", "0004_Nonsense"],
    ["mac-user-acknowledged", "Acknowledged", "0005_ProfileList"],
  ] as const)("%s", (name, status, commandUUID) => {
    const report = decode(name)
    expect(report.Status).toBe(status)
    expect(report.Status === "Idle" ? undefined : report.CommandUUID).toBe(commandUUID)
    expect(report).toEqual(succeeded(Plist.parse(bytes(name))))
  })

  it("the result holds the other keys with their types, a nested UDID included", () => {
    expect(CommandReport.result(decode("report-acknowledged"))).toEqual({
      QueryResponses: {
        DeviceName: "Ada's iPhone",
        BatteryLevel: 0.83,
        AvailableDeviceCapacity: new Plist.Real(102),
        IsSupervised: true,
        LastCloudBackupDate: new Date("2026-01-02T03:04:05Z"),
        CellularTechnology: 3,
        UDID: "00008110-001A24E03C88801E",
      },
    })
    expect(CommandReport.result(decode("mac-user-acknowledged"))).toEqual({ ProfileList: [] })
    expect(CommandReport.result(decode("report-error"))).toEqual({})
  })

  it("a key named __proto__ is an ordinary result", () => {
    const body = plist(`${entry("Status", "Idle")}<key>__proto__</key><true/>`)
    expect(Object.entries(CommandReport.result(succeeded(Message.decodeCommandReport(body))))).toEqual([
      ["__proto__", true],
    ])
  })

  it("decodes every item of an error chain", () => {
    const report = decode("report-error")
    expect(
      report.Status === "Error" && report.ErrorChain?.map((item) => [item.ErrorCode, item.USEnglishDescription]),
    ).toEqual([
      [4001, "Profile Installation Failed"],
      [-1009, undefined],
    ])
  })

  it.each([
    ["no Status", entry("UDID", "X"), "Status"],
    ["an unknown Status", entry("Status", "Perhaps"), "Status"],
    ["a Status from the prototype", entry("Status", "constructor"), "Status"],
    ["a UDID that is not a string", `${entry("Status", "Idle")}<key>UDID</key><true/>`, "UDID"],
  ])("%s: the error names the key", (_, entries, key) => {
    expect(failed(Message.decodeCommandReport(plist(entries)))).toMatchObject({ _tag: "InvalidMessage", key })
  })
})

// One odd value must not lose a report: the envelope decides (who, which message, which command).
describe("a report with an odd value", () => {
  const chain = (...items: ReadonlyArray<string>) =>
    `<key>ErrorChain</key><array>${items.map((item) => `<dict>${item}</dict>`).join("")}</array>`
  const code = "<key>ErrorCode</key><integer>1</integer>"

  it.each<readonly [name: string, entries: string, report: unknown]>([
    // A device that cannot read a command cannot know its UUID; `omitempty` in nanomdm, mdm/command.go.
    [
      "CommandFormatError without CommandUUID",
      entry("Status", "CommandFormatError"),
      { Status: "CommandFormatError", CommandUUID: "" },
    ],
    [
      "an error item without ErrorDomain beside a complete one",
      entry("Status", "Error") + entry("CommandUUID", "1") + chain(code, code + entry("ErrorDomain", "D")),
      {
        Status: "Error",
        CommandUUID: "1",
        ErrorChain: [{ ErrorCode: 1, ErrorDomain: "D" }],
        InvalidErrorChain: [{ ErrorCode: 1 }],
      },
    ],
    [
      "an error chain that is not an array",
      entry("Status", "Error") + entry("CommandUUID", "1") + entry("ErrorChain", "none"),
      { Status: "Error", CommandUUID: "1", InvalidErrorChain: "none" },
    ],
    [
      "an optional key of another type",
      `${entry("Status", "Acknowledged") + entry("CommandUUID", "1")}<key>NotOnConsole</key><integer>0</integer>`,
      { Status: "Acknowledged", CommandUUID: "1", InvalidNotOnConsole: 0 },
    ],
    [
      "a control character in a result",
      entry("Status", "Acknowledged") + entry("CommandUUID", "1") + entry("DeviceName", "Lobby\0iPad"),
      { Status: "Acknowledged", CommandUUID: "1", DeviceName: "Lobby\0iPad" },
    ],
  ])("is accepted: %s", (_, entries, report) => {
    const decoded = succeeded(Message.decodeCommandReport(plist(entries)))
    expect(decoded).toEqual(report)
    const odd = Object.keys(decoded).filter((key) => key.startsWith("Invalid"))
    expect(Message.invalidKeys(decoded)).toEqual(odd)
    expect(Object.keys(CommandReport.result(decoded))).toEqual(expect.arrayContaining(odd))
  })
})

describe("the protocol of a message", () => {
  it.each([
    ["iphone-authenticate", "CheckIn"],
    ["declarative-status", "CheckIn"],
    ["report-idle", "CommandReport"],
    ["report-error", "CommandReport"],
  ])("%s is a %s, whatever its content type", (name, tag) => {
    expect(Message.sniff(succeeded(Plist.parse(bytes(name))))).toBe(tag)
    expect(succeeded(Message.decode(bytes(name)))._tag).toBe(tag)
  })

  it("a MessageType takes precedence over a Status", () => {
    expect(Message.sniff({ MessageType: "CheckOut", Status: "Idle" })).toBe("CheckIn")
  })

  it("a message with neither is unknown", () => {
    expect(Message.sniff(["MessageType"])).toBe("Unknown")
    expect(failed(Message.decode(plist(entry("UDID", "X"))))).toMatchObject({ _tag: "InvalidMessage", key: "" })
  })
})

describe("a command", () => {
  it("is written as XML in Apple's envelope", () => {
    const command = Command.make("7F1C", "DeviceInformation", { Queries: ["SerialNumber"], RequestType: "Other" })
    const xml = succeeded(Command.toXml(command))
    expect(succeeded(Plist.parse(new TextEncoder().encode(xml)))).toEqual({
      CommandUUID: "7F1C",
      Command: { RequestType: "DeviceInformation", Queries: ["SerialNumber"] },
    })
  })
})
