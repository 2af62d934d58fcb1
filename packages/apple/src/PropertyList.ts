/**
 * A dictionary whose unknown keys are kept.
 *
 * Apple adds keys to its messages every year. The schemas of this package describe the keys they know and carry every
 * other key through untouched, so that a newer device loses nothing on the way and re-encodes to what it said.
 */
import { Plist } from "@espalier/plist"
import * as Schema from "effect/Schema"

/**
 * Schema of a dictionary with `Fields`, and any other keys besides.
 *
 * @category models
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
 */
export const openStruct = <const Fields extends Schema.Struct.Fields>(fields: Fields): OpenStruct<Fields> =>
  Schema.StructWithRest(Schema.Struct(fields), [Schema.Record(Schema.String, Plist.Value)])
