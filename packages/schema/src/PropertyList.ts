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
 */
export type PropertyList = string | boolean | number | ReadonlyArray<PropertyList> | PropertyListDictionary

/**
 * A property list dictionary in its JSON form, or one of the `$` wrappers.
 *
 * @category models
 */
export interface PropertyListDictionary {
  readonly [key: string]: PropertyList
}

const wrappers: { readonly [key: string]: (value: unknown) => boolean } = {
  $integer: (value) => typeof value === "string" && /^-?(0|[1-9][0-9]{0,19})$/.test(value),
  $real: (value) =>
    typeof value === "number" || value === "nan" || value === "inf" || value === "-inf" || value === "-0",
  $data: (value) => typeof value === "string" && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value),
  $date: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value),
}

const hasKnownDollarKeys = (dictionary: { readonly [key: string]: unknown }): string | undefined => {
  const keys = Object.keys(dictionary)
  for (const key of keys) {
    if (key.charCodeAt(0) !== 36 || key.charCodeAt(1) === 36) continue
    const isValid = wrappers[key]
    if (isValid === undefined || keys.length !== 1)
      return `Unknown property list wrapper: write a key that begins with $ as $${key}`
    if (!isValid(dictionary[key])) return `Expected a well-formed ${key}`
  }
  return undefined
}

const suspended: Schema.Codec<PropertyList> = Schema.suspend((): Schema.Codec<PropertyList> => PropertyList)

/**
 * A property list dictionary in its JSON form; its keys are Apple's.
 *
 * @category schemas
 */
export const PropertyListDictionary = Schema.Record(Schema.String, suspended)
  .check(Schema.makeFilter(hasKnownDollarKeys, { identifier: "propertyListKeys" }))
  .annotate({
    identifier: "PropertyListDictionary",
    description: "A property list dictionary in JSON: $data, $date, $integer and $real wrap what JSON lacks",
    examples: [{ Queries: ["DeviceName", "OSVersion"] }, { Payload: { $data: "aGVsbG8=" } }],
  })

/**
 * A property list value in its JSON form.
 *
 * @category schemas
 */
export const PropertyList: Schema.Codec<PropertyList> = Schema.Union([
  Schema.String,
  Schema.Boolean,
  Schema.Finite,
  Schema.Array(suspended),
  PropertyListDictionary,
]).annotate({ identifier: "PropertyList", description: "A property list value in JSON; null has no such form" })
