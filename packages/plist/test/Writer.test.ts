/** What is written: Apple's layout to the byte, and no document that a reader would misunderstand. */
import { describe, expect, it } from "@effect/vitest"
import { Plist, type PlistError } from "@espalier/plist"
import { Result } from "effect"
import { errorOf, read, same, utf8 } from "./support/Expecting.ts"

const xmlOf = (value: Plist.Value): string => Result.getOrThrow(Plist.toXml(value))
const bodyOf = (value: Plist.Value): string =>
  xmlOf(value)
    .replace(/^[\s\S]*<plist version="1.0">\n/, "")
    .replace(/\n<\/plist>\n$/, "")

describe("layout", () => {
  it("is the same as Apple's", () => {
    const value = {
      Command: { RequestType: "DeviceInformation", Queries: ["OSVersion", "DeviceName"] },
      CommandUUID: "1",
      Empty: [{}, [], new Uint8Array(0), ""],
      Data: new Uint8Array(60),
      When: new Date("2026-01-01T00:00:00.999Z"),
      Yes: true,
    }
    expect(xmlOf(value)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Command</key>
	<dict>
		<key>RequestType</key>
		<string>DeviceInformation</string>
		<key>Queries</key>
		<array>
			<string>OSVersion</string>
			<string>DeviceName</string>
		</array>
	</dict>
	<key>CommandUUID</key>
	<string>1</string>
	<key>Empty</key>
	<array>
		<dict/>
		<array/>
		<data>
		</data>
		<string></string>
	</array>
	<key>Data</key>
	<data>
	${"A".repeat(68)}
	${"A".repeat(12)}
	</data>
	<key>When</key>
	<date>2026-01-01T00:00:00Z</date>
	<key>Yes</key>
	<true/>
</dict>
</plist>
`)
  })

  it.each<[Plist.Value, string]>([
    ["a&b<c>\"d'\r\n\t", "<string>a&amp;b&lt;c&gt;\"d'&#13;\n\t</string>"],
    [-0, "<integer>0</integer>"],
    [5n, "<integer>5</integer>"],
    [2n ** 64n - 1n, "<integer>18446744073709551615</integer>"],
    [0.1, "<real>0.1</real>"],
    [1e-7, "<real>1e-7</real>"],
    [new Plist.Real(1.5), "<real>1.5</real>"],
    [new Plist.Real(100), "<real>100</real>"],
    [new Plist.Real(-0), "<real>-0</real>"],
    [new Plist.Real(1e21), "<real>1e+21</real>"],
    [new Plist.Real(Number.NaN), "<real>nan</real>"],
    [new Plist.Real(Number.POSITIVE_INFINITY), "<real>+infinity</real>"],
    [new Plist.Real(Number.NEGATIVE_INFINITY), "<real>-infinity</real>"],
    [new Date("0001-01-01T00:00:00Z"), "<date>0001-01-01T00:00:00Z</date>"],
    [new Date(-1), "<date>1969-12-31T23:59:59Z</date>"],
  ])("%s is %s", (value, element) => expect(bodyOf(value)).toBe(element))

  it("writes dictionaries without a prototype and __proto__ as a key", () => {
    const entries: Plist.Dictionary = Object.assign(Object.create(null), JSON.parse('{"__proto__":"own"}'))
    expect(Object.getPrototypeOf(entries)).toBe(null)
    expect(bodyOf(entries)).toBe("<dict>\n\t<key>__proto__</key>\n\t<string>own</string>\n</dict>")
  })

  it("keeps lines of data short at any depth", () => {
    let value: Plist.Value = new Uint8Array(50)
    for (let level = 0; level < 60; level++) value = [value]
    same(read(utf8(xmlOf(value))), value)
    const lines = bodyOf(value)
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => /^A/.test(line))
    expect(Math.max(...lines.map((line) => line.length))).toBe(12)
  })
})

describe("errors name the path", () => {
  const circle: Array<Plist.Value> = []
  circle.push({ again: circle })
  const tower = (levels: number): Plist.Value => {
    let value: Plist.Value = true
    for (let level = 0; level < levels; level++) value = [value]
    return value
  }
  let twins: Plist.Value = "x".repeat(1000)
  for (let level = 0; level < 60; level++) twins = [twins, twins]
  const unknown = (value: unknown): Plist.Value => value as Plist.Value

  it.each<[string, Plist.Value, PlistError["reason"], string | RegExp]>([
    ["a control character", { a: ["ok", "bad\u0000"] }, "BadCharacter", "/a/1"],
    ["a lone surrogate", { a: "\ud800" }, "BadCharacter", "/a"],
    ["a noncharacter", "\uffff", "BadCharacter", ""],
    ["a key XML cannot carry", { a: { "\u001b": 1 } }, "BadCharacter", "/a/\u001b"],
    ["an integer too large", [2n ** 64n], "BadInteger", "/0"],
    ["an integer too small", [-(2n ** 63n) - 1n], "BadInteger", "/0"],
    ["a number beyond 2^53", { n: 2 ** 53 }, "BadInteger", "/n"],
    ["a bare NaN", { n: Number.NaN }, "BadReal", "/n"],
    ["a bare infinity", { n: Number.POSITIVE_INFINITY }, "BadReal", "/n"],
    ["an invalid date", { d: new Date(Number.NaN) }, "BadDate", "/d"],
    ["a year with five digits", { d: new Date("+010000-01-01T00:00:00Z") }, "BadDate", "/d"],
    ["a year before 0", { d: new Date("-000001-12-31T23:59:59Z") }, "BadDate", "/d"],
    ["65 levels", tower(65), "TooDeep", /^(\/0){64}$/],
    ["a value that contains itself", circle, "TooDeep", /^(\/0\/again){32}$/],
    ["shared values without end", twins, "TooLarge", /^(\/[01])+$/],
    ["null", unknown({ "a/b~": null }), "Unsupported", "/a~1b~0"],
    ["undefined", unknown([undefined]), "Unsupported", "/0"],
    ["a function", unknown([() => 1]), "Unsupported", "/0"],
    ["an object with a class", unknown({ m: new Map() }), "Unsupported", "/m"],
    ["a long key", unknown({ ["k".repeat(1000)]: null }), "Unsupported", `/${"k".repeat(64)}…`],
  ])("%s", (_, value, reason, path) => {
    const error = errorOf(Plist.toXml(value))
    expect(error.reason).toBe(reason)
    expect(error.path).toEqual(typeof path === "string" ? path : expect.stringMatching(path))
  })

  it("respects limits", () => {
    expect(Result.isSuccess(Plist.toXml(tower(64)))).toBe(true)
    expect(errorOf(Plist.toXml(tower(3), { maxDepth: 2 })).reason).toBe("TooDeep")
    expect(errorOf(Plist.toXml(["x".repeat(500), 1], { maxBytes: 600 })).reason).toBe("TooLarge")
  })
})
