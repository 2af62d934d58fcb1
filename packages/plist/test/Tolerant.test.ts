/**
 * Documents that devices have sent, or that parsers before us had to accept: one odd value does not lose the rest. Sources: the issues named
 * beside the cases.
 */
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { Plist } from "../src/index.ts"
import { assemble } from "./support/BinaryWriter.ts"

const head = '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">'
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))
const wrap = (element: string): Uint8Array => bytesOf(`${head}${element}</plist>`)

const double = (value: number): ReadonlyArray<number> => {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return [...new Uint8Array(view.buffer)]
}

const cases: ReadonlyArray<readonly [name: string, document: Uint8Array, value: Plist.Value, reason: string]> = [
  ["a NUL in a string, micromdm#1066", wrap("<string>a\0b</string>"), "a\0b", "BadCharacter"],
  ["a vertical tab, micromdm#1040", wrap("<string>a\vb</string>"), "a\vb", "BadCharacter"],
  ["a reference to NUL, micromdm#1066", wrap("<string>a&#0;b</string>"), "a\0b", "Entity"],
  ["a reference to a surrogate", wrap("<string>&#xD800;</string>"), "\ufffd", "Entity"],
  ["a control character in CDATA", wrap("<string><![CDATA[a\u0001b]]></string>"), "a\u0001b", "BadCharacter"],
  [
    "Latin-1 bytes, pymobiledevice3#1280",
    latin1(`${head}<string>Caf\xe9</string></plist>`),
    "Caf\ufffd",
    "BadEncoding",
  ],
  [
    "a declared single-byte encoding",
    latin1('<?xml version="1.0" encoding="ISO-8859-1"?><plist><string>Caf\xe9</string></plist>'),
    "Caf\xe9",
    "BadEncoding",
  ],
  [
    "UTF-8 that is declared as UTF-16",
    bytesOf('<?xml version="1.0" encoding="UTF-16"?><plist><string>\xe9</string></plist>'),
    "\xe9",
    "BadEncoding",
  ],
  ["a NUL after the document", bytesOf(`${head}<true/></plist>\n\0`), true, "Trailing"],
  ["an empty line before the declaration", bytesOf(`\n${head}<true/></plist>`), true, "Syntax"],
  ["a year before 0, plist-cil#72", wrap("<date>-29719-04-05T22:13:20Z</date>"), "-29719-04-05T22:13:20Z", "BadDate"],
  ["a leap second", wrap("<date>2016-12-31T23:59:60Z</date>"), "2016-12-31T23:59:60Z", "BadDate"],
  [
    "a date with a fraction, node-plist-native#2",
    wrap("<date>2014-02-23T09:21:06.034Z</date>"),
    new Date("2014-02-23T09:21:06.034Z"),
    "BadDate",
  ],
  ["a date with blanks", wrap("<date> 2024-01-01T00:00:00Z\n</date>"), new Date("2024-01-01T00:00:00Z"), "BadDate"],
  ["an invalid integer", wrap("<integer>many</integer>"), "many", "BadInteger"],
  ["an invalid real", wrap("<real>1,5</real>"), "1,5", "BadReal"],
  ["data that is not base64", wrap("<data>?</data>"), "?", "BadData"],
  [
    "a key twice: the last value, as other parsers",
    wrap("<dict><key>a</key><string>1</string><key>a</key><string>2</string></dict>"),
    { a: "2" },
    "DuplicateKey",
  ],
  // CFBinaryPList.c: markers 0x33 date, 0x51 ASCII, 0x61 UTF-16, 0xd2 dictionary of two.
  ["a binary date after 9999", assemble([[0x33, ...double(1e12)]]), "1000000000000 seconds since 2001", "BadDate"],
  ["binary text beyond ASCII", assemble([[0x51, 0xe9]]), "\xe9", "BadEncoding"],
  ["half a character in binary text", assemble([[0x61, 0xd8, 0x00]]), "\ufffd", "BadEncoding"],
  [
    "a key twice in a binary file",
    assemble([[0xd2, 1, 1, 2, 3], [0x51, 97], [0x08], [0x09]]),
    { a: true },
    "DuplicateKey",
  ],
]

describe("a tolerant reader", () => {
  it.each(cases)("accepts %s", (_, document, value, reason) => {
    expect(Plist.parse(document)).toMatchObject({ failure: { reason } })
    const read = Result.getOrThrow(Plist.parseTolerant(document))
    expect(read.value).toEqual(value)
    expect(read.faults.map((fault) => fault.reason)).toContain(reason)
  })

  it("reports no fault in a valid document", () => {
    expect(Plist.parseTolerant(wrap("<string>a</string>"))).toEqual(Result.succeed({ value: "a", faults: [] }))
  })

  it.each([
    ["a document that is cut off", bytesOf(`${head}<dict><key>a</key>`)],
    ["an entity declaration", bytesOf('<!DOCTYPE plist [<!ENTITY a "b">]><plist><string>&a;</string></plist>')],
    ["text between elements", wrap("<dict>a</dict>")],
    ["nothing", new Uint8Array()],
  ])("rejects %s as the strict one does", (_, document) => {
    expect(Plist.parseTolerant(document)).toEqual(Plist.parse(document))
    expect(Result.isFailure(Plist.parseTolerant(document))).toBe(true)
  })

  it("keeps the limits", () => {
    const deep = `${"<array>".repeat(70)}<string>\0</string>${"</array>".repeat(70)}`
    expect(Plist.parseTolerant(wrap(deep))).toMatchObject({ failure: { reason: "TooDeep" } })
    expect(Plist.parseTolerant(wrap("<string>\0</string>"), { maxBytes: 10 })).toMatchObject({
      failure: { reason: "TooLarge" },
    })
  })

  it("stays linear and notes 16 faults in a document full of them", () => {
    const document = wrap(`<array>${"<string>\0</string><date>x</date>".repeat(50_000)}</array>`)
    const read = Result.getOrThrow(Plist.parseTolerant(document))
    expect(read.faults).toHaveLength(16)
    expect(read.value).toHaveLength(100_000)
  })
})
