/**
 * The leaves of a binary property list: how a marker's bytes become a length, a number, a date or a text. Each function gets
 * where the object's marker is (`at`), for errors, and reads nothing beyond the object area.
 */
import { type Trailer, uintAt } from "./BinaryTrailer.ts"
import * as CalendarDate from "./CalendarDate.ts"
import { atByte } from "./PlistError.ts"
import { type Tolerated, tolerate } from "./Tolerance.ts"
import { integer } from "./Value.ts"

/**
 * A file and its trailer.
 *
 * @category models
 * @since 0.1.0
 */
export interface BinaryFile {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly trailer: Trailer
  readonly tolerated: Tolerated
}

/**
 * Refuses an object whose content would reach into the offset table.
 *
 * @category operations
 * @since 0.1.0
 */
export const requireBytes = (file: BinaryFile, at: number, start: number, length: number): void => {
  if (start + length > file.trailer.tableAt) {
    throw atByte("UnexpectedEnd", "This object is longer than the file has room for", at)
  }
}

/**
 * The count in a marker, or in the integer behind it when it does not fit there.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readLength = (
  file: BinaryFile,
  at: number,
  low: number,
  unit: number,
): { readonly length: number; readonly start: number } => {
  let length = low
  let start = at + 1
  if (low === 0xf) {
    requireBytes(file, at, start, 1)
    const marker = file.bytes[start] ?? 0
    if (marker >> 4 !== 1 || (marker & 0xf) > 3) throw atByte("Syntax", "Expected the length of this object", start)
    const size = 1 << (marker & 0xf)
    requireBytes(file, at, start + 1, size)
    length = uintAt(file.bytes, start + 1, size)
    start += 1 + size
  }
  requireBytes(file, at, start, length * unit)
  return { length, start }
}

/**
 * One, two and four bytes are unsigned, eight and sixteen signed.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readInteger = (file: BinaryFile, at: number, size: number): number | bigint => {
  const start = at + 1
  requireBytes(file, at, start, size)
  const { view } = file
  if (size < 8) return uintAt(file.bytes, start, size)
  const value = size === 8 ? view.getBigInt64(start) : (view.getBigInt64(start) << 64n) | view.getBigUint64(start + 8)
  const canonical = integer(value)
  if (canonical === undefined) throw atByte("BadInteger", "An integer is between -2^63 and 2^64-1", at)
  return canonical
}

/**
 * One to sixteen bytes, unsigned, below 2^64.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readUid = (file: BinaryFile, at: number, size: number): number | bigint => {
  requireBytes(file, at, at + 1, size)
  let value = 0n
  for (let index = 1; index <= size; index++) value = (value << 8n) | BigInt(file.bytes[at + index] ?? 0)
  const canonical = integer(value)
  if (canonical === undefined) throw atByte("BadInteger", "A UID is below 2^64", at)
  return canonical
}

/**
 * Seconds since 2001, to the nearest millisecond.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readDate = (file: BinaryFile, at: number): Date | string => {
  const seconds = file.view.getFloat64(at + 1)
  const millis = Math.round(seconds * 1000) + 978_307_200_000
  if (CalendarDate.isInRange(millis)) return new Date(millis)
  tolerate(file.tolerated, () => atByte("BadDate", "A date has a year from 0 to 9999", at))
  return `${seconds} seconds since 2001`
}

const latin1 = new TextDecoder("latin1")

/**
 * Seven-bit text: a byte above is an error, because CoreFoundation writes UTF-16 for such text.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readAscii = (file: BinaryFile, start: number, length: number): string => {
  const { bytes } = file
  for (let at = start; at < start + length; at++) {
    if ((bytes[at] ?? 0) > 127)
      tolerate(file.tolerated, () => atByte("BadEncoding", "This is not an ASCII character", at))
  }
  if (length > 24) return latin1.decode(bytes.subarray(start, start + length))
  let text = ""
  for (let at = start; at < start + length; at++) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}

const utf16be = new TextDecoder("utf-16be", { ignoreBOM: true })

/**
 * `length` big-endian UTF-16 units, surrogates in pairs.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readUtf16 = (file: BinaryFile, start: number, length: number): string => {
  for (let at = start; at < start + 2 * length; at += 2) {
    const unit = file.view.getUint16(at)
    if ((unit & 0xf800) !== 0xd800) continue
    const next = at + 2 < start + 2 * length ? file.view.getUint16(at + 2) : 0
    if (unit >= 0xdc00 || (next & 0xfc00) !== 0xdc00) {
      tolerate(file.tolerated, () => atByte("BadEncoding", "This is half of a character (a lone surrogate)", at))
      continue
    }
    at += 2
  }
  return utf16be.decode(file.bytes.subarray(start, start + 2 * length))
}
