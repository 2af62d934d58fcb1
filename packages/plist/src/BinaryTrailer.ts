/**
 * The last 32 bytes of a binary property list: how wide offsets and object numbers are, how many objects there are, which is
 * the root, and where the table of offsets starts. Everything else is found through it, so it is checked as a whole: the
 * table must lie exactly between the objects and the trailer, which is also what Apple's reader asks.
 */
import { atByte } from "./PlistError.ts"

/**
 * The contents of the trailer. All offsets count from the start of the file.
 *
 * @category models
 * @since 0.1.0
 */
export interface Trailer {
  /** Bytes of one offset in the table, 1 to 8. */
  readonly offsetSize: number
  /** Bytes of one object number in a container, 1 to 8. */
  readonly refSize: number
  /** Number of objects, at least 1. */
  readonly count: number
  /** Number of the root object. */
  readonly top: number
  /** Where the trailer names the root, for errors. */
  readonly topAt: number
  /** Where the table of offsets starts and the objects end. */
  readonly tableAt: number
}

const trailerLength = 32
const magic = "bplist00"

/**
 * An unsigned big-endian integer of 1 to 8 bytes. Beyond 2^53 it is inexact, and beyond every file anyway.
 *
 * @category operations
 * @since 0.1.0
 */
export const uintAt = (bytes: Uint8Array, at: number, size: number): number => {
  let value = 0
  for (let index = at; index < at + size; index++) value = value * 256 + (bytes[index] ?? 0)
  return value
}

/**
 * Whether this starts like a binary property list of any version.
 *
 * @category guards
 * @since 0.1.0
 */
export const isBinary = (bytes: Uint8Array): boolean => startsWith(bytes, "bplist")

const startsWith = (bytes: Uint8Array, ascii: string): boolean => {
  for (let at = 0; at < ascii.length; at++) if (bytes[at] !== ascii.charCodeAt(at)) return false
  return true
}

/**
 * Reads and checks the trailer. Throws a `PlistError`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readTrailer = (bytes: Uint8Array): Trailer => {
  if (!startsWith(bytes, magic)) {
    throw isBinary(bytes)
      ? atByte("Unsupported", "Of the binary property lists only version bplist00 is read", 6)
      : atByte("Syntax", "A binary property list starts with bplist00", 0)
  }
  const start = bytes.length - trailerLength
  // The shortest file: magic, one object of one byte, its offset, the trailer.
  if (start < magic.length + 2) throw atByte("UnexpectedEnd", "The file ends before its trailer", bytes.length)
  const offsetSize = uintAt(bytes, start + 6, 1)
  const refSize = uintAt(bytes, start + 7, 1)
  if (offsetSize < 1 || offsetSize > 8) throw atByte("Syntax", "Offsets have 1 to 8 bytes", start + 6)
  if (refSize < 1 || refSize > 8) throw atByte("Syntax", "Object numbers have 1 to 8 bytes", start + 7)
  const count = uintAt(bytes, start + 8, 8)
  const top = uintAt(bytes, start + 16, 8)
  const tableAt = uintAt(bytes, start + 24, 8)
  if (tableAt < magic.length + 1 || tableAt >= start) {
    throw atByte("BadReference", "The offset table lies outside of the file", start + 24)
  }
  if (tableAt + count * offsetSize !== start) {
    throw atByte("Syntax", "The number of objects does not match the length of the offset table", start + 8)
  }
  return { offsetSize, refSize, count, top, topAt: start + 16, tableAt }
}
