/**
 * Property lists as JSON: the form of a command's payload and of a device's result in a webhook.
 *
 * A dictionary is an object, an integer a number, data `{"$data": base64}`, a date `{"$date": RFC 3339}`. An integer beyond 2^53 is
 * `{"$integer": "…"}`, a real that JSON would turn into an integer `{"$real": 1}`; a key that begins with `$` is written with one `$` more.
 * There is no `null`: Apple's property lists have none. `@espalier/plist` defines this form and converts it; this schema checks it.
 */
import { PlistJson } from "@espalier/plist"
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

const escapeKey = (key: string) => `Write a key that begins with $ as $${key}`

/** An infinity is left to `Schema.Finite`, which has a better message. */
const isExact = (value: PropertyList): boolean =>
  typeof value !== "number" || !Number.isFinite(value) || PlistJson.isExactNumber(value)

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
    if (PlistJson.isReservedKey(key)) {
      return PlistJson.wrappers.has(key) ? `Expected a dictionary, not ${key}` : escapeKey(key)
    }
    if (!isExact(value)) return inexactAt(key)
  }
  return undefined
}

const isDictionaryOrWrapper = (object: PropertyListDictionary): Schema.FilterOutput => {
  const keys = Object.keys(object)
  const reserved = keys.find(PlistJson.isReservedKey)
  if (reserved === undefined) return isDictionary(object)
  const wrapper = keys.length === 1 ? PlistJson.wrappers.get(reserved) : undefined
  if (wrapper === undefined) return escapeKey(reserved)
  return wrapper.read(object[reserved]) === undefined ? `Expected a well-formed ${reserved}` : undefined
}

/** The recursion has the name, so that generated documents contain `PropertyList` once. */
const value: Schema.Codec<PropertyList> = Schema.suspend((): Schema.Codec<PropertyList> => PropertyList).annotate({
  identifier: "PropertyList",
  description: "A property list value in JSON; null has no such form",
})

const object = Schema.Record(Schema.String, value)

/**
 * A property list dictionary in its JSON form; its keys are Apple's. A wrapper of data, a date or a number is not a dictionary.
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
