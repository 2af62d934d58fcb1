/**
 * Exchanges as connections of devices, with what happened in each.
 */
import { describe, expect, it } from "@effect/vitest"
import type { Exchange } from "@espalier/schema"
import { Schema } from "effect"
import { curlOfCall, curlOfRequest } from "../app/Exchanges/Curl.ts"
import { filterOf, matches, searchOf } from "../app/Exchanges/ExchangeFilter.ts"
import { groupsOf } from "../app/Exchanges/ExchangeGroups.ts"

let count = 0
const exchange = (message: string, at: number, rest: Partial<Exchange> = {}): Exchange => ({
  id: `x-${count++}`,
  at,
  duration: 5,
  message,
  udid: "D1",
  method: "PUT",
  path: "/mdm/apple/mdm",
  calls: [],
  status: 200,
  ...rest,
})
const body = (json: object) => ({
  contentType: "application/xml",
  size: 1,
  json: Schema.decodeUnknownSync(Schema.Json)(json),
})
const sends = (CommandUUID: string, RequestType: string) => ({
  response: body({ CommandUUID, Command: { RequestType } }),
})
const result = (Status: string, CommandUUID: string, more: object = {}) => ({
  request: body({ Status, CommandUUID, UDID: "D1", ...more }),
})

const stepsOf = (exchanges: ReadonlyArray<Exchange>) => groupsOf(exchanges).map(({ steps }) => steps.join(" → "))

describe("connections", () => {
  it("are one group from a poll to its last result", () => {
    expect(
      stepsOf([
        exchange("Idle", 0, sends("C1", "DeviceInformation")),
        exchange("Acknowledged", 10, { ...result("Acknowledged", "C1"), ...sends("C2", "SecurityInfo") }),
        exchange("NotNow", 20, result("NotNow", "C2")),
        exchange("Idle", 30),
      ]),
    ).toEqual([
      "Idle → DeviceInformation → Acknowledged DeviceInformation → SecurityInfo → NotNow SecurityInfo",
      "Idle",
    ])
  })

  it("are kept apart by device and user", () => {
    expect(
      stepsOf([
        exchange("Idle", 0, sends("C1", "DeviceInformation")),
        exchange("Idle", 1, { udid: "D2", ...sends("C2", "SecurityInfo") }),
        exchange("Idle", 2, { userId: "U1", ...sends("C3", "ProfileList") }),
        exchange("Acknowledged", 3, { udid: "D2", ...result("Acknowledged", "C2") }),
        exchange("Acknowledged", 4, result("Acknowledged", "C1")),
      ]),
    ).toEqual([
      "Idle → DeviceInformation → Acknowledged DeviceInformation",
      "Idle → SecurityInfo → Acknowledged SecurityInfo",
      "Idle → ProfileList",
    ])
  })

  it("end when the device is silent for half a minute", () => {
    expect(
      stepsOf([
        exchange("Idle", 0, sends("C1", "InstallProfile")),
        exchange("Acknowledged", 29_999, result("Acknowledged", "C1")),
        exchange("Acknowledged", 60_000, result("Acknowledged", "C1")),
      ]),
    ).toEqual(["Idle → InstallProfile → Acknowledged InstallProfile", "Acknowledged InstallProfile"])
  })

  it("show several requests for declarations as one step", () => {
    expect(
      stepsOf([
        exchange("Idle", 0, sends("C1", "DeclarativeManagement")),
        exchange("Acknowledged", 1, result("Acknowledged", "C1")),
        exchange("DeclarativeManagement tokens", 2),
        exchange("DeclarativeManagement declaration/configuration/com.example.passcode", 3),
        exchange("DeclarativeManagement status", 4),
      ]),
    ).toEqual(["Idle → DeclarativeManagement → Acknowledged DeclarativeManagement → 3 declaration requests"])
  })

  it("have the first error of Apple's error chain", () => {
    const chain = [
      { ErrorCode: 12021, ErrorDomain: "MCMDMErrorDomain", USEnglishDescription: "Unknown payload." },
      { ErrorCode: 1, ErrorDomain: "Other" },
    ]
    const [group] = groupsOf([
      exchange("Idle", 0, sends("C1", "InstallProfile")),
      exchange("Error", 1, result("Error", "C1", { ErrorChain: chain })),
    ])
    expect(group?.steps.at(-1)).toBe("Error InstallProfile: 12021 Unknown payload.")
    expect(group?.failed).toBe(true)
  })

  it.each<[string, Partial<Exchange>, boolean]>([
    ["an error status", { status: 403 }, true],
    ["a webhook without a response", { calls: [call({ error: "timed out" })] }, true],
    ["a webhook that failed", { calls: [call({ status: 500 })] }, true],
    ["a webhook with a typed error", { calls: [call({ status: 404 })] }, false],
    ["success", {}, false],
  ])("are failed or not: %s", (_, rest, failed) => {
    expect(groupsOf([exchange("Idle", 0, rest)])[0]?.failed).toBe(failed)
  })
})

function call(rest: { readonly status?: number; readonly error?: string }): Exchange["calls"][number] {
  return { webhook: "declarationTokens", at: 0, duration: 1, request: body({ scope: {} }), ...rest }
}

describe("the filter", () => {
  const groups = groupsOf([
    exchange("Idle", 0),
    exchange("Idle", 1, { udid: "D2", ...sends("C1", "DeviceLock") }),
    exchange("Idle", 2, { status: 403 }),
  ])
  it.each([
    ["", 3],
    ["device=D2", 1],
    ["message=devicelock", 1],
    ["errors=only", 1],
    ["idle=hide", 1],
    ["device=D1&errors=only", 1],
    ["errors=maybe", 3],
  ])("selects by %j", (search, expected) => {
    expect(groups.filter(matches(filterOf(search)))).toHaveLength(expected)
  })

  it("is restored from its address", () => {
    const search = "device=D1&message=Idle&errors=only&idle=hide"
    expect(searchOf(filterOf(search))).toBe(search)
  })
})

describe("a curl command", () => {
  it("repeats the device's request, quoted for a shell", () => {
    const request = { contentType: "application/xml", size: 9, text: "<a>it's</a>" }
    expect(curlOfRequest(exchange("Idle", 0, { request }), "https://mdm.example.com")).toBe(
      `curl -X PUT 'https://mdm.example.com/mdm/apple/mdm' \\\n  -H 'content-type: application/xml' \\\n  --data-binary '<a>it'\\''s</a>'`,
    )
  })

  it("repeats a webhook", () => {
    expect(curlOfCall(call({}), "http://localhost:3000")).toContain(
      "curl -X POST 'http://localhost:3000/webhook/apple/declaration-tokens'",
    )
  })
})
