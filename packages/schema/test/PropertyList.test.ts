/**
 * Property lists in JSON: which JSON is valid, and the messages for invalid JSON.
 */
import { describe, expect, it } from "@effect/vitest"
import { Result, Schema, SchemaIssue } from "effect"
import { SchemaJITCompiler } from "effect/schema"
import { Command, EventRequest, Manifest, PropertyListDictionary, Scope } from "../src/index.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const errorOf = (schema: Schema.Codec<unknown, unknown>, json: unknown): string | undefined =>
  Result.match(Schema.decodeUnknownResult(schema)(json), {
    onSuccess: () => undefined,
    onFailure: (error) => {
      const [issue] = format(error.issue).issues
      return `${(issue?.path ?? []).map(String).join(".")}: ${issue?.message}`
    },
  })

const wellFormed: ReadonlyArray<readonly [string, unknown]> = [
  ["scalars", { a: "x", b: true, c: 1, d: -1.5, e: "" }],
  ["nesting", { a: [[{ b: [] }], {}] }],
  ["data", { a: { $data: "aGVsbG8=" }, b: { $data: "" } }],
  ["date", { a: { $date: "2026-01-01T00:00:00Z" }, b: { $date: "2024-02-29T23:59:59.250Z" } }],
  ["integer", { a: { $integer: "18446744073709551615" }, b: { $integer: "-9223372036854775808" }, c: 2 ** 53 - 1 }],
  ["real", { a: { $real: 1e300 }, b: { $real: "nan" }, c: { $real: "inf" }, d: { $real: "-inf" }, e: { $real: "-0" } }],
  ["keys with $$", { $$data: "not data", a: { $$date: 1, $$: 2, $$$x: 3 } }],
  ["a $ within a key", { a$b: 1 }],
]

const malformed: ReadonlyArray<readonly [string, unknown, string]> = [
  ["null", { a: { b: [1, null] } }, "a.b.1: Expected string | boolean | number | array | object"],
  ["null at once", { a: null }, "a: Expected string | boolean | number | array | object"],
  ["not a dictionary", [1], ": Expected PropertyListDictionary"],
  ["data instead of a dictionary", { $data: "aGVsbG8=" }, ": Expected a dictionary, not $data"],
  ["infinity", JSON.parse('{"a": 1e999}'), "a: Expected a finite number"],
  ...[9007199254740992, -9007199254740992, 1e300].map(
    (unsafe) =>
      [
        `${unsafe} without a wrapper`,
        { a: unsafe },
        'a: Expected an integer beyond 2^53 as {"$integer": "…"}, a real as {"$real": …}',
      ] as const,
  ),
  [
    "a large integer in an array",
    { a: { b: [1, 1e20] } },
    'a.b.1: Expected an integer beyond 2^53 as {"$integer": "…"}, a real as {"$real": …}',
  ],
  ["data with bits left over", { a: { $data: "aGVsbG9=" } }, "a: Expected a well-formed $data"],
  ["data with more bits left over", { a: { $data: "aB==" } }, "a: Expected a well-formed $data"],
  ["integer of 65 bits", { a: { $integer: "18446744073709551616" } }, "a: Expected a well-formed $integer"],
  ["negative integer of 65 bits", { a: { $integer: "-9223372036854775809" } }, "a: Expected a well-formed $integer"],
  ["day that does not exist", { a: { $date: "2026-02-30T00:00:00Z" } }, "a: Expected a well-formed $date"],
  ["hour that does not exist", { a: { $date: "2026-01-01T25:00:00Z" } }, "a: Expected a well-formed $date"],
  ["data that is not base64", { a: { $data: "aGVsbG8" } }, "a: Expected a well-formed $data"],
  ["data with white space", { a: { $data: "aGVs bG8=" } }, "a: Expected a well-formed $data"],
  ["data that is not a string", { a: { $data: 1 } }, "a: Expected a well-formed $data"],
  ["date without zone", { a: { $date: "2026-01-01T00:00:00" } }, "a: Expected a well-formed $date"],
  ["date with another zone", { a: { $date: "2026-01-01T00:00:00+01:00" } }, "a: Expected a well-formed $date"],
  ["integer as number", { a: { $integer: 1 } }, "a: Expected a well-formed $integer"],
  ["integer with zeros", { a: { $integer: "007" } }, "a: Expected a well-formed $integer"],
  ["real as other text", { a: { $real: "1.0" } }, "a: Expected a well-formed $real"],
  ["unknown wrapper", { a: [{ $uid: 1 }] }, "a.0: Write a key that begins with $ as $$uid"],
  ["wrapper with company", { a: { $data: "", b: 1 } }, "a: Write a key that begins with $ as $$data"],
  ["bare $", { a: { $: 1 } }, "a: Write a key that begins with $ as $$"],
  ["unknown $ at the top", { $uid: 1 }, ": Write a key that begins with $ as $$uid"],
]

describe.each(["interpreted", "compiled"])("%s", (mode) => {
  // A schema of its own for each, since compiling one cannot be undone.
  const schema = PropertyListDictionary.annotate({})
  if (mode === "compiled") SchemaJITCompiler.enable(schema.ast)

  it.each(wellFormed)("accepts %s", (_title, json) => {
    expect(Schema.decodeUnknownSync(schema)(json)).toStrictEqual(json)
    expect(Schema.encodeUnknownSync(schema)(json)).toStrictEqual(json)
  })

  it.each(malformed)("rejects %s", (_title, json, message) => {
    expect(errorOf(schema, json)).toBe(message)
  })

  it("keeps a `__proto__` member as a member", () => {
    const text = '{"__proto__":{"admin":true},"a":{"__proto__":1}}'
    const decoded: unknown = Schema.decodeUnknownSync(schema)(JSON.parse(text))
    expect(JSON.stringify(decoded)).toBe(text)
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
    expect("admin" in {}).toBe(false)
  })
})

describe("errors name the place", () => {
  const scope = { _tag: "device", udid: "D", mdmOrigin: { url: "https://mdm.example.com" } }
  const result = { _tag: "CommandResult", commandUUID: "c", status: "Error", payload: {} }

  it.each<readonly [string, Schema.Codec<unknown, unknown>, unknown, string]>([
    ["unknown event tag", EventRequest, { scope, event: { _tag: "Teleport" } }, "event: Expected Event"],
    ["unknown scope tag", EventRequest, { scope: { ...scope, _tag: "room" }, event: result }, "scope: Expected Scope"],
    ["unknown manifest tag", Manifest, { _tag: "Wipe" }, ": Expected Manifest"],
    ["missing tag", Manifest, {}, ": Expected Manifest"],
    ["missing member", Scope, { _tag: "device", mdmOrigin: scope.mdmOrigin }, "udid: Missing key"],
    ["wrong member", Scope, { ...scope, udid: 7 }, "udid: Expected string"],
    ["empty udid", Scope, { ...scope, udid: "" }, "udid: Expected a value with a length of at least 1"],
    [
      "origin with a path",
      Scope,
      { ...scope, mdmOrigin: { url: "https://mdm.example.com/" } },
      "mdmOrigin.url: Expected an origin such as https://mdm.example.com",
    ],
    [
      "unknown status",
      EventRequest,
      { scope, event: { ...result, status: "Maybe" } },
      "event.status: Expected CommandStatus",
    ],
    [
      "null in a result",
      EventRequest,
      { scope, event: { ...result, payload: { a: [null] } } },
      "event.payload.a.0: Expected string | boolean | number | array | object",
    ],
    [
      "data as payload",
      Command,
      { _tag: "Command", commandUUID: "c", requestType: "r", payload: { $data: "" } },
      "payload: Expected a dictionary, not $data",
    ],
  ])("%s", (_title, schema, json, message) => {
    expect(errorOf(schema, json)).toBe(message)
  })
})
