/**
 * Property lists in JSON clothes: how a command's payload and a device's result travel in a webhook.
 *
 * A dictionary is an object, an integer a number, data `{"$data": base64}`, a date `{"$date": RFC 3339}`. An integer
 * beyond 2^53 is `{"$integer": "…"}`, a real that JSON would turn into an integer `{"$real": 1}`; a key that itself
 * begins with `$` is written with one `$` more. There is no `null`: Apple's property lists have none. The codec between this form and property lists is
 * `@espalier/plist`; this schema only says which JSON is well-formed.
 */
import { Schema } from "effect"

/**
 * A property list value in its JSON form.
 *
 * @category models
 * @since 0.1.0
 */
export type PropertyList = string | boolean | number | ReadonlyArray<PropertyList> | PropertyListDictionary

/**
 * A property list dictionary in its JSON form, or one of the `$` wrappers.
 *
 * @category models
 * @since 0.1.0
 */
export interface PropertyListDictionary {
  readonly [key: string]: PropertyList
}

const wrappers: { readonly [key: string]: (value: unknown) => boolean } = {
  $integer: (value) => typeof value === "string" && /^-?(0|[1-9][0-9]{0,19})$/.test(value) && isInRange(BigInt(value)),
  $real: (value) =>
    typeof value === "number" || value === "nan" || value === "inf" || value === "-inf" || value === "-0",
  $data: (value) => typeof value === "string" && value.length % 4 === 0 && base64.test(value) && !looseEnd.test(value),
  $date: (value) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value) && exists(value),
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/
/** RFC 4648 §3.5: the bits that padding leaves over are zero. */
const looseEnd = /[^AQgw]==$|[^AEIMQUYcgkosw048=]=$/

/** Apple's integers: signed or unsigned, of 64 bits. */
const isInRange = (value: bigint): boolean => value >= -(2n ** 63n) && value < 2n ** 64n

/** JavaScript takes February 30th for March 2nd. */
const exists = (date: string): boolean => {
  const millis = Date.parse(date)
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(date.slice(0, 19))
}

const isReserved = (key: string): boolean => key.charCodeAt(0) === 36 && key.charCodeAt(1) !== 36

const writeTwice = (key: string) => `Write a key that begins with $ as $${key}`

/** A larger integer may have lost digits on its way through JSON. */
const isExact = (value: PropertyList): boolean =>
  typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value)

const inexactAt = (key: string | number): Schema.FilterIssue => ({
  path: [key],
  issue: 'Expected an integer beyond 2^53 as {"$integer": "…"}, a real as {"$real": …}',
})

const isExactArray = (array: ReadonlyArray<PropertyList>): Schema.FilterOutput => {
  const index = array.findIndex((item) => !isExact(item))
  return index === -1 ? undefined : inexactAt(index)
}

const isDictionary = (dictionary: PropertyListDictionary): Schema.FilterOutput => {
  for (const [key, value] of Object.entries(dictionary)) {
    if (isReserved(key)) return Object.hasOwn(wrappers, key) ? `Expected a dictionary, not ${key}` : writeTwice(key)
    if (!isExact(value)) return inexactAt(key)
  }
  return undefined
}

const isDictionaryOrWrapper = (object: PropertyListDictionary): Schema.FilterOutput => {
  const keys = Object.keys(object)
  const reserved = keys.find(isReserved)
  if (reserved === undefined) return isDictionary(object)
  const isValid = keys.length === 1 && Object.hasOwn(wrappers, reserved) ? wrappers[reserved] : undefined
  if (isValid === undefined) return writeTwice(reserved)
  return isValid(object[reserved]) ? undefined : `Expected a well-formed ${reserved}`
}

/** The recursion carries the name, so that generated files have one `PropertyList` and no nameless twin. */
const value: Schema.Codec<PropertyList> = Schema.suspend((): Schema.Codec<PropertyList> => PropertyList).annotate({
  identifier: "PropertyList",
  description: "A property list value in JSON; null has no such form",
})

const object = Schema.Record(Schema.String, value)

/**
 * A property list dictionary in its JSON form; its keys are Apple's. What stands for data, a date or a number is none.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PropertyListDictionary = object
  .check(
    Schema.makeFilter(isDictionary, {
      toJsonSchema: () => ({ propertyNames: { pattern: "^(?!\\$(?!\\$))" } }),
    }),
  )
  .annotate({
    identifier: "PropertyListDictionary",
    description: "A property list dictionary in JSON: $data, $date, $integer and $real wrap what JSON lacks",
    examples: [{ Queries: ["DeviceName", "OSVersion"] }, { Payload: { $data: "aGVsbG8=" } }],
  })

/**
 * A property list value in its JSON form.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PropertyList: Schema.Codec<PropertyList> = Schema.Union([
  Schema.String,
  Schema.Boolean,
  Schema.Finite,
  Schema.Array(value).check(Schema.makeFilter(isExactArray)),
  object.check(Schema.makeFilter(isDictionaryOrWrapper)),
])
