import { describe, expect, it } from "@effect/vitest"
import { fc } from "@espalier/testing/Property"
import { Result } from "effect"
import { Json } from "../src/index.ts"

const parse = (text: string) =>
  Result.getOrThrow(Json.parse(new TextEncoder().encode(text), { maxDepth: 16, exactIntegers: true }))

describe("integers beyond 2^53", () => {
  it.each<[string, unknown]>([
    ["9007199254740993", { $integer: "9007199254740993" }],
    [
      "[-9007199254740992, 18446744073709551615]",
      [{ $integer: "-9007199254740992" }, { $integer: "18446744073709551615" }],
    ],
    ['{"a":{"b":9223372036854775807},"c":1}', { a: { b: { $integer: "9223372036854775807" } }, c: 1 }],
    // Exact, or not an integer.
    ["9007199254740991", 9007199254740991],
    ["0000", undefined],
    ["1234567890123456.5", 1234567890123456.5],
    ["1e30", 1e30],
    ["0.12345678901234567890", 0.12345678901234568],
    // In strings, also behind escaped quotes.
    ['"9007199254740993"', "9007199254740993"],
    ['["\\"9007199254740993", "\\\\"]', ['"9007199254740993', "\\"]],
    ['{"9007199254740993":1}', { "9007199254740993": 1 }],
    // The document's own keys.
    ['{"$integer":"5"}', { $$integer: "5" }],
    ['{"$$integer" : 9007199254740993}', { $$$integer: { $integer: "9007199254740993" } }],
    ['["$integer"]', ["$integer"]],
  ])("%s", (text, value) => {
    if (value === undefined) return expect(() => parse(text)).toThrow()
    expect(parse(text)).toEqual(value)
    expect(JSON.parse(Json.stringifyExact(parse(text)))).toEqual(JSON.parse(text))
  })

  it("are written with all their digits", () => {
    const text =
      '{"a":[9007199254740993,-18446744073709551615],"$integer":"5","b":{"$$integer":"{\\"$integer\\":\\"7\\"}"}}'
    expect(Json.stringifyExact(parse(text))).toBe(text)
  })

  it("are wrapped beside wrappers that the JSON has already", () => {
    const text = '{"a":9007199254740993,"b":{"$integer":"9007199254740995"},"c":{"$$integer":1}}'
    const options = { maxDepth: 4, exactIntegers: "wrapped" } as const
    const json = Result.getOrThrow(Json.parse(new TextEncoder().encode(text), options))
    expect(json).toEqual({
      a: { $integer: "9007199254740993" },
      b: { $integer: "9007199254740995" },
      c: { $$integer: 1 },
    })
    expect(Json.stringifyExact(json)).toBe('{"a":9007199254740993,"b":9007199254740995,"c":{"$integer":1}}')
  })

  it("are rounded without the option", () => {
    expect(Result.getOrThrow(Json.parse(new TextEncoder().encode("9007199254740993"), { maxDepth: 1 }))).toBe(2 ** 53)
  })

  it.each(['{"a":90071992547409931 2}', "[90071992547409931x]", "{90071992547409931:1}", '{"a":00071992547409931}'])(
    "does not make %s valid",
    (text) => expect(() => parse(text)).toThrow(),
  )

  it("keeps any other JSON as it is", () => {
    const keys = fc.oneof(fc.string(), fc.constantFrom("$integer", "$$integer", '"$integer', "{"))
    const value = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 5 },
        fc.oneof(
          fc.string(),
          fc.constantFrom("$integer", '{"$integer":"7"}'),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.boolean(),
          fc.constant(null),
        ),
        fc.array(tie("json"), { maxLength: 4 }),
        fc.dictionary(keys, tie("json"), { maxKeys: 4 }),
      ),
    })).json
    fc.assert(
      fc.property(value, (json) => {
        const text = JSON.stringify(json)
        expect(Json.stringifyExact(parse(text))).toBe(text)
      }),
    )
  })
})
