/**
 * Check-ins and command results as Apple's schema files allow them, with random values, and with odd ones in the place of optional keys.
 *
 * `apple-messages.json` holds the names, keys, types and presence; `scripts/apple-messages.ts` makes it anew.
 */
import { readFileSync } from "node:fs"
import { Plist } from "@espalier/plist"
import { Schema } from "effect"
import { fc } from "./Property.ts"

type Shape = string | ReadonlyArray<Shape> | { readonly [key: string]: Shape }
interface Dictionary {
  readonly [key: string]: Shape
}

const Shape: Schema.Codec<Shape> = Schema.Union([
  Schema.String,
  Schema.Array(Schema.suspend((): Schema.Codec<Shape> => Shape)),
  Schema.Record(
    Schema.String,
    Schema.suspend((): Schema.Codec<Shape> => Shape),
  ),
])
const Messages = Schema.Record(Schema.String, Schema.Record(Schema.String, Shape))

const { checkIns, results } = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ checkIns: Messages, results: Messages })),
)(readFileSync(new URL("./apple-messages.json", import.meta.url), "utf8"))

/** The `MessageType`s of Apple's schema. */
export const messageTypes = Object.keys(checkIns)
/** The `RequestType`s of Apple's schema. */
export const requestTypes = Object.keys(results)

const text = fc.string({ unit: fc.constantFrom(..."aZ0 .-é漢👩🏻‍💻<&>\"'\t") })
const scalars: { readonly [type: string]: fc.Arbitrary<Plist.Value> } = {
  string: text,
  integer: fc.oneof(fc.integer(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n })),
  real: fc.double({ noNaN: true }).map(Plist.real),
  boolean: fc.boolean(),
  date: fc
    .date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
    .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000)),
  data: fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.from(bytes)),
}

const scalar = fc.oneof(...Object.values(scalars))
/** A value of any type. */
export const anyValue: fc.Arbitrary<Plist.Value> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(text, scalar, { maxKeys: 3 }),
)

const valueOf = (shape: Shape): fc.Arbitrary<Plist.Value> => {
  if (typeof shape === "string") return scalars[shape] ?? anyValue
  return isItems(shape) ? fc.array(valueOf(shape[0] ?? "any"), { maxLength: 3 }) : dictionaryOf(shape)
}

const isItems = (shape: Exclude<Shape, string>): shape is ReadonlyArray<Shape> => Array.isArray(shape)

/** Optional keys that have an odd value one time in eight. */
interface Oddness {
  readonly odd: (key: string) => boolean
}

const dictionaryOf = (shape: Dictionary, oddness?: Oddness): fc.Arbitrary<Plist.Dictionary> => {
  const entries = Object.entries(shape).filter(([key]) => key !== "*")
  const arbitraries = entries.map(([key, value]) => {
    const name = key.replace(/\?$/, "")
    const arbitrary = valueOf(value)
    return [
      name,
      key.endsWith("?") && oddness?.odd(name) === true
        ? fc.oneof({ weight: 7, arbitrary }, { weight: 1, arbitrary: anyValue })
        : arbitrary,
    ] as const
  })
  const required = entries.map(([key]) => key).filter((key) => !key.endsWith("?"))
  const known = fc.record(Object.fromEntries(arbitraries), { requiredKeys: required })
  return "*" in shape
    ? fc
        .tuple(fc.dictionary(fc.stringMatching(/^[a-z.]{1,20}$/), valueOf(shape["*"] ?? "any"), { maxKeys: 3 }), known)
        .map(([any, record]) => ({ ...any, ...record }))
    : known
}

/** Who sends the message: the values of the test. */
const identifying = new Set(["UDID", "EnrollmentID", "EnrollmentUserID", "UserID", "UserShortName", "UserLongName"])

const without = (shape: Dictionary, names: ReadonlySet<string>): Dictionary =>
  Object.fromEntries(Object.entries(shape).filter(([key]) => !names.has(key.replace(/\?$/, ""))))

/** Optional keys whose loss changes the message: an odd value there is an error. */
const decisive = new Set(["BootstrapToken", "DigestResponse"])

/** A check-in without its identifying keys. `NotOnConsole` and such are required on some systems only, so every key but the envelope may be odd. */
export const checkIn = (messageType: string): fc.Arbitrary<Plist.Dictionary> =>
  dictionaryOf(without(checkIns[messageType] ?? {}, identifying), { odd: (key) => !decisive.has(key) }).map(
    (message) => ({
      ...message,
      MessageType: messageType,
    }),
  )

const errorChain = dictionaryOf(
  { ErrorCode: "integer", ErrorDomain: "string", "LocalizedDescription?": "string", "USEnglishDescription?": "string" },
  { odd: () => true },
)

/** The result of a command, with a command UUID and an error chain as they come, or odd. */
export const report = (requestType: string): fc.Arbitrary<Plist.Dictionary> =>
  fc
    .tuple(
      dictionaryOf(without(results[requestType] ?? {}, identifying), { odd: () => true }),
      fc.record(
        {
          CommandUUID: fc.oneof({ weight: 7, arbitrary: fc.uuid() }, { weight: 1, arbitrary: scalar }),
          ErrorChain: fc.oneof(fc.array(errorChain, { maxLength: 3 }), anyValue),
          NotOnConsole: fc.oneof(fc.boolean(), anyValue),
        },
        { requiredKeys: [] },
      ),
      fc.constantFrom("Acknowledged", "Error", "CommandFormatError", "NotNow"),
    )
    .map(([result, envelope, status]) => ({ ...result, ...envelope, Status: status }))
