/**
 * Reading BER within limits, and writing DER.
 *
 * Certificates, signatures and names are compared and verified as the very bytes that were sent. So a tree keeps the raw
 * bytes of every element, and what is written around foreign bytes carries them verbatim instead of decoding and encoding
 * them again.
 *
 * Signatures of devices are verified once a message, so reading is one pass over the bytes: more than ten times
 * faster than `asn1js`, with which the tests compare it.
 *
 * Not part of the package's interface.
 */

import { Result, Schema } from "effect"

/**
 * Bytes that are not the expected structure.
 *
 * @category errors
 * @since 0.1.0
 */
export class Asn1Error extends Schema.TaggedError<Asn1Error>()("Asn1Error", { message: Schema.String }) {}

/**
 * One element. `raw` is all of it as sent, `content` what follows its header (of a primitive element).
 *
 * @category models
 * @since 0.1.0
 */
export interface Node {
  readonly tag: number
  readonly constructed: boolean
  readonly raw: Uint8Array
  readonly content: Uint8Array
  readonly children: ReadonlyArray<Node>
}

/**
 * The tag of a universal type by its number (X.680 § 8.4).
 *
 * @category tags
 * @since 0.1.0
 */
export const universal = (number: number): number => 0x100 | number
/**
 * The tag `[number]`.
 *
 * @category tags
 * @since 0.1.0
 */
export const context = (number: number): number => 0x300 | number

/**
 * @category constants
 * @since 0.1.0
 */
export const Boolean = universal(1)
/**
 * @category constants
 * @since 0.1.0
 */
export const Integer = universal(2)
/**
 * @category constants
 * @since 0.1.0
 */
export const BitString = universal(3)
/**
 * @category constants
 * @since 0.1.0
 */
export const OctetString = universal(4)
/**
 * @category constants
 * @since 0.1.0
 */
export const Null = universal(5)
/**
 * @category constants
 * @since 0.1.0
 */
export const ObjectIdentifier = universal(6)
/**
 * @category constants
 * @since 0.1.0
 */
export const Utf8String = universal(12)
/**
 * @category constants
 * @since 0.1.0
 */
export const Sequence = universal(16)
/**
 * @category constants
 * @since 0.1.0
 */
export const Set = universal(17)
/**
 * @category constants
 * @since 0.1.0
 */
export const PrintableString = universal(19)
/**
 * @category constants
 * @since 0.1.0
 */
export const IA5String = universal(22)
/**
 * @category constants
 * @since 0.1.0
 */
export const UtcTime = universal(23)
/**
 * @category operations
 * @since 0.1.0
 */
export const GeneralizedTime = universal(24)

const maxDepth = 32
const maxNodes = 10_000

const malformed = (message: string) => Result.fail(new Asn1Error({ message }))

/** Where an element's header ends, and its content; `undefined` length is indefinite. */
interface Header {
  readonly tag: number
  readonly constructed: boolean
  readonly start: number
  readonly length: number | undefined
}

/** Tag numbers from 31 up and lengths of more than four octets have no place in what is read here. */
const headerAt = (bytes: Uint8Array, at: number, end: number): Header | undefined => {
  const identifier = bytes[at]
  const first = bytes[at + 1]
  if (at + 2 > end || identifier === undefined || first === undefined || (identifier & 0x1f) === 0x1f) return undefined
  const tag = (((identifier >> 6) + 1) << 8) | (identifier & 0x1f)
  const constructed = (identifier & 0x20) !== 0
  if (tag === universal(0)) return undefined
  if (first < 0x80) return { tag, constructed, start: at + 2, length: first }
  if (first === 0x80) return constructed ? { tag, constructed, start: at + 2, length: undefined } : undefined
  const count = first & 0x7f
  if (count > 4 || at + 2 + count > end) return undefined
  let length = 0
  for (let i = 0; i < count; i += 1) length = length * 256 + (bytes[at + 2 + i] ?? 0)
  return { tag, constructed, start: at + 2 + count, length }
}

interface Budget {
  nodes: number
}

const nodeAt = (bytes: Uint8Array, at: number, end: number, depth: number, budget: Budget): Node | undefined => {
  budget.nodes -= 1
  if (depth >= maxDepth || budget.nodes < 0) return undefined
  const header = headerAt(bytes, at, end)
  if (header === undefined) return undefined
  const { tag, constructed, start, length } = header
  const stop = length === undefined ? end : start + length
  if (stop > end) return undefined
  if (!constructed) {
    return { tag, constructed, raw: bytes.subarray(at, stop), content: bytes.subarray(start, stop), children: [] }
  }
  const children: Array<Node> = []
  let next = start
  while (length === undefined ? bytes[next] !== 0 || bytes[next + 1] !== 0 : next < stop) {
    const child = nodeAt(bytes, next, stop, depth + 1, budget)
    if (child === undefined) return undefined
    children.push(child)
    next += child.raw.length
  }
  const after = length === undefined ? next + 2 : next
  if (after > end) return undefined
  return { tag, constructed, raw: bytes.subarray(at, after), content: bytes.subarray(start, next), children }
}

/**
 * One BER element and nothing after it, at most 32 deep and of at most 10,000 elements. The caller bounds the size.
 * Elements are views of the bytes given, which must not change.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = (bytes: Uint8Array): Result.Result<Node, Asn1Error> => {
  const node = nodeAt(bytes, 0, bytes.length, 0, { nodes: maxNodes })
  return node?.raw.length === bytes.length ? Result.succeed(node) : malformed("Not one BER element")
}

/**
 * Walks along the children of an element.
 *
 * @category reading
 * @since 0.1.0
 */
export interface Cursor {
  /** The next child, which must have this tag. */
  readonly next: (tag: number) => Result.Result<Node, Asn1Error>
  /** The next child if it has this tag. */
  readonly optional: (tag: number) => Node | undefined
  /** The next child, whatever it is. */
  readonly any: () => Result.Result<Node, Asn1Error>
}

/**
 * The children of a constructed element of this tag.
 *
 * @category reading
 * @since 0.1.0
 */
export const enter = (node: Node, tag: number): Result.Result<Cursor, Asn1Error> => {
  if (node.tag !== tag || !node.constructed) return malformed("Unexpected element")
  let at = 0
  const any = () => {
    const child = node.children[at]
    if (child === undefined) return malformed("Missing element")
    at += 1
    return Result.succeed(child)
  }
  const has = (wanted: number) => node.children[at]?.tag === wanted
  return Result.succeed({
    any,
    next: (wanted) => (has(wanted) ? any() : malformed("Unexpected element")),
    optional: (wanted) => (has(wanted) ? node.children[at++] : undefined),
  })
}

/**
 * The one child of an explicitly tagged element.
 *
 * @category reading
 * @since 0.1.0
 */
export const unwrap = (node: Node): Result.Result<Node, Asn1Error> => {
  const [child] = node.children
  return child !== undefined && node.children.length === 1 ? Result.succeed(child) : malformed("Expected one element")
}

/**
 * The octets of a string, also when sent in parts (X.690 § 8.7.3).
 *
 * @category reading
 * @since 0.1.0
 */
export const octets = (node: Node): Uint8Array => (node.constructed ? concat(node.children.map(octets)) : node.content)

/**
 * The bytes of a BIT STRING that is a whole number of octets, in one part.
 *
 * @category reading
 * @since 0.1.0
 */
export const bits = (node: Node): Result.Result<Uint8Array, Asn1Error> =>
  !node.constructed && node.content.length > 0 && node.content[0] === 0
    ? Result.succeed(node.content.subarray(1))
    : malformed("Expected whole octets")

/**
 * An OBJECT IDENTIFIER in dots.
 *
 * @category reading
 * @since 0.1.0
 */
export const oid = (node: Node): Result.Result<string, Asn1Error> => {
  if (node.tag !== ObjectIdentifier || node.content.length > 64 || (node.content.at(-1) ?? 0x80) >= 0x80) {
    return malformed("Expected an object identifier")
  }
  const arcs: Array<number> = []
  let arc = 0
  for (const byte of node.content) {
    if (arc > 0x3_ffff_ffff_ff) return malformed("Object identifier out of range")
    arc = arc * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  const [first = 0, ...rest] = arcs
  const root = Math.min(2, Math.floor(first / 40))
  return Result.succeed([root, first - root * 40, ...rest].join("."))
}

/**
 * Bytes joined.
 *
 * @category bytes
 * @since 0.1.0
 */
export const concat = (parts: ReadonlyArray<Uint8Array>): Uint8Array => new Uint8Array(Buffer.concat(parts))

/**
 * Whether two byte strings are the same. For public bytes: not in constant time.
 *
 * @category bytes
 * @since 0.1.0
 */
export const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

const lengthOctets = (length: number): ReadonlyArray<number> => {
  if (length < 0x80) return [length]
  const octets: Array<number> = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [0x80 | octets.length, ...octets]
}

const element = (identifier: number, parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return concat([Uint8Array.from([identifier, ...lengthOctets(length)]), ...parts])
}

/**
 * DER of a SEQUENCE.
 *
 * @category writing
 * @since 0.1.0
 */
export const sequence = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => element(0x30, parts)
/**
 * DER of a SET OF: its elements in ascending order (X.690 § 11.6).
 *
 * @category writing
 * @since 0.1.0
 */
export const setOf = (...parts: ReadonlyArray<Uint8Array>): Uint8Array =>
  element(
    0x31,
    [...parts].sort((a, b) => Buffer.compare(a, b)),
  )
/**
 * A SET of these elements in this order: what a sender signed.
 *
 * @category writing
 * @since 0.1.0
 */
export const setAsSent = (parts: ReadonlyArray<Uint8Array>): Uint8Array => element(0x31, parts)
/**
 * DER of `[number]` around elements.
 *
 * @category writing
 * @since 0.1.0
 */
export const tagged = (number: number, ...parts: ReadonlyArray<Uint8Array>): Uint8Array => element(0xa0 | number, parts)
/**
 * DER of `[number] IMPLICIT` for a primitive type.
 *
 * @category writing
 * @since 0.1.0
 */
export const taggedPrimitive = (number: number, content: Uint8Array): Uint8Array => element(0x80 | number, [content])
/**
 * DER of an OCTET STRING.
 *
 * @category writing
 * @since 0.1.0
 */
export const octetString = (content: Uint8Array): Uint8Array => element(0x04, [content])
/**
 * DER of a BIT STRING of whole octets.
 *
 * @category writing
 * @since 0.1.0
 */
export const bitString = (content: Uint8Array): Uint8Array => element(0x03, [Uint8Array.of(0), content])
/**
 * DER of an INTEGER from 0 to 127.
 *
 * @category writing
 * @since 0.1.0
 */
export const smallInteger = (value: number): Uint8Array => Uint8Array.of(0x02, 0x01, value)
/**
 * DER of a positive INTEGER from its big-endian bytes.
 *
 * @category writing
 * @since 0.1.0
 */
export const positiveInteger = (bytes: Uint8Array): Uint8Array => {
  const first = bytes.findIndex((byte) => byte !== 0)
  const significant = first === -1 ? Uint8Array.of(0) : bytes.subarray(first)
  return element(0x02, (significant[0] ?? 0) >= 0x80 ? [Uint8Array.of(0), significant] : [significant])
}
/**
 * DER of a PrintableString; the caller answers for its characters.
 *
 * @category writing
 * @since 0.1.0
 */
export const printableString = (text: string): Uint8Array => element(0x13, [Buffer.from(text, "latin1")])
/**
 * DER of a UTF8String.
 *
 * @category writing
 * @since 0.1.0
 */
export const utf8String = (text: string): Uint8Array => element(0x0c, [Buffer.from(text, "utf8")])
/** Seven bits an octet, the most significant first; every octet but the last has bit 8 set (X.690 § 8.19.2). */
const base128 = (arc: number): ReadonlyArray<number> => {
  const octets = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift((rest % 128) | 0x80)
  return octets
}

/**
 * Whether a text is an object identifier in dotted form: 2 to 16 arcs of at most nine digits, the first two within their range
 * (X.660 § 6.2).
 *
 * @category guards
 * @since 0.1.0
 */
export const isObjectIdentifier = (text: string): boolean =>
  /^(?:[01]\.[1-3]?\d|2\.\d{1,9})(?:\.\d{1,9}){0,14}$/.test(text)

/**
 * DER of an OBJECT IDENTIFIER; the text must satisfy {@link isObjectIdentifier}.
 *
 * @category writing
 * @since 0.1.0
 */
export const objectIdentifier = (dotted: string): Uint8Array => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  return element(0x06, [Uint8Array.from([first * 40 + second, ...rest].flatMap(base128))])
}
/**
 * DER of an AlgorithmIdentifier; parameters are NULL unless given.
 *
 * @category writing
 * @since 0.1.0
 */
export const algorithm = (dotted: string, parameters: Uint8Array | "absent" = Uint8Array.of(5, 0)): Uint8Array =>
  sequence(objectIdentifier(dotted), ...(parameters === "absent" ? [] : [parameters]))
/**
 * DER of a Time: UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 § 4.1.2.5).
 *
 * @category writing
 * @since 0.1.0
 */
export const time = (date: Date): Uint8Array => {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "")
  const year = date.getUTCFullYear()
  return year >= 1950 && year < 2050
    ? element(0x17, [Buffer.from(digits.slice(2), "latin1")])
    : element(0x18, [Buffer.from(digits, "latin1")])
}
