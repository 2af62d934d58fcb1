/**
 * Form values of a command as the property list for a device.
 */
import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { commandForms } from "../app/Devices/CommandForms.ts"
import { type Filled, nothingFilled, payloadOf, payloadOfJson } from "../app/Devices/CommandPayload.ts"

const formOf = (requestType: string) => {
  const form = commandForms.find((one) => one.requestType === requestType)
  if (form === undefined) throw new Error(requestType)
  return form
}

describe("a form", () => {
  it.each<[requestType: string, filled: Partial<Filled>, expected: unknown]>([
    ["RestartDevice", {}, {}],
    ["DeviceInformation", { choices: { Queries: ["OSVersion"] } }, { Queries: ["OSVersion"] }],
    ["DeviceInformation", {}, { Queries: expect.arrayContaining(["DeviceName", "WiFiMAC"]) }],
    ["DeviceLock", { texts: { PIN: " 123456 ", Message: "" } }, { PIN: "123456" }],
    ["InstallProfile", { texts: { Payload: "aGVsbG8=" } }, { Payload: { $data: "aGVsbG8=" } }],
    ["RemoveProfile", { texts: { Identifier: "com.example.wifi" } }, { Identifier: "com.example.wifi" }],
  ])("becomes the payload that Apple documents (%s)", (requestType, filled, expected) =>
    expect(payloadOf(formOf(requestType), { ...nothingFilled, ...filled })).toEqual(Result.succeed(expected)),
  )

  it.each<[requestType: string, filled: Partial<Filled>, problems: unknown]>([
    ["DeviceLock", { texts: { PIN: "12345" } }, { PIN: "Enter six digits." }],
    ["InstallProfile", {}, { Payload: "Choose a file." }],
    ["RemoveProfile", { texts: { Identifier: " " } }, { Identifier: "This field is required." }],
  ])("reports missing and invalid fields (%s)", (requestType, filled, problems) =>
    expect(payloadOf(formOf(requestType), { ...nothingFilled, ...filled })).toEqual(Result.fail(problems)),
  )
})

describe("JSON", () => {
  it.each([
    ["", {}],
    ['{"Settings": [{"Item": "Bluetooth", "Enabled": true}]}', { Settings: [{ Item: "Bluetooth", Enabled: true }] }],
    ['{"Payload": {"$data": "aGVsbG8="}}', { Payload: { $data: "aGVsbG8=" } }],
  ])("is accepted if it is a property list (%s)", (json, expected) =>
    expect(payloadOfJson(json)).toEqual(Result.succeed(expected)),
  )

  it.each(["[]", "null", "{", '{"a": null}', '{"Payload": {"$data": "no base64"}}'])(
    "is rejected if it is not a property list (%s)",
    (json) => expect(Result.isFailure(payloadOfJson(json))).toBe(true),
  )
})
