/** The JSON form, as the webhook protocol writes it. */
import { describe, expect, it } from "@effect/vitest"
import { Plist, type PlistError, PlistJson } from "@espalier/plist"
import { Result } from "effect"
import { errorOf, same } from "./support/Expecting.ts"

const bytes = (...values: ReadonlyArray<number>): Uint8Array => Uint8Array.from(values)

describe("a value and its JSON form", () => {
  const forms: ReadonlyArray<[Plist.Value, unknown]> = [
    ["text", "text"],
    [true, true],
    [
      [1, [false]],
      [1, [false]],
    ],
    [{ a: { b: [] } }, { a: { b: [] } }],
    [0, 0],
    [-5, -5],
    [9007199254740991, 9007199254740991],
    [9007199254740993n, { $integer: "9007199254740993" }],
    [-(2n ** 63n), { $integer: "-9223372036854775808" }],
    [2n ** 64n - 1n, { $integer: "18446744073709551615" }],
    [1.5, 1.5],
    [5e-324, 5e-324],
    [new Plist.Real(1), { $real: 1 }],
    [new Plist.Real(1e300), { $real: 1e300 }],
    [new Plist.Real(-0), { $real: "-0" }],
    [new Plist.Real(Number.NaN), { $real: "nan" }],
    [new Plist.Real(Number.POSITIVE_INFINITY), { $real: "inf" }],
    [new Plist.Real(Number.NEGATIVE_INFINITY), { $real: "-inf" }],
    [bytes(), { $data: "" }],
    [bytes(1), { $data: "AQ==" }],
    [bytes(251, 255, 190), { $data: "+/++" }],
    [new Date("2026-01-01T00:00:00Z"), { $date: "2026-01-01T00:00:00Z" }],
    [new Date("2026-01-01T00:00:00.250Z"), { $date: "2026-01-01T00:00:00.250Z" }],
    [new Date("0000-01-01T00:00:00.001Z"), { $date: "0000-01-01T00:00:00.001Z" }],
    [{ $data: "not data" }, { $$data: "not data" }],
    [
      { $$: 1, a$b: 2, $: 3 },
      { $$$: 1, a$b: 2, $$: 3 },
    ],
    [{ CF$UID: 1 }, { CF$UID: 1 }],
  ]
  it.each(forms.map(([value, json]): [string, Plist.Value, unknown] => [JSON.stringify(json), value, json]))(
    "%s",
    (_, value, json) => {
      same(PlistJson.fromValue(value), Result.succeed(json))
      same(PlistJson.toValue(json), Result.succeed(value))
    },
  )

  it.each<[unknown, Plist.Value]>([
    [{ $integer: "1" }, 1],
    [{ $integer: "-0" }, 0],
    [-0, 0],
    [{ $real: 1.5 }, 1.5],
    [{ $real: -0 }, new Plist.Real(-0)],
    [{ $date: "2026-01-01T00:00:00.5Z" }, new Date("2026-01-01T00:00:00.500Z")],
  ])("%j is also read", (json, value) => same(PlistJson.toValue(json), Result.succeed(value)))

  it("keeps __proto__ an ordinary key", () => {
    const text = '{"__proto__":{"$$x":1},"constructor":2}'
    const value = Result.getOrThrow(PlistJson.toValue(JSON.parse(text)))
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value)).toStrictEqual(["__proto__", "constructor"])
    expect(JSON.stringify(Result.getOrThrow(PlistJson.fromValue(value)))).toBe(text)
  })
})

const tower = (levels: number): Plist.Value => {
  let value: Plist.Value = true
  for (let level = 0; level < levels; level++) value = [value]
  return value
}
const circle: Array<Plist.Value> = []
circle.push(circle)

describe("JSON that is not a property list", () => {
  it.each<[string, unknown, PlistError["reason"], string]>([
    ["null", { Queries: [null] }, "Unsupported", "/Queries/0"],
    ["null at the root", null, "Unsupported", ""],
    ["an unknown wrapper", { a: { $uid: 1 } }, "Unsupported", "/a"],
    ["a wrapper with company", { a: { $data: "AQ==", b: 1 } }, "Unsupported", "/a/$data"],
    ["a bare $", { a: { $: 1 } }, "Unsupported", "/a"],
    ["an integer as a number", { $integer: 1 }, "BadInteger", ""],
    ["an integer with a fraction", { $integer: "1.5" }, "BadInteger", ""],
    ["a padded integer", { $integer: "01" }, "BadInteger", ""],
    ["an integer too large", { $integer: "18446744073709551616" }, "BadInteger", ""],
    ["an integer too small", { $integer: "-9223372036854775809" }, "BadInteger", ""],
    ["a bare integer beyond 2^53", [9007199254740992], "BadInteger", "/0"],
    ["a real as text", { $real: "1" }, "BadReal", ""],
    ["a capital NaN", { $real: "NaN" }, "BadReal", ""],
    ["bad base64", { a: [{ $data: "AQ" }] }, "BadData", "/a/0"],
    ["base64url", { a: { $data: "-_8=" } }, "BadData", "/a"],
    ["base64 with blanks", { $data: "AQ ==" }, "BadData", ""],
    ["base64 with blanks around", { $data: "AQ==\n" }, "BadData", ""],
    ["data that is no text", { $data: [1] }, "BadData", ""],
    ["a day that does not exist", { $date: "2026-02-30T00:00:00Z" }, "BadDate", ""],
    ["a date without a time", { $date: "2026-02-03" }, "BadDate", ""],
    ["a date in another zone", { $date: "2026-01-01T00:00:00+01:00" }, "BadDate", ""],
    ["a date as a number", { $date: 0 }, "BadDate", ""],
    ["a year with a sign", { $date: "+012026-01-01T00:00:00Z" }, "BadDate", ""],
    ["65 levels", tower(65), "TooDeep", "/0".repeat(64)],
    ["10,000 levels", tower(10_000), "TooDeep", "/0".repeat(64)],
    ["something that contains itself", circle, "TooDeep", "/0".repeat(64)],
    ["undefined", { a: undefined }, "Unsupported", "/a"],
    ["an object with a class", { a: new Date(0) }, "Unsupported", "/a"],
    ["an infinity", { a: Number.POSITIVE_INFINITY }, "BadReal", "/a"],
    ["a key with a slash", { "a/b": { "~": null } }, "Unsupported", "/a~1b/~0"],
  ])("%s", (_, json, reason, path) => {
    const error = errorOf(PlistJson.toValue(json))
    same([error.reason, error.path], [reason, path])
    expect(error.message).toContain(path === "" ? "(at the root)" : `(at ${path})`)
  })

  it("does not quote invalid values", () => {
    for (const json of [{ $data: "hunter2!" }, { $date: "hunter2" }, { $integer: "hunter2" }, { $hunter2: 1 }]) {
      expect(errorOf(PlistJson.toValue(json)).message).not.toContain("hunter2")
    }
  })
})

describe("values without a JSON form", () => {
  it.each<[string, Plist.Value, PlistError["reason"], string]>([
    ["an invalid date", [new Date(Number.NaN)], "BadDate", "/0"],
    ["a date after 9999", [new Date(8.64e15)], "BadDate", "/0"],
    ["a bare NaN", { a: Number.NaN }, "BadReal", "/a"],
    ["a number beyond 2^53", { a: 2 ** 60 }, "BadInteger", "/a"],
    ["an integer out of range", { a: 2n ** 64n }, "BadInteger", "/a"],
    ["a value that contains itself", circle, "TooDeep", "/0".repeat(64)],
  ])("%s", (_, value, reason, path) => {
    const error = errorOf(PlistJson.fromValue(value))
    same([error.reason, error.path], [reason, path])
  })
})
