/**
 * Reads binary property lists (`bplist00`): a table of offsets, objects that name each other by number, a trailer that holds
 * how to read both. The layout is the one of Apple's CoreFoundation, `CFBinaryPList.c`.
 *
 * A file can name an object many times and can lie about every number, so: each object is built once and shared; what
 * a file stands for with everything written out is weighed while it is built and bounded by `maxBytes`; a
 * container knows how deep it reaches, so that sharing cannot hide depth; no length is used before it is checked against the file. Time and memory
 * stay linear in the file and the limit.
 *
 * Shared objects are one JavaScript object: do not mutate what you get.
 */
import { Result } from "effect"
import {
  type BinaryFile,
  readAscii,
  readDate,
  readInteger,
  readLength,
  readUid,
  readUtf16,
  requireBytes,
} from "./BinaryScalars.ts"
import { readTrailer, uintAt } from "./BinaryTrailer.ts"
import { bytesOf, depthOf, type Limits } from "./Limits.ts"
import { atByte, PlistError } from "./PlistError.ts"
import { type Tolerated, tolerate } from "./Tolerance.ts"
import { type Dictionary, real, setEntry, type Value } from "./Value.ts"

/**
 * Reads one `bplist00` document. The error names the byte.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parseBinary = (bytes: Uint8Array, limits?: Limits): Result.Result<Value, PlistError> =>
  readBinary(bytes, limits, undefined)

/**
 * Reads one `bplist00` document; faults go into `tolerated`, if given.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readBinary = (
  bytes: Uint8Array,
  limits: Limits | undefined,
  tolerated: Tolerated,
): Result.Result<Value, PlistError> => {
  const maxBytes = bytesOf(limits)
  if (bytes.length > maxBytes) {
    return Result.fail(atByte("TooLarge", `The file is larger than ${maxBytes} bytes`, maxBytes))
  }
  try {
    const trailer = readTrailer(bytes)
    const reader: Reader = {
      bytes,
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      trailer,
      maxDepth: depthOf(limits),
      maxWeight: maxBytes,
      tolerated,
      built: 0,
      slots: 0,
      objects: new Map(),
    }
    return Result.succeed(readObject(reader, trailer.top, trailer.topAt, 1).value)
  } catch (error) {
    if (error instanceof PlistError) return Result.fail(error)
    throw error
  }
}

interface Reader extends BinaryFile {
  readonly maxDepth: number
  readonly maxWeight: number
  /** What has been built so far, shared objects once. */
  built: number
  /** References in the containers built so far. None stands for less than one object. */
  slots: number
  /** Objects by number: built, or being built and so an ancestor of whatever is read now. */
  readonly objects: Map<number, Built | "open">
}

/** An object with its weight when everything in it is written out, and the levels of containers in it. */
interface Built {
  readonly value: Value
  readonly weight: number
  readonly height: number
}

/** The weight of one object apart from its content: see `Limits.maxBytes`. */
const objectWeight = 8

/** Reads object `number`, which the bytes at `referenceAt` ask for. */
const readObject = (reader: Reader, number: number, referenceAt: number, depth: number): Built => {
  const { trailer } = reader
  if (number >= trailer.count) throw atByte("BadReference", `There is no object ${number}`, referenceAt)
  const known = reader.objects.get(number)
  if (known === "open") throw atByte("Cycle", "This object contains itself", referenceAt)
  if (known !== undefined) return known
  const tableAt = trailer.tableAt + number * trailer.offsetSize
  const at = uintAt(reader.bytes, tableAt, trailer.offsetSize)
  if (at < 8 || at >= trailer.tableAt) throw atByte("BadReference", "This offset is not one of an object", tableAt)
  const marker = reader.bytes[at] ?? 0
  const kind = marker >> 4
  let built: Built
  if (kind === 0xa || kind === 0xd) {
    if (depth > reader.maxDepth) throw tooDeep(reader, at)
    reader.objects.set(number, "open")
    built = kind === 0xa ? readArray(reader, at, depth) : readDictionary(reader, at, depth)
  } else {
    built = readScalar(reader, at, marker)
  }
  // Whatever is in a container is within its height, an object that was known already included.
  if (depth + built.height - 1 > reader.maxDepth) throw tooDeep(reader, at)
  // Numbers, booleans and dates cost less than remembering them.
  if (kind > 3) reader.objects.set(number, built)
  return built
}

const tooDeep = (reader: Reader, at: number): PlistError =>
  atByte("TooDeep", `More than ${reader.maxDepth} levels of nesting`, at)

/** Counts a new object and fails beyond the limit, before the object is created. */
const build = (reader: Reader, weight: number, at: number): number => {
  reader.built += weight
  if (reader.built > reader.maxWeight) throw tooHeavy(reader, at)
  return weight
}

const buildSlots = (reader: Reader, count: number, at: number): void => {
  reader.slots += count
  if (reader.slots * objectWeight > reader.maxWeight) throw tooHeavy(reader, at)
}

const tooHeavy = (reader: Reader, at: number): PlistError =>
  atByte("TooLarge", `Written out, this is larger than ${reader.maxWeight} bytes`, at)

const readScalar = (reader: Reader, at: number, marker: number): Built => {
  const leaf = (value: Value, content: number): Built => ({ value, weight: objectWeight + content, height: 0 })
  const low = marker & 0xf
  switch (marker >> 4) {
    case 0x0:
      build(reader, objectWeight, at)
      if (marker === 0x08) return leaf(false, 0)
      if (marker === 0x09) return leaf(true, 0)
      break
    case 0x1:
      if (low > 4) break
      build(reader, objectWeight, at)
      return leaf(readInteger(reader, at, 1 << low), 0)
    case 0x2:
      if (low !== 2 && low !== 3) break
      build(reader, objectWeight, at)
      requireBytes(reader, at, at + 1, 1 << low)
      return leaf(real(low === 2 ? reader.view.getFloat32(at + 1) : reader.view.getFloat64(at + 1)), 0)
    case 0x3:
      if (low !== 3) break
      build(reader, objectWeight, at)
      requireBytes(reader, at, at + 1, 8)
      return leaf(readDate(reader, at), 0)
    case 0x4: {
      const { length, start } = readLength(reader, at, low, 1)
      build(reader, objectWeight + length, at)
      // A copy that is a plain Uint8Array, even of a Buffer, and does not keep the file alive.
      return leaf(new Uint8Array(reader.bytes.subarray(start, start + length)), length)
    }
    case 0x5: {
      const { length, start } = readLength(reader, at, low, 1)
      build(reader, objectWeight + length, at)
      return leaf(readAscii(reader, start, length), length)
    }
    case 0x6: {
      const { length, start } = readLength(reader, at, low, 2)
      build(reader, objectWeight + 2 * length, at)
      return leaf(readUtf16(reader, start, length), 2 * length)
    }
    case 0x8:
      build(reader, 2 * objectWeight, at)
      return { value: { CF$UID: readUid(reader, at, low + 1) }, weight: 2 * objectWeight, height: 1 }
  }
  throw atByte(
    "Unsupported",
    `No property list object starts with the byte 0x${marker.toString(16).padStart(2, "0")}`,
    at,
  )
}

const readArray = (reader: Reader, at: number, depth: number): Built => {
  const { refSize } = reader.trailer
  const { length, start } = readLength(reader, at, (reader.bytes[at] ?? 0) & 0xf, refSize)
  buildSlots(reader, length, at)
  let weight = build(reader, objectWeight, at)
  let height = 0
  const items: Array<Value> = []
  for (let index = 0; index < length; index++) {
    const itemAt = start + index * refSize
    const item = readObject(reader, uintAt(reader.bytes, itemAt, refSize), itemAt, depth + 1)
    weight += item.weight
    if (weight > reader.maxWeight) throw tooHeavy(reader, itemAt)
    height = Math.max(height, item.height)
    items.push(item.value)
  }
  return { value: items, weight, height: height + 1 }
}

const readDictionary = (reader: Reader, at: number, depth: number): Built => {
  const { refSize } = reader.trailer
  const { length, start } = readLength(reader, at, (reader.bytes[at] ?? 0) & 0xf, 2 * refSize)
  buildSlots(reader, 2 * length, at)
  let weight = build(reader, objectWeight, at)
  let height = 0
  const entries: { [key: string]: Value } = {}
  for (let index = 0; index < length; index++) {
    const keyAt = start + index * refSize
    const valueAt = keyAt + length * refSize
    const key = readObject(reader, uintAt(reader.bytes, keyAt, refSize), keyAt, depth + 1)
    if (typeof key.value !== "string") throw atByte("BadKey", "The key of a dictionary is a string", keyAt)
    if (Object.hasOwn(entries, key.value)) {
      tolerate(reader.tolerated, () => atByte("DuplicateKey", "This dictionary has the key already", keyAt))
    }
    const value = readObject(reader, uintAt(reader.bytes, valueAt, refSize), valueAt, depth + 1)
    weight += key.weight + value.weight
    if (weight > reader.maxWeight) throw tooHeavy(reader, valueAt)
    height = Math.max(height, value.height)
    setEntry(entries, key.value, value.value)
  }
  const dictionary: Dictionary = entries
  return { value: dictionary, weight, height: height + 1 }
}
