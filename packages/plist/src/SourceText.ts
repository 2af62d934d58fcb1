/**
 * The text of an XML property list and the way from an index in it back to a byte, a line and a column.
 *
 * UTF-8 with or without a byte order mark, UTF-16 with one. Bytes that are not valid in their encoding are an error at the
 * first such byte. Only a tolerant reader replaces them, by U+FFFD, or reads the whole document in the single-byte encoding that it
 * declares.
 */
import { atPlace, type PlistError } from "./PlistError.ts"
import type { Tolerated } from "./Tolerance.ts"

/**
 * Decoded text and what is needed to point into its bytes.
 *
 * @category models
 * @since 0.1.0
 */
export interface SourceText {
  readonly text: string
  readonly encoding: "UTF-8" | "UTF-16"
  /** Length of the byte order mark. */
  readonly mark: number
}

/**
 * Where an index of the text is: byte from 0, line and column from 1.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly offset: number
  readonly line: number
  readonly column: number
}

type Decoder = InstanceType<typeof TextDecoder>

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const utf16le = new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true })
const utf16be = new TextDecoder("utf-16be", { fatal: true, ignoreBOM: true })

/**
 * Decodes a document, by its byte order mark if it has one.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decodeText = (bytes: Uint8Array, tolerated?: Tolerated): SourceText | PlistError => {
  const source = decodeStrictly(bytes)
  if (tolerated === undefined || !("reason" in source)) return source
  tolerated.push(source)
  return decodeTolerantly(bytes)
}

const declaredLatin1 = /^\s*<\?xml[^>]{0,100}encoding\s*=\s*["'](?:iso-8859-1|latin1|windows-1252)["']/i

/** UTF-8 has no byte order mark here that matters: what is left of one is U+FEFF. */
const decodeTolerantly = (bytes: Uint8Array): SourceText => {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return decodeReplacing("utf-16le", bytes.subarray(2), "UTF-16", 2)
  if (first === 0xfe && second === 0xff) return decodeReplacing("utf-16be", bytes.subarray(2), "UTF-16", 2)
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 200))
  const mark = head.startsWith("\xef\xbb\xbf") ? 3 : 0
  return decodeReplacing(declaredLatin1.test(head) ? "latin1" : "utf-8", bytes.subarray(mark), "UTF-8", mark)
}

const decodeReplacing = (
  label: string,
  body: Uint8Array,
  encoding: SourceText["encoding"],
  mark: number,
): SourceText => ({ text: new TextDecoder(label, { ignoreBOM: true }).decode(body), encoding, mark })

const decodeStrictly = (bytes: Uint8Array): SourceText | PlistError => {
  const [first, second, third] = bytes
  if (first === 0xff && second === 0xfe) return decodeWith(utf16le, bytes, "UTF-16", 2)
  if (first === 0xfe && second === 0xff) return decodeWith(utf16be, bytes, "UTF-16", 2)
  return decodeWith(utf8, bytes, "UTF-8", first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0)
}

const decodeWith = (
  decoder: Decoder,
  bytes: Uint8Array,
  encoding: SourceText["encoding"],
  mark: number,
): SourceText | PlistError => {
  const body = mark === 0 ? bytes : bytes.subarray(mark)
  try {
    return { text: decoder.decode(body), encoding, mark }
  } catch {
    return atPlace("BadEncoding", `These bytes are not ${encoding}`, firstInvalid(decoder, body, encoding, mark))
  }
}

/** The longest prefix that decodes, found by halving: an error is worth logarithmically many passes. */
const firstInvalid = (decoder: Decoder, body: Uint8Array, encoding: SourceText["encoding"], mark: number): Place => {
  let good = 0
  let text = ""
  let bad = body.length
  while (good < bad) {
    const middle = Math.ceil((good + bad) / 2)
    // A prefix may end within a character: what a streaming decoder holds back is not wrong yet.
    const probe = new TextDecoder(decoder.encoding, { fatal: true, ignoreBOM: true })
    try {
      text = probe.decode(body.subarray(0, middle), { stream: true })
      good = middle
    } catch {
      bad = middle - 1
    }
  }
  return placeOf({ text, encoding, mark }, text.length)
}

/**
 * The place of an index. Walks the text from its beginning: for errors, not for hot paths.
 *
 * @category operations
 * @since 0.1.0
 */
export const placeOf = (source: SourceText, index: number): Place => {
  let bytes = 0
  let line = 1
  let column = 1
  for (let at = 0; at < index; at++) {
    const code = source.text.charCodeAt(at)
    const trail = (code & 0xfc00) === 0xdc00
    // The halves of a surrogate pair are two bytes each of its four, and one column.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code & 0xf800) === 0xd800 ? 2 : 3
    if (code === 10 || (code === 13 && source.text.charCodeAt(at + 1) !== 10)) {
      line++
      column = 1
    } else if (!trail && code !== 13) {
      column++
    }
  }
  return { offset: source.mark + (source.encoding === "UTF-8" ? bytes : index * 2), line, column }
}
