/** Reads a property list in XML or binary form; its first bytes decide which. */
import { Result } from "effect"
import { isBinary } from "./BinaryTrailer.ts"
import type { Limits } from "./Limits.ts"
import { parseBinary, readBinary } from "./PlistBinary.ts"
import type { PlistError } from "./PlistError.ts"
import { parseXml, readXml } from "./PlistXml.ts"
import type { Value } from "./Value.ts"

/**
 * Reads XML or `bplist00`. Never throws; the error names the byte, and in XML line and column.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parse = (bytes: Uint8Array, limits?: Limits): Result.Result<Value, PlistError> =>
  isBinary(bytes) ? parseBinary(bytes, limits) : parseXml(bytes, limits)

/**
 * A value and the faults of its document that were accepted, none in a valid one.
 *
 * @category models
 * @since 0.1.0
 */
export interface TolerantValue {
  readonly value: Value
  /** At most 16; they hold nothing of the content. */
  readonly faults: ReadonlyArray<PlistError>
}

/**
 * Reads the property list of a device, of which one odd value must not lose the rest.
 *
 * **Details**
 *
 * | fault | result |
 * |---|---|
 * | a character that XML does not allow, also as a reference | kept in its string |
 * | bytes that are not UTF-8 | U+FFFD, or the characters of the single-byte encoding that the document declares |
 * | a declared encoding that is another one | ignored |
 * | an invalid integer, real, date or data | its text, as a string; dates with blanks or a fraction are dates |
 * | a key that is there already | the last value |
 * | blanks before the XML declaration, anything after `</plist>` | ignored |
 *
 * Everything else fails as in {@link parse}, limits included. Use `parse` for files of one's own.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parseTolerant = (bytes: Uint8Array, limits?: Limits): Result.Result<TolerantValue, PlistError> =>
  Result.match(parse(bytes, limits), {
    onSuccess: (value) => Result.succeed({ value, faults: [] }),
    onFailure: (strict) => {
      const faults: Array<PlistError> = []
      const read = isBinary(bytes) ? readBinary(bytes, limits, faults) : readXml(bytes, limits, faults)
      return Result.mapBoth(read, { onSuccess: (value) => ({ value, faults }), onFailure: () => strict })
    },
  })
