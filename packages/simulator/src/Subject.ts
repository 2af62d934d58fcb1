/**
 * The name a device asks a certificate for, from a SCEP payload's `Subject` (an array of sets of pairs) to the DER of a
 * Name (RFC 5280 § 4.1.2.4).
 */

/**
 * `Subject` as the payload has it: outer array in order, type and value inside.
 *
 * @category models
 * @since 0.1.0
 */
export type Subject = ReadonlyArray<ReadonlyArray<readonly [type: string, value: string]>>

const shortcuts: { readonly [type: string]: string } = {
  C: "2.5.4.6",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  CN: "2.5.4.3",
}

const length = (size: number): ReadonlyArray<number> =>
  size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]

const node = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const content = Buffer.concat(parts)
  return Uint8Array.from([tag, ...length(content.length), ...content])
}

const base128 = (value: number): ReadonlyArray<number> => {
  const digits = [value & 0x7f]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}

/** `undefined` for what is no object identifier. */
const identifier = (type: string): Uint8Array | undefined => {
  const dotted = Object.hasOwn(shortcuts, type) ? shortcuts[type] : type
  if (dotted === undefined || !/^[0-2](?:\.\d{1,9}){1,15}$/.test(dotted)) return undefined
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  if (first < 2 && second > 39) return undefined
  return node(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)))
}

/** Countries are printable strings (RFC 5280, Appendix A.1), all else is UTF-8. */
const text = (type: string, value: string): Uint8Array =>
  node(type === "C" || type === shortcuts["C"] ? 0x13 : 0x0c, Buffer.from(value, "utf8"))

/** Longest value of one part, in bytes. */
const maxValue = 512

/**
 * DER of the name, `undefined` when it cannot be one: a type that is no object identifier, more than 32 parts or a part over
 * 512 bytes.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toDer = (subject: Subject): Uint8Array | undefined => {
  const sets: Array<Uint8Array> = []
  if (subject.length > 32) return undefined
  for (const pairs of subject) {
    const parts: Array<Uint8Array> = []
    for (const [type, value] of pairs) {
      const oid = identifier(type)
      if (oid === undefined || Buffer.byteLength(value) > maxValue) return undefined
      parts.push(node(0x30, oid, text(type, value)))
    }
    // DER sorts the members of a set.
    if (parts.length > 32) return undefined
    sets.push(node(0x31, ...parts.sort(Buffer.compare)))
  }
  const der = node(0x30, ...sets)
  return der.length <= 2048 ? der : undefined
}
