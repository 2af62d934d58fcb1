/** Generated property lists, with the text and the keys that tend to break codecs. */
import { Plist } from "@espalier/plist"
import { Arbitrary, Schema } from "effect"

/** Pieces of text that mean something to some parser on the way. All of them can be carried by XML. */
const pieces = [
  "&",
  "<",
  ">",
  "]]>",
  "&amp;",
  "\r",
  "\r\n",
  "\n",
  "\t ",
  "ü",
  "€",
  "😀",
  "$",
  "$data",
  "'",
  '"',
  "\u0085",
  "\ufffd",
  "\ufeff",
  "\u2028",
]

/** Names that objects inherit, and names that the JSON form gives a meaning. */
const keys = ["__proto__", "constructor", "hasOwnProperty", "$data", "$$date", "$", "", "0", "CF$UID", "toString"]

const picks = Arbitrary.schema(Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 63 }))))

/** Rewrites every text and some keys, as the picks say. */
const spice = (value: Plist.Value, next: () => number): Plist.Value => {
  if (typeof value === "string") return spiceText(value, next)
  if (Array.isArray(value)) return value.map((item) => spice(item, next))
  if (!Plist.isDictionary(value)) return value
  const entries = Object.entries(value).map(([key, item]): [string, Plist.Value] => [
    keys[next()] ?? spiceText(key, next),
    spice(item, next),
  ])
  return Object.fromEntries(entries)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot carry them
const noXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g

const spiceText = (text: string, next: () => number): string =>
  text.replace(noXml, "") + (pieces[next()] ?? "") + (pieces[next()] ?? "")

/** Any value that XML can carry. */
export const xmlValue: Arbitrary.Arbitrary<Plist.Value> = Arbitrary.all([Arbitrary.schema(Plist.Value), picks]).pipe(
  Arbitrary.map(([value, indices]) => {
    let at = 0
    return spice(value, () => indices[at++ % Math.max(1, indices.length)] ?? 63)
  }),
)

/** Any value, control characters included. */
export const anyValue: Arbitrary.Arbitrary<Plist.Value> = Arbitrary.all([
  xmlValue,
  Arbitrary.schema(Schema.String),
]).pipe(Arbitrary.map(([value, text]) => [value, `${text.toWellFormed()}\0\u0001\uffff`]))

/** The value with dates to the second, which is all that XML has. */
export const toSeconds = (value: Plist.Value): Plist.Value => {
  if (value instanceof Date) return new Date(Math.floor(value.getTime() / 1000) * 1000)
  if (Array.isArray(value)) return value.map(toSeconds)
  if (!Plist.isDictionary(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toSeconds(item)]))
}
