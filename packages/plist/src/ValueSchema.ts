/**
 * Property lists as Effect schemas: the value itself, its JSON form, and its bytes.
 *
 * {@link Value} is one declaration rather than a recursive union: it checks by a plain bounded walk, and it knows its JSON
 * form (`Schema.toCodecJson`) and how to generate itself (`Arbitrary.schema`).
 */
import { Effect, Result, Schema, SchemaGetter, SchemaIssue, SchemaTransformation } from "effect"
import * as CalendarDate from "./CalendarDate.ts"
import { depthCeiling, type Limits } from "./Limits.ts"
import { parse } from "./Parse.ts"
import type { PlistError } from "./PlistError.ts"
import * as PlistJson from "./PlistJson.ts"
import { toXml } from "./PlistXmlWriter.ts"
import * as Model from "./Value.ts"

/**
 * Is this a property list? True for the types of `Value` down to 512 levels, with every number and date in the range
 * that the format holds. A string may still have characters that only the JSON form can carry: see `toXml`.
 *
 * @category guards
 * @since 0.1.0
 */
export const isValue = (input: unknown): input is Model.Value => isValueAt(input, 1)

const isValueAt = (input: unknown, depth: number): boolean => {
  switch (typeof input) {
    case "string":
    case "boolean":
      return true
    case "number":
      return Number.isSafeInteger(input) || (Number.isFinite(input) && !Number.isInteger(input))
    case "bigint":
      return input >= Model.minInteger && input <= Model.maxInteger
  }
  if (input instanceof Model.Real || input instanceof Uint8Array) return true
  if (input instanceof Date) return CalendarDate.isInRange(input.getTime())
  if (depth > depthCeiling) return false
  if (Array.isArray(input)) return input.every((item) => isValueAt(item, depth + 1))
  return Model.isDictionary(input) && Object.keys(input).every((key) => isValueAt(input[key], depth + 1))
}

/** How generated material becomes an `A`; nothing is generated in the other direction. */
const growing = <A, S extends Schema.Constraint>(material: S, grow: (from: S["Type"]) => A) =>
  Schema.link<A>()(material, { decode: SchemaGetter.transform(grow), encode: SchemaGetter.forbiddenEncoding })

/** A date that a property list can hold: valid, with a year from 0 to 9999. */
const PlistDate = Schema.Date.check(
  Schema.isBetweenDate({ minimum: new Date("0000-01-01T00:00:00Z"), maximum: new Date("9999-12-31T23:59:59.999Z") }),
)

/** What arbitrary values grow from: values in shape, before every number has its one form. */
const Seed: Schema.Codec<Model.Value> = Schema.Union([
  Schema.String,
  Schema.Boolean,
  Schema.Int,
  Schema.Finite,
  Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: Model.minInteger, maximum: Model.maxInteger })),
  Schema.declare((input): input is Model.Real => input instanceof Model.Real, {
    toCodecArbitrary: () => growing(Schema.Number, (value) => new Model.Real(value)),
  }),
  Schema.declare((input): input is Uint8Array => input instanceof Uint8Array, {
    toCodecArbitrary: () =>
      growing(Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))), (bytes) =>
        Uint8Array.from(bytes),
      ),
  }),
  PlistDate,
  Schema.Array(Schema.suspend(() => Seed)),
  Schema.Record(
    Schema.String,
    Schema.suspend(() => Seed),
  ),
])

/** The form in which readers return a value: one for each number, no lone surrogates, plain objects. */
const canonical = (value: Model.Value): Model.Value => {
  switch (typeof value) {
    case "string":
      return value.toWellFormed()
    case "boolean":
      return value
    case "number":
      return Number.isSafeInteger(value) ? value + 0 : Model.real(value)
    case "bigint":
      return Model.integer(value) ?? 0
  }
  if (value instanceof Model.Real) return Model.real(value.value)
  if (value instanceof Date || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(canonical)
  const out: { [key: string]: Model.Value } = {}
  for (const [key, item] of Object.entries(value)) Model.setEntry(out, key.toWellFormed(), canonical(item))
  return out
}

/** A `Result` as a schema needs it: the error's message becomes the issue. */
const orIssue = <A>(result: Result.Result<A, PlistError>): Effect.Effect<A, SchemaIssue.Issue> =>
  Result.isSuccess(result)
    ? Effect.succeed(result.success)
    : Effect.fail(new SchemaIssue.InvalidValue({ message: result.failure.message }))

const jsonTransformation = SchemaTransformation.transformEffect<Model.Value, Schema.Json>({
  decode: (json) => orIssue(PlistJson.toValue(json)),
  encode: (value) => orIssue(PlistJson.fromValue(value)),
})

/**
 * Schema of a property list value. Its canonical JSON (`Schema.toCodecJson`) is the one of `PlistJson`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Value: Schema.declare<Model.Value> = Schema.declare(isValue, {
  identifier: "PropertyListValue",
  expected: "a property list value",
  toCodecJson: () => Schema.link<Model.Value>()(Schema.Json, jsonTransformation),
  toCodecArbitrary: () => growing(Seed, canonical),
})

/**
 * JSON ⇄ value, in the form of `PlistJson`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromJson: Schema.Codec<Model.Value, Schema.Json> = Schema.Json.pipe(
  Schema.decodeTo(Value, jsonTransformation),
)

const encoder = new TextEncoder()

/**
 * Bytes ⇄ value: reads XML or binary, writes XML in UTF-8.
 *
 * @category schemas
 * @since 0.1.0
 */
export const fromBytes = (limits?: Limits): Schema.Codec<Model.Value, Uint8Array> =>
  Schema.Uint8Array.pipe(
    Schema.decodeTo(
      Value,
      SchemaTransformation.transformEffect<Model.Value, Uint8Array>({
        decode: (bytes) => orIssue(parse(bytes, limits)),
        encode: (value) =>
          orIssue(Result.map(toXml(value, { maxDepth: limits?.maxDepth }), (xml) => encoder.encode(xml))),
      }),
    ),
  )

/**
 * {@link fromBytes} with the default limits.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromBytes: Schema.Codec<Model.Value, Uint8Array> = fromBytes()
