import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { Json } from "../src/index.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

const outcome = (input: Uint8Array, options: Partial<Json.Options> = {}) =>
  Result.match(Json.parse(input, { maxDepth: 4, ...options }), {
    onSuccess: (value) => value,
    onFailure: (error) => `${error.reason}: ${error.message}`,
  })

describe("parse", () => {
  it.each([
    ["null", null],
    [' {"a": [1, "é"]}\n', { a: [1, "é"] }],
    ["[[[[]]]]", [[[[]]]]],
    ["[1,[2],[3],[4],[5],[6]]", [1, [2], [3], [4], [5], [6]]],
    // Brackets within strings, and quotes within strings, are not nesting.
    ['["[[[[[[", "\\"[[[[[[", "\\\\", "\\\\\\"{{{{{"]', ["[[[[[[", '"[[[[[[', "\\", '\\"{{{{{']],
  ])("reads %s", (text, value) => {
    expect(outcome(bytes(text))).toEqual(value)
  })

  it.each<[string, Uint8Array, string]>([
    ["nothing", bytes(""), "Empty: The body is empty"],
    ["what is not UTF-8", Uint8Array.of(0x22, 0xff, 0x22), "NotUtf8: The body is not UTF-8"],
    ["a byte order mark", bytes("\uFEFF[]"), "ByteOrderMark: The body begins with a byte order mark"],
    ["arrays that nest too deep", bytes("[[[[[]]]]]"), "TooDeep: The body nests deeper than 4 levels"],
    ["objects that nest too deep", bytes('{"a":'.repeat(5)), "TooDeep: The body nests deeper than 4 levels"],
    ["nesting after a string", bytes('["\\\\", [[[[]]]]]'), "TooDeep: The body nests deeper than 4 levels"],
    ["a million levels", bytes("[".repeat(1_000_000)), "TooDeep: The body nests deeper than 4 levels"],
    ["a string that does not end", bytes('["secret'), expect.stringMatching(/^Syntax: The body is not JSON/)],
    ["a syntax error", bytes('{"password": hunter2}'), "Syntax: The body is not JSON"],
    ["a syntax error with a position", bytes("[1,2"), "Syntax: The body is not JSON (at character 4)"],
  ])("rejects %s", (_, input, expected) => {
    expect(outcome(input)).toEqual(expected)
  })

  it("ignores a byte order mark on request", () => {
    expect(outcome(bytes("\uFEFF[1]"), { ignoreByteOrderMark: true })).toEqual([1])
  })

  it("takes linear time for quotes and backslashes", () => {
    const text = `["${'\\"'.repeat(1_000_000)}", "${"\\\\".repeat(1_000_000)}"]`
    expect(outcome(bytes(text))).toEqual(['"'.repeat(1_000_000), "\\".repeat(1_000_000)])
  })
})

describe("isContentType", () => {
  it.each([
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/json;",
    "application/problem+json",
    "application/vnd.example-v1.2+json",
  ])("accepts %s", (contentType) => expect(Json.isContentType(contentType)).toBe(true))

  it.each([
    "",
    "text/plain",
    "text/json",
    "application/jsonp",
    "application/json; charset=latin1",
    "application/json, text/plain",
    "multipart/form-data; boundary=application/json",
  ])("rejects %s", (contentType) => expect(Json.isContentType(contentType)).toBe(false))
})
