/** Whatever a sender makes of a message: an answer or an error, never an exception, and nothing it said gets lost. */
import { Plist } from "@espalier/plist"
import { fc } from "@espalier/testing/Property"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { Channel, Message, type MessageError } from "../src/index.ts"
import { bytes, names, succeeded } from "./Messages.ts"

const isDictionary = (value: Plist.Value): value is Plist.Dictionary => Plist.isDictionary(value)

/** A recorded message as values. */
const message = fc.constantFrom(...names).map((name): Plist.Dictionary => {
  const value = succeeded(Plist.parse(bytes(name)))
  if (!isDictionary(value)) throw new Error(name)
  return value
})

/** Any property list value. */
const { value: anyValue } = fc.letrec<{ value: Plist.Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.boolean(),
    fc.integer(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(Plist.real),
    fc.uint8Array(),
    fc.date({ min: new Date("0001-01-01"), max: new Date("9999-01-01"), noInvalidDate: true }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
}))

/** The decoder for what this is, its outcome seen as the dictionary it is. */
const decode = (value: Plist.Dictionary): Result.Result<Plist.Dictionary, MessageError> =>
  Message.sniff(value) === "CheckIn" ? Message.checkIn(value) : Message.commandReport(value)

/** Decodes by every door and walks on as a server would. */
const survives = (body: Uint8Array) => {
  const incoming = Message.decode(body)
  if (Result.isSuccess(incoming)) {
    Channel.of(incoming.success._tag === "CheckIn" ? incoming.success.message : incoming.success.report)
  } else expect(incoming.failure.message.length).toBeLessThan(500)
  Message.decodeCheckIn(body)
  Message.decodeCommandReport(body)
  Message.decodeStatusReport(body)
}

describe("hostile messages", () => {
  it("decodes or fails for changed, truncated and repeated bytes", () => {
    const edit = fc.record({ at: fc.nat(), drop: fc.nat(40), insert: fc.uint8Array({ maxLength: 12 }) })
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(edit, { minLength: 1, maxLength: 4 }), (name, edits) => {
        let body = bytes(name)
        for (const { at, drop, insert } of edits) {
          const start = at % (body.length + 1)
          body = Uint8Array.from([...body.subarray(0, start), ...insert, ...body.subarray(start + drop)])
        }
        survives(body)
      }),
      { numRuns: 500 },
    )
  })

  /** A CommandUUID that the device did not name is empty, and items of an error chain are kept one by one. */
  const withoutDefaults = (decoded: object, sent: object, key: string): unknown => {
    if (key === "CommandUUID" && "InvalidCommandUUID" in decoded) {
      const { CommandUUID: _, ...rest } = { CommandUUID: "", ...decoded }
      return rest
    }
    return key === "ErrorChain" && "ErrorChain" in decoded ? sent : decoded
  }

  it("keeps a known key of any type or names it in an error", () => {
    fc.assert(
      fc.property(message, fc.nat(), anyValue, (original, nth, value) => {
        const keys = Object.keys(original)
        const key = keys[nth % keys.length] ?? ""
        const mutated = { ...original, [key]: value }
        const result = decode(mutated)
        const { [key]: odd, ...rest } = mutated
        const renamed = { ...rest, [`Invalid${key}`]: odd }
        if (Result.isSuccess(result))
          expect([mutated, renamed]).toContainEqual(withoutDefaults(result.success, mutated, key))
        else if (result.failure._tag === "UnknownMessageType") expect(key).toBe("MessageType")
        else expect(result.failure.message).toMatch(new RegExp(`^${key}`))
      }),
      { numRuns: 500 },
    )
  })

  it("keeps an unknown key with any value", () => {
    fc.assert(
      fc.property(message, fc.string(), anyValue, (original, name, value) => {
        const more = { ...original, [`x-${name}`]: value }
        expect(succeeded(decode(more))).toEqual(more)
      }),
      { numRuns: 300 },
    )
  })
})
