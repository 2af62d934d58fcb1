/**
 * Writes binary property lists: for tests only, since nothing of ours sends them. Plain, one object per value, nothing shared,
 * so that what it writes differs from what plistlib and plistutil write.
 *
 * {@link assemble} builds a file from raw objects, for those that no honest writer would make.
 */
import { Plist } from "@espalier/plist"

const bytesOf = (value: number | bigint, size: number): ReadonlyArray<number> =>
  Array.from({ length: size }, (_, index) =>
    Number((BigInt.asUintN(128, BigInt(value)) >> BigInt(8 * (size - 1 - index))) & 255n),
  )

const double = (value: number): ReadonlyArray<number> => {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return [...new Uint8Array(view.buffer)]
}

/** A marker and the count behind it. */
export const head = (kind: number, count: number): ReadonlyArray<number> =>
  count < 15 ? [(kind << 4) | count] : [(kind << 4) | 15, 0x12, ...bytesOf(count, 4)]

/** What the parts of a file are to be, where they differ from an honest one. */
export interface Shape {
  readonly refSize?: number
  readonly offsetSize?: number
  readonly count?: number | bigint
  readonly top?: number
  readonly tableAt?: number
  /** Offsets in place of the true ones. */
  readonly offsets?: ReadonlyArray<number>
}

/** A file with these objects, the first of them the root. */
export const assemble = (objects: ReadonlyArray<ArrayLike<number>>, shape: Shape = {}): Uint8Array => {
  const { offsetSize = 4, refSize = 1 } = shape
  const body: Array<number> = [...new TextEncoder().encode("bplist00")]
  const offsets: Array<number> = []
  for (const object of objects) {
    offsets.push(body.length)
    for (const byte of Array.from(object)) body.push(byte)
  }
  const tableAt = shape.tableAt ?? body.length
  for (const offset of shape.offsets ?? offsets) for (const byte of bytesOf(offset, offsetSize)) body.push(byte)
  const count = shape.count ?? (shape.offsets ?? offsets).length
  return Uint8Array.from([
    ...body,
    ...[0, 0, 0, 0, 0, 0, offsetSize, refSize],
    ...bytesOf(count, 8),
    ...bytesOf(shape.top ?? 0, 8),
    ...bytesOf(tableAt, 8),
  ])
}

/** Objects of a value, in the order of their numbers. References have two bytes. */
export const write = (value: Plist.Value): Uint8Array => {
  const objects: Array<ReadonlyArray<number>> = []
  const add = (item: Plist.Value): number => {
    const number = objects.length
    objects.push([])
    objects[number] = encode(item, add)
    return number
  }
  add(value)
  return assemble(objects, { refSize: 2 })
}

const encode = (value: Plist.Value, add: (item: Plist.Value) => number): ReadonlyArray<number> => {
  if (typeof value === "boolean") return [value ? 9 : 8]
  if (typeof value === "bigint") return [0x14, ...bytesOf(value, 16)]
  if (typeof value === "number" && Number.isInteger(value)) return [0x13, ...bytesOf(value, 8)]
  if (typeof value === "number") return [0x23, ...double(value)]
  if (typeof value === "string") return encodeText(value)
  if (value instanceof Plist.Real) return [0x23, ...double(value.value)]
  if (value instanceof Date) return [0x33, ...double((value.getTime() - 978_307_200_000) / 1000)]
  if (value instanceof Uint8Array) return [...head(4, value.length), ...value]
  const items: ReadonlyArray<Plist.Value> = Array.isArray(value)
    ? value
    : [...Object.keys(value), ...Object.values(value)]
  const numbers = items.flatMap((item) => bytesOf(add(item), 2))
  return Array.isArray(value) ? [...head(0xa, items.length), ...numbers] : [...head(0xd, items.length / 2), ...numbers]
}

const encodeText = (text: string): ReadonlyArray<number> => {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
  return units.every((unit) => unit < 128)
    ? [...head(5, units.length), ...units]
    : [...head(6, units.length), ...units.flatMap((unit) => bytesOf(unit, 2))]
}
