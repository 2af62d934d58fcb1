/**
 * Property lists as JSON, without loss in either direction.
 *
 * | property list | JSON |
 * |---|---|
 * | dictionary, array, string, boolean | object, array, string, boolean |
 * | integer | number when safe, else `{"$integer":"9007199254740993"}` |
 * | real | number, or `{"$real":1}`, `{"$real":"-0"}`, `"nan"`, `"inf"`, `"-inf"` |
 * | data | `{"$data":"aGVsbG8="}` |
 * | date | `{"$date":"2026-01-01T00:00:00Z"}`, with `.250` only when there are milliseconds |
 * | key that starts with `$` | one `$` more: `{"$$data":"not data"}` |
 *
 * `null` has no property list form. One value has one JSON form; {@link toValue} also takes `{"$integer":"1"}` and
 * `{"$real":1.5}`, which need no wrapping.
 */
import { Result, type Schema } from "effect"
import { Base64 as Encoding } from "effect/encoding"
import * as CalendarDate from "./CalendarDate.ts"
import { isExactNumber, isReservedKey, wrappers } from "./JsonRules.ts"
import { depthOf, type Limits } from "./Limits.ts"
import { atPath, PlistError, type Reason } from "./PlistError.ts"
import { integer, isDictionary, maxInteger, minInteger, Real, setEntry, type Value } from "./Value.ts"

/**
 * The JSON form of a value. Every value that a reader of this package returned has one; the error, with its path, is for values
 * made by hand: invalid dates, bare `NaN`, integers out of range, a value that contains itself.
 *
 * @category encoding
 * @since 0.1.0
 */
export const fromValue = (value: Value, limits?: Pick<Limits, "maxDepth">): Result.Result<Schema.Json, PlistError> =>
  walk(limits, (walker) => encode(walker, value, 1))

/**
 * The value of a JSON form, from what `JSON.parse` returned. The error names the path.
 *
 * @category decoding
 * @since 0.1.0
 */
export const toValue = (json: unknown, limits?: Pick<Limits, "maxDepth">): Result.Result<Value, PlistError> =>
  walk(limits, (walker) => decode(walker, json, 1))

export { isExactNumber, isReservedKey, type Wrapper, wrappers } from "./JsonRules.ts"

interface Walker {
  readonly path: Array<string | number>
  readonly maxDepth: number
}

const walk = <A>(
  limits: Pick<Limits, "maxDepth"> | undefined,
  step: (walker: Walker) => A,
): Result.Result<A, PlistError> => {
  try {
    return Result.succeed(step({ path: [], maxDepth: depthOf(limits) }))
  } catch (error) {
    if (error instanceof PlistError) return Result.fail(error)
    throw error
  }
}

const failure = (walker: Walker, reason: Reason, what: string): PlistError => atPath(reason, what, walker.path)

const enter = (walker: Walker, depth: number): void => {
  if (depth > walker.maxDepth) {
    throw failure(walker, "TooDeep", `More than ${walker.maxDepth} levels of nesting, or a value that contains itself`)
  }
}

const encode = (walker: Walker, value: unknown, depth: number): Schema.Json => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return bareNumber(walker, value)
    case "bigint":
      if (value < minInteger || value > maxInteger) throw failure(walker, "BadInteger", integerRange)
      return encodeInteger(value)
  }
  if (value instanceof Real) return encodeReal(value.value)
  if (value instanceof Uint8Array) return { $data: Encoding.encode(value) }
  if (value instanceof Date) {
    const text = CalendarDate.formatJson(value)
    if (text === undefined) throw failure(walker, "BadDate", "A date is valid and has a year from 0 to 9999")
    return { $date: text }
  }
  if (Array.isArray(value)) return mapItems(walker, value, depth, encode)
  if (isDictionary(value)) {
    return mapEntries(walker, value, depth, (key) => (key.startsWith("$") ? `$${key}` : key), encode)
  }
  throw failure(walker, "Unsupported", `A property list has no ${value === null ? "null" : typeof value} like this`)
}

const encodeInteger = (value: bigint): Schema.Json => {
  const canonical = integer(value)
  return typeof canonical === "number" ? canonical : { $integer: value.toString() }
}

const encodeReal = (value: number): Schema.Json => {
  if (Number.isNaN(value)) return { $real: "nan" }
  if (!Number.isFinite(value)) return { $real: value > 0 ? "inf" : "-inf" }
  if (Object.is(value, -0)) return { $real: "-0" }
  return Number.isInteger(value) ? { $real: value } : value
}

const integerRange = "An integer is between -2^63 and 2^64-1"

/** A number without a wrapper means the same on both sides. -0 is the integer 0. */
const bareNumber = (walker: Walker, value: number): number => {
  if (!Number.isFinite(value)) throw failure(walker, "BadReal", "NaN and infinities are reals and need their wrapper")
  if (isExactNumber(value)) return value + 0
  throw failure(walker, "BadInteger", 'Beyond 2^53 a bare number is inexact: write {"$integer":"…"} or {"$real":…}')
}

const decode = (walker: Walker, json: unknown, depth: number): Value => {
  switch (typeof json) {
    case "string":
    case "boolean":
      return json
    case "number":
      return bareNumber(walker, json)
  }
  if (Array.isArray(json)) return mapItems(walker, json, depth, decode)
  if (json === null) throw failure(walker, "Unsupported", "null has no property list form: leave the key out")
  if (!isDictionary(json)) throw failure(walker, "Unsupported", `JSON has no ${typeof json} like this`)
  const keys = Object.keys(json)
  const [first] = keys
  if (keys.length === 1 && first !== undefined && isReservedKey(first)) {
    return decodeWrapper(walker, first, json[first])
  }
  return mapEntries(walker, json, depth, (key) => unescapeKey(walker, key), decode)
}

const unescapeKey = (walker: Walker, key: string): string => {
  if (isReservedKey(key)) {
    throw failure(
      walker,
      "Unsupported",
      "A key that starts with $ is written with one $ more; a wrapper has one key only",
    )
  }
  return key.startsWith("$") ? key.slice(1) : key
}

const decodeWrapper = (walker: Walker, key: string, content: unknown): Value => {
  const wrapper = wrappers.get(key)
  if (wrapper === undefined) {
    throw failure(
      walker,
      "Unsupported",
      "Only $integer, $real, $data and $date are known; other keys with $ take one more",
    )
  }
  const value = wrapper.read(content)
  if (value !== undefined) return value
  throw failure(walker, wrapper.reason, wrapper.expected)
}

const mapItems = <A>(
  walker: Walker,
  items: ReadonlyArray<unknown>,
  depth: number,
  item: (walker: Walker, value: unknown, depth: number) => A,
): ReadonlyArray<A> => {
  enter(walker, depth)
  const out: Array<A> = []
  for (let index = 0; index < items.length; index++) {
    walker.path.push(index)
    out.push(item(walker, items[index], depth + 1))
    walker.path.pop()
  }
  return out
}

const mapEntries = <A>(
  walker: Walker,
  entries: { readonly [key: string]: unknown },
  depth: number,
  rename: (key: string) => string,
  entry: (walker: Walker, value: unknown, depth: number) => A,
): { readonly [key: string]: A } => {
  enter(walker, depth)
  const out: { [key: string]: A } = {}
  for (const key of Object.keys(entries)) {
    walker.path.push(key)
    setEntry(out, rename(key), entry(walker, entries[key], depth + 1))
    walker.path.pop()
  }
  return out
}
