/** Nothing is lost: value → XML, binary, JSON → the same value; and whatever bytes come, the answer is a value or an error. */

import { describe, expect, it } from "@effect/vitest"
import { Plist, PlistError, PlistJson } from "@espalier/plist"
import { options } from "@espalier/testing/Property"
import { Arbitrary, Result, Schema } from "effect"
import * as BinaryWriter from "./support/BinaryWriter.ts"
import { parseError, read, same, utf8 } from "./support/Expecting.ts"
import { anyValue, toSeconds, xmlValue } from "./support/Values.ts"

const runs = options({ runs: 300 })
const xmlOf = (value: Plist.Value): string => Result.getOrThrow(Plist.toXml(value))

describe("round trips", () => {
  it.prop(
    "through XML, a date's fraction of a second aside",
    [xmlValue],
    ([value]) => same(read(utf8(xmlOf(value))), toSeconds(value)),
    runs,
  )

  it.prop(
    "through UTF-16 in either byte order",
    [xmlValue],
    ([value]) => {
      const xml = `\ufeff${xmlOf(value).replace("UTF-8", "UTF-16")}`
      const little = Buffer.from(xml, "utf16le")
      const big = Buffer.from(little).swap16()
      same(read(little), toSeconds(value))
      same(read(big), toSeconds(value))
    },
    options({ runs: 100 }),
  )

  it.prop("through binary", [anyValue], ([value]) => same(read(BinaryWriter.write(value)), value), runs)

  it.prop(
    "through JSON text",
    [anyValue],
    ([value]) => {
      const text = JSON.stringify(Result.getOrThrow(PlistJson.fromValue(value)))
      same(Result.getOrThrow(PlistJson.toValue(JSON.parse(text))), value)
    },
    runs,
  )

  it.prop(
    "from JSON to a value and back, for the canonical spelling",
    [xmlValue],
    ([value]) => {
      const json = Result.getOrThrow(PlistJson.fromValue(value))
      same(PlistJson.fromValue(Result.getOrThrow(PlistJson.toValue(json))), Result.succeed(json))
    },
    options({ runs: 100 }),
  )
})

const fraction = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.999999 }))
const edits = Arbitrary.schema(
  Schema.Array(
    Schema.Struct({ where: fraction, byte: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })) }),
  ),
)

/** Reading never throws, and an error says where. */
const readsOrRefuses = (bytes: Uint8Array): void => {
  const result = Plist.parse(bytes)
  if (Result.isSuccess(result)) {
    expect(Plist.isValue(result.success)).toBe(true)
    return
  }
  const error = result.failure
  expect(error).toBeInstanceOf(PlistError)
  expect(error.offset).toBeGreaterThanOrEqual(0)
  expect(error.offset).toBeLessThanOrEqual(bytes.length)
  expect(error.message.length).toBeLessThan(200)
}

describe("damage", () => {
  it.prop(
    "changed bytes are read or refused",
    [xmlValue, edits],
    ([value, changes]) => {
      for (const bytes of [utf8(xmlOf(value)), BinaryWriter.write(value)]) {
        for (const { byte, where } of changes) bytes[Math.floor(where * bytes.length)] = byte
        readsOrRefuses(bytes)
      }
    },
    options({ runs: 500 }),
  )

  it.prop(
    "whatever bytes follow the magic are read or refused",
    [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))],
    ([bytes]) => {
      readsOrRefuses(Uint8Array.from(bytes))
      readsOrRefuses(Uint8Array.from([...utf8("bplist00"), ...bytes]))
      readsOrRefuses(Uint8Array.from([...utf8("<plist>"), ...bytes]))
    },
    runs,
  )

  const whole = xmlOf({
    key: ["text & <more>", new Uint8Array(100), new Date(0), 12, 1.5, true, {}],
    "ü😀": [[], { a: "]]>" }],
  })
  const spelled = `<?xml version="1.0"?><!-- c --><!DOCTYPE plist SYSTEM "x"><plist ><dict ><key>a</key ><string><![CDATA[<]]>&#65;<!-- c --></string></dict></plist >`

  it.each([
    ["as we write it", whole.trimEnd()],
    ["in other spellings", spelled],
  ])("rejects an XML document truncated at any character: %s", (_, text) => {
    const bytes = utf8(text)
    read(bytes)
    for (let length = 0; length < bytes.length; length++) {
      const error = parseError(bytes.subarray(0, length))
      const withinCharacter = ((bytes[length] ?? 0) & 0xc0) === 0x80
      same([length, error.reason], [length, withinCharacter ? "BadEncoding" : "UnexpectedEnd"])
    }
  })

  it("rejects a binary document truncated at any byte", () => {
    const bytes = BinaryWriter.write({ key: ["text", "ü", new Uint8Array(20), 1.5, 2n ** 60n] })
    for (let length = 0; length < bytes.length; length++) parseError(bytes.subarray(0, length))
  })
})
