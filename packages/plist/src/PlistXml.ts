/**
 * Reads XML property lists: one pass over the decoded text, no document tree in between.
 *
 * It reads what Apple's DTD allows and rejects the rest of XML by name. The document type declaration may name its
 * identifiers, which are never fetched; it may not declare anything. There are five entities and numeric references, CDATA and
 * comments; no processing instruction but the XML declaration, no attribute but `version` on `<plist>`.
 */
import { Result } from "effect"
import { bytesOf, depthOf, type Limits } from "./Limits.ts"
import { atByte, PlistError } from "./PlistError.ts"
import { decodeText } from "./SourceText.ts"
import type { Tolerated } from "./Tolerance.ts"
import { type Dictionary, setEntry, type Value } from "./Value.ts"
import {
  atEnd,
  type Cursor,
  closeElement,
  expected,
  failure,
  fault,
  isCutOff,
  skipBlanks,
  skipMisc,
} from "./XmlCursor.ts"
import { readProlog } from "./XmlProlog.ts"
import { readData, readDate, readInteger, readReal } from "./XmlScalars.ts"
import { readText } from "./XmlText.ts"

/**
 * Reads one XML property list. The error names byte, line and column.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parseXml = (bytes: Uint8Array, limits?: Limits): Result.Result<Value, PlistError> =>
  readXml(bytes, limits, undefined)

/**
 * Reads one XML property list; faults go into `tolerated`, if given.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readXml = (
  bytes: Uint8Array,
  limits: Limits | undefined,
  tolerated: Tolerated,
): Result.Result<Value, PlistError> => {
  const maxBytes = bytesOf(limits)
  if (bytes.length > maxBytes) {
    return Result.fail(atByte("TooLarge", `The document is larger than ${maxBytes} bytes`, maxBytes))
  }
  const source = decodeText(bytes, tolerated)
  if (source instanceof PlistError) return Result.fail(source)
  try {
    return Result.succeed(readDocument({ source, text: source.text, maxDepth: depthOf(limits), tolerated, at: 0 }))
  } catch (error) {
    if (error instanceof PlistError) return Result.fail(error)
    throw error
  }
}

const readDocument = (cursor: Cursor): Value => {
  readProlog(cursor)
  skipMisc(cursor)
  const value = readValue(cursor, 1)
  skipMisc(cursor)
  if (cursor.text.charCodeAt(cursor.at) === 60 && !cursor.text.startsWith("</", cursor.at) && !isCutOff(cursor, "</")) {
    throw failure(cursor, "Syntax", "A property list holds one value only")
  }
  closeElement(cursor, "plist")
  skipMisc(cursor)
  if (cursor.at < cursor.text.length) fault(cursor, "Trailing", "Nothing may follow </plist>")
  return value
}

/** Reads the element at the cursor. `depth` is what its own depth would be if it were a container. */
const readValue = (cursor: Cursor, depth: number): Value => {
  const { at, text } = cursor
  if (text.charCodeAt(at) !== 60) throw expected(cursor, "an element")
  switch (text.charCodeAt(at + 1)) {
    case 115: // s
      if (!text.startsWith("string>", at + 1)) break
      cursor.at = at + 8
      return readText(cursor, "string")
    case 100: // d
      if (text.startsWith("dict>", at + 1)) {
        cursor.at = at + 6
        return readDictionary(cursor, depth, at)
      }
      if (text.startsWith("data>", at + 1)) {
        cursor.at = at + 6
        return readData(cursor)
      }
      if (text.startsWith("date>", at + 1)) {
        cursor.at = at + 6
        return readDate(cursor)
      }
      if (!text.startsWith("dict/>", at + 1)) break
      cursor.at = at + 7
      return enter(cursor, depth, at, {})
    case 105: // i
      if (!text.startsWith("integer>", at + 1)) break
      cursor.at = at + 9
      return readInteger(cursor)
    case 97: // a
      if (text.startsWith("array>", at + 1)) {
        cursor.at = at + 7
        return readArray(cursor, depth, at)
      }
      if (!text.startsWith("array/>", at + 1)) break
      cursor.at = at + 8
      return enter(cursor, depth, at, [])
    case 114: // r
      if (!text.startsWith("real>", at + 1)) break
      cursor.at = at + 6
      return readReal(cursor)
    case 116: // t
      if (!text.startsWith("true/>", at + 1)) break
      cursor.at = at + 7
      return true
    case 102: // f
      if (!text.startsWith("false/>", at + 1)) break
      cursor.at = at + 8
      return false
  }
  return readAnyTag(cursor, depth)
}

/** Tags in spellings that are written less often: `<string/>`, `<true></true>`, `<dict >`. */
const readAnyTag = (cursor: Cursor, depth: number): Value => {
  const start = cursor.at
  const { empty, name } = readStartTag(cursor)
  switch (name) {
    case "string":
      return empty ? "" : readText(cursor, name)
    case "integer":
      if (empty) break
      return readInteger(cursor)
    case "real":
      if (empty) break
      return readReal(cursor)
    case "date":
      if (empty) break
      return readDate(cursor)
    case "data":
      return empty ? new Uint8Array(0) : readData(cursor)
    case "array":
      return empty ? enter(cursor, depth, start, []) : readArray(cursor, depth, start)
    case "dict":
      return empty ? enter(cursor, depth, start, {}) : readDictionary(cursor, depth, start)
    case "true":
    case "false":
      if (!empty) {
        skipBlanks(cursor)
        closeElement(cursor, name)
      }
      return name === "true"
    case "key":
      throw failure(cursor, "Syntax", "A <key> is allowed only in a <dict>, before its value", start)
    default:
      throw failure(cursor, "Syntax", `<${shorten(name)}> is not a property list element`, start)
  }
  throw failure(cursor, "Syntax", `<${name}/> has no value`, start)
}

const shorten = (name: string): string => (name.length > 8 ? `${name.slice(0, 8)}…` : name)

const startTag = /<([A-Za-z_][\w:.-]{0,63})[ \t\r\n]*(\/?)>/y

const readStartTag = (cursor: Cursor): { readonly name: string; readonly empty: boolean } => {
  startTag.lastIndex = cursor.at
  const match = startTag.exec(cursor.text)
  const name = match?.[1]
  if (match === null || name === undefined) throw notAStartTag(cursor)
  cursor.at += match[0].length
  return { name, empty: match[2] === "/" }
}

const notAStartTag = (cursor: Cursor): PlistError => {
  const { at, text } = cursor
  if (/^<[\w:.-]*[ \t\r\n]*\/?$/.test(text.slice(at, at + 80)) && text.length - at <= 80) {
    return atEnd(cursor, "the rest of a tag")
  }
  switch (text.charCodeAt(at + 1)) {
    case 33: // !
      return text.startsWith("<![CDATA[", at)
        ? failure(cursor, "Syntax", "Text between elements")
        : failure(cursor, "Syntax", "A declaration is not allowed here")
    case 47: // /
      return expected(cursor, "a value before this end tag")
    case 63: // ?
      return failure(cursor, "Unsupported", "A property list has no processing instructions")
    default:
      return failure(cursor, "Syntax", "Not a property list tag; only <plist> has an attribute")
  }
}

/** Refuses a container that stands too deep. */
const enter = <A>(cursor: Cursor, depth: number, start: number, container: A): A => {
  if (depth > cursor.maxDepth) throw failure(cursor, "TooDeep", `More than ${cursor.maxDepth} levels of nesting`, start)
  return container
}

const readArray = (cursor: Cursor, depth: number, start: number): ReadonlyArray<Value> => {
  const items: Array<Value> = enter(cursor, depth, start, [])
  for (;;) {
    skipMisc(cursor)
    if (cursor.text.charCodeAt(cursor.at) === 60 && cursor.text.charCodeAt(cursor.at + 1) === 47) break
    items.push(readValue(cursor, depth + 1))
  }
  closeElement(cursor, "array")
  return items
}

const readDictionary = (cursor: Cursor, depth: number, start: number): Dictionary => {
  const { text } = cursor
  const entries: { [key: string]: Value } = enter(cursor, depth, start, {})
  for (;;) {
    skipMisc(cursor)
    const keyAt = cursor.at
    if (text.startsWith("<key>", keyAt)) cursor.at = keyAt + 5
    else if (text.startsWith("</", keyAt)) break
    else if (!openKey(cursor)) {
      addEntry(cursor, entries, "", keyAt, depth)
      continue
    }
    addEntry(cursor, entries, readText(cursor, "key"), keyAt, depth)
  }
  closeElement(cursor, "dict")
  return entries
}

/** A key's start tag in a less usual spelling; false for `<key/>`. */
const openKey = (cursor: Cursor): boolean => {
  const start = cursor.at
  if (cursor.text.charCodeAt(start) !== 60) throw expected(cursor, "<key> or </dict>")
  const { empty, name } = readStartTag(cursor)
  if (name !== "key") throw failure(cursor, "Syntax", "Expected <key> or </dict>", start)
  return !empty
}

const addEntry = (
  cursor: Cursor,
  entries: { [key: string]: Value },
  key: string,
  keyAt: number,
  depth: number,
): void => {
  if (entries[key] !== undefined && Object.hasOwn(entries, key)) {
    fault(cursor, "DuplicateKey", "This <dict> has the key already", keyAt)
  }
  skipMisc(cursor)
  setEntry(entries, key, readValue(cursor, depth + 1))
}
