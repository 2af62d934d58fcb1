/** Reads a property list in XML or binary form; its first bytes decide which. */
import type { Result } from "effect"
import { isBinary } from "./BinaryTrailer.ts"
import type { Limits } from "./Limits.ts"
import { parseBinary } from "./PlistBinary.ts"
import type { PlistError } from "./PlistError.ts"
import { parseXml } from "./PlistXml.ts"
import type { Value } from "./Value.ts"

/**
 * Reads XML or `bplist00`. Never throws; the error names the byte, and in XML line and column.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parse = (bytes: Uint8Array, limits?: Limits): Result.Result<Value, PlistError> =>
  isBinary(bytes) ? parseBinary(bytes, limits) : parseXml(bytes, limits)
