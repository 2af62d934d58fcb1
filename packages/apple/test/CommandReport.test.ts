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
    ["a Status nobody knows", entry("Status", "Perhaps"), "Status"],
    ["a Status from the prototype", entry("Status", "constructor"), "Status"],
    ["Acknowledged without CommandUUID", entry("Status", "Acknowledged"), "CommandUUID"],
    ["NotNow without CommandUUID", entry("Status", "NotNow"), "CommandUUID"],
    [
      "an error code in words",
      `${entry("Status", "Error") + entry("CommandUUID", "1")}<key>ErrorChain</key><array><dict>${entry("ErrorCode", "x")}</dict></array>`,
      "ErrorChain.0.ErrorCode",
    ],
  ])("%s: the error names the key", (_, entries, key) => {
    expect(failed(Message.decodeCommandReport(plist(entries)))).toMatchObject({ _tag: "InvalidMessage", key })
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
