/**
 * Property lists: values, from bytes (XML 1.0 or `bplist00`), and back as XML.
 *
 * Everything here is synchronous and returns `Result`: a property list is in memory or it is not read. Input may be hostile;
 * what it may ask for is bounded by {@link Limits}, and whatever it is, the answer is a value or a `PlistError`.
 */
import type * as Model from "./Value.ts"

export type { Limits } from "./Limits.ts"
export { parse, parseTolerant, type TolerantValue } from "./Parse.ts"
export { parseBinary } from "./PlistBinary.ts"
export { parseXml } from "./PlistXml.ts"
export { toXml } from "./PlistXmlWriter.ts"
export type { Dictionary } from "./Value.ts"
export { integer, isDictionary, Real, real } from "./Value.ts"
export { FromBytes, FromJson, fromBytes, isValue, Value } from "./ValueSchema.ts"

/**
 * Any property list; the table is in `Value.ts`.
 *
 * @category models
 * @since 0.1.0
 */
export type Value = Model.Value
