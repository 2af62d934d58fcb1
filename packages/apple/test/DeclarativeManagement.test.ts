import { Plist } from "@espalier/plist"
import { fc } from "@espalier/testing/Property"
import { describe, expect, it } from "vitest"
import { Command, DeclarativeManagement, Message } from "../src/index.ts"
import { bytes, failed, succeeded } from "./Messages.ts"

const json = (text: string): Uint8Array => new TextEncoder().encode(text)

describe("Endpoint", () => {
  it.each([
    ["tokens", { _tag: "Tokens" }],
    ["declaration-items", { _tag: "DeclarationItems" }],
    ["status", { _tag: "Status" }],
    ["declaration/activation/a", { _tag: "Declaration", type: "activation", identifier: "a" }],
    ["declaration/asset/logo/2x", { _tag: "Declaration", type: "asset", identifier: "logo/2x" }],
    ["declaration/configuration/100%25", { _tag: "Declaration", type: "configuration", identifier: "100%25" }],
    ["declaration/management/\nÜ ", { _tag: "Declaration", type: "management", identifier: "\nÜ " }],
    ["declaration/configuration//", { _tag: "Declaration", type: "configuration", identifier: "/" }],
    ["declaration/configuration/", { _tag: "Unknown", endpoint: "declaration/configuration/" }],
    ["declaration/configuration", { _tag: "Unknown", endpoint: "declaration/configuration" }],
    ["declaration/activations/a", { _tag: "Unknown", endpoint: "declaration/activations/a" }],
    ["Tokens", { _tag: "Unknown", endpoint: "Tokens" }],
    ["", { _tag: "Unknown", endpoint: "" }],
  ])("%j", (text, endpoint) => {
    expect(DeclarativeManagement.parseEndpoint(text)).toStrictEqual(endpoint)
  })

  it("returns an identifier exactly as the server issued it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "binary" }), (identifier) => {
        const endpoint = DeclarativeManagement.parseEndpoint(`declaration/asset/${identifier}`)
        expect(endpoint).toEqual({ _tag: "Declaration", type: "asset", identifier })
      }),
    )
  })
})

describe("a status report", () => {
  it("is JSON in the check-in's Data and keeps every member", () => {
    const message = succeeded(Message.decodeCheckIn(bytes("declarative-status")))
    if (message.MessageType !== "DeclarativeManagement" || message.Data === undefined) throw new Error("no Data")
    const report = succeeded(Message.decodeStatusReport(message.Data))
    expect(report).toEqual(JSON.parse(new TextDecoder().decode(message.Data)))
    expect(report.FullReport).toBe(true)
  })

  it("keeps unknown keys", () => {
    expect(succeeded(Message.decodeStatusReport(json(`{"StatusItems":{},"Errors":[],"Next":[{"a":null}]}`)))).toEqual({
      StatusItems: {},
      Errors: [],
      Next: [{ a: null }],
    })
  })

  it.each([
    ["no JSON", json("{"), "Data"],
    ["a string", json('"a"'), ""],
    ["nothing", new Uint8Array(), "Data"],
    ["too deep for anyone", json(`{"Next":${"[".repeat(2_000_000)}${"]".repeat(2_000_000)}}`), "Data"],
    ["one too deep", json(`{"StatusItems":${'{"a":'.repeat(63)}{}${"}".repeat(63)}}`), "Data"],
    ["an array", json("[]"), ""],
  ])("%s: the error names the key", (_, data, key) => {
    expect(failed(Message.decodeStatusReport(data))).toMatchObject({ _tag: "InvalidMessage", key })
  })

  it.each<readonly [name: string, data: Uint8Array, report: unknown]>([
    ["null for StatusItems", json(`{"StatusItems":null,"Errors":[]}`), { InvalidStatusItems: null, Errors: [] }],
    ["null for Errors", json(`{"StatusItems":{},"Errors":null}`), { StatusItems: {}, InvalidErrors: null }],
    ["items that are a list", json(`{"StatusItems":[]}`), { InvalidStatusItems: [] }],
    ["FullReport in words", json(`{"FullReport":"true"}`), { InvalidFullReport: "true" }],
    ["a NUL after the document", json(`{"Errors":[]}\0`), { Errors: [] }],
    ["bytes that are not UTF-8", Buffer.from('{"name":"Caf\xe9"}', "latin1"), { name: "Caf\ufffd" }],
    ["a control character in a string", json('{"name":"a\u0000\\"b\n"}'), { name: 'a\0"b\n' }],
    // RFC 8259 § 6: integers beyond 2^53 are not interoperable, and Apple's schema has 64-bit identifiers.
    ["an integer beyond 2^53", json(`{"id":9007199254740993}`), { id: { $integer: "9007199254740993" } }],
  ])("with an odd value is accepted: %s", (_, data, report) => {
    expect(succeeded(Message.decodeStatusReport(data))).toEqual(report)
  })

  it("counts depth outside strings only", () => {
    const report = `{"StatusItems":{"a":"${"[".repeat(100)}\\"${"{".repeat(100)}"}}`
    expect(succeeded(Message.decodeStatusReport(json(report)))).toEqual(JSON.parse(report))
  })

  it("respects limits", () => {
    expect(failed(Message.decodeStatusReport(json("{}"), { maxBytes: 1 }))).toMatchObject({
      message: "Data: Too large",
    })
  })
})

it("the command holds its tokens as JSON in Data", () => {
  const tokens = DeclarativeManagement.syncTokens("abc", new Date("2026-01-02T03:04:05.678Z"))
  const xml = succeeded(Command.toXml(DeclarativeManagement.command("1", tokens)))
  expect(succeeded(Plist.parse(json(xml)))).toEqual({
    CommandUUID: "1",
    Command: {
      RequestType: "DeclarativeManagement",
      Data: json(`{"SyncTokens":{"DeclarationsToken":"abc","Timestamp":"2026-01-02T03:04:05Z"}}`),
    },
  })
})
