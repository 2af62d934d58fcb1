/** The schemas: what they accept, and that they are the same codecs as the functions. */

import { describe, expect, it } from "@effect/vitest"
import { Plist, PlistError, PlistErrorReason } from "@espalier/plist"
import { options } from "@espalier/testing/Property"
import { Effect, Result, Schema } from "effect"
import { parseError, same, utf8 } from "./support/Expecting.ts"
import { xmlValue } from "./support/Values.ts"

describe("Value", () => {
  it.prop("is what it generates", [Plist.Value], ([value]) => Plist.isValue(value), options({ runs: 300 }))

  const circle: Array<unknown> = []
  circle.push(circle)
  it.each<[string, unknown]>([
    ["null", null],
    ["undefined", undefined],
    ["NaN", Number.NaN],
    ["a number beyond 2^53", 2 ** 53],
    ["an integer beyond 2^64", 2n ** 64n],
    ["an invalid date", new Date(Number.NaN)],
    ["an object with a class", [new Map()]],
    ["a function", { f: () => 1 }],
    ["something that contains itself", circle],
  ])("is not %s", (_, value) => {
    expect(Plist.isValue(value)).toBe(false)
    expect(Result.isFailure(Schema.decodeUnknownResult(Plist.Value)(value))).toBe(true)
  })

  it("has the JSON form as its canonical JSON", () => {
    const Message = Schema.Struct({ payload: Plist.Value })
    const codec = Schema.toCodecJson(Message)
    const message = { payload: { Token: Uint8Array.of(1), Count: 2n ** 60n } }
    const json = { payload: { Token: { $data: "AQ==" }, Count: { $integer: "1152921504606846976" } } }
    same(Schema.encodeSync(codec)(message), json)
    same(Schema.decodeUnknownSync(codec)(json), message)
  })
})

describe("FromJson", () => {
  it.prop(
    "decodes what it encodes",
    [xmlValue],
    ([value]) => {
      same(Schema.decodeSync(Plist.FromJson)(Schema.encodeSync(Plist.FromJson)(value)), value)
    },
    options(),
  )

  it.effect("says where null is", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Schema.decodeUnknownEffect(Plist.FromJson)({ Queries: [null] }))
      expect(error.message).toContain("/Queries/0")
    }),
  )
})

describe("FromBytes", () => {
  it.effect("reads either kind and writes XML", () =>
    Effect.gen(function* () {
      const value = yield* Schema.decodeEffect(Plist.FromBytes)(utf8("<plist><array><true/></array></plist>"))
      same(value, [true])
      const bytes = yield* Schema.encodeEffect(Plist.FromBytes)(value)
      expect(new TextDecoder().decode(bytes)).toContain("<array>\n\t<true/>\n</array>")
    }),
  )

  it.effect("keeps the limits it is given", () =>
    Effect.gen(function* () {
      const decode = Schema.decodeEffect(Plist.fromBytes({ maxBytes: 10 }))
      const error = yield* Effect.flip(decode(utf8("<plist><true/></plist>")))
      expect(error.message).toContain("larger than 10 bytes")
    }),
  )
})

describe("PlistError", () => {
  it("is a tagged error and round-trips through its codec", () => {
    const error = parseError(utf8("<plist><array></plist>"))
    expect(error).toBeInstanceOf(Error)
    expect(error._tag).toBe("PlistError")
    const codec = Schema.toCodecJson(PlistError)
    const json = JSON.parse(JSON.stringify(Schema.encodeSync(codec)(error)))
    expect(json).toStrictEqual({
      _tag: "PlistError",
      reason: "Syntax",
      message: "Expected </array> (line 1, column 15)",
      offset: 14,
      line: 1,
      column: 15,
    })
    expect(Schema.decodeUnknownSync(codec)(json).reason).toBe("Syntax")
  })

  it("has a reason from a closed list", () => {
    expect(Result.isFailure(Schema.decodeUnknownResult(PlistErrorReason)("Oops"))).toBe(true)
  })
})
