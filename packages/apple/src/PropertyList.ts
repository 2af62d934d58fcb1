/**
 * A dictionary whose unknown keys are kept.
 *
 * Apple adds keys to its messages every year. The schemas of this package describe the keys they know and carry every
 * other key through unchanged, so that no information of a newer device is lost.
 */

import { Plist } from "@espalier/plist"
import { Schema, SchemaTransformation } from "effect"

/**
 * Schema of a dictionary with `Fields`, and any other keys besides.
 *
 * @category models
 * @since 0.1.0
 */
export interface OpenStruct<Fields extends Schema.Struct.Fields>
  extends Schema.StructWithRest<
    Schema.Struct<Fields>,
    readonly [Schema.$Record<typeof Schema.String, typeof Plist.Value>]
  > {}

/**
 * A dictionary with these keys, and any others besides.
 *
 * @category constructors
 * @since 0.1.0
 */
export const openStruct = <const Fields extends Schema.Struct.Fields>(fields: Fields): OpenStruct<Fields> =>
  Schema.StructWithRest(Schema.Struct(fields), [Schema.Record(Schema.String, Plist.Value)])

const Dictionary = Schema.Unknown.check(
  Schema.makeFilter((input) => Plist.isDictionary(input) || "Expected a dictionary", { identifier: "dictionary" }),
)

/**
 * The same inside a message. A date and data are not dictionaries, although both are objects in JavaScript.
 *
 * @category constructors
 * @since 0.1.0
 */
export const dictionary = <const Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Dictionary.pipe(
    Schema.decodeTo(
      openStruct(fields),
      SchemaTransformation.passthrough<OpenStruct<Fields>["Encoded"], unknown>({ strict: false }),
    ),
  )
