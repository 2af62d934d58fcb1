/**
 * What stands between an element's tags: characters, references, CDATA sections and comments, as the string they mean.
 *
 * Nearly all text is plain, so it is looked through once and sliced. The first reference, section, comment or carriage
 * return (which XML turns into a line feed, 2.11) sends it through {@link readMixed}.
 */
import type { PlistError } from "./PlistError.ts"
import { atEnd, type Cursor, closeElement, expected, failure, fault, isCutOff, skipComment } from "./XmlCursor.ts"

/**
 * Reads up to and including `</name>`; the cursor stands behind the start tag.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readText = (cursor: Cursor, name: string): string => {
  const { at: start, text } = cursor
  let at = start
  for (; ; at++) {
    const code = text.charCodeAt(at)
    if (code > 62 && code < 0xfffe) continue
    if (code === 60) break
    if (isPlain(code)) continue
    return readMixed(cursor, name)
  }
  if (text.charCodeAt(at + 1) !== 47) return readMixed(cursor, name)
  cursor.at = at
  closeElement(cursor, name)
  return text.slice(start, at)
}

/** Allowed, and standing for itself: not `&`, not a carriage return, not `>` (which may be the end of a `]]>`). */
const isPlain = (code: number): boolean =>
  (code >= 32 && code < 0xfffe && code !== 38 && code !== 62) || code === 10 || code === 9

const readMixed = (cursor: Cursor, name: string): string => {
  const { text } = cursor
  let out = ""
  for (;;) {
    const start = cursor.at
    for (let code = text.charCodeAt(start); isPlain(code) ? code !== 60 : code === 13; ) {
      code = text.charCodeAt(++cursor.at)
    }
    out += withLineFeeds(text.slice(start, cursor.at))
    switch (text.charCodeAt(cursor.at)) {
      case 60: {
        if (text.charCodeAt(cursor.at + 1) === 47) {
          closeElement(cursor, name)
          return out
        }
        if (text.startsWith("<![CDATA[", cursor.at)) out += readSection(cursor)
        else if (!skipComment(cursor)) throw markupInText(cursor, name)
        break
      }
      case 38:
        out += readReference(cursor)
        break
      case 62:
        if (text.startsWith("]]", cursor.at - 2)) {
          throw failure(cursor, "Syntax", "Text cannot contain ]]>: write ]]&gt;", cursor.at - 2)
        }
        out += ">"
        cursor.at++
        break
      default:
        if (cursor.at >= text.length) throw expected(cursor, `</${name}>`)
        fault(cursor, "BadCharacter", "XML does not allow this character")
        out += text.charAt(cursor.at++)
    }
  }
}

const markupInText = (cursor: Cursor, name: string): PlistError => {
  if (isCutOff(cursor, "<![CDATA[")) return atEnd(cursor, `</${name}>`)
  return cursor.text.charCodeAt(cursor.at + 1) === 63
    ? failure(cursor, "Unsupported", "A property list has no processing instructions")
    : failure(cursor, "Syntax", `<${name}> holds text only`)
}

/** `<![CDATA[` to `]]>`: as it stands, line ends aside. */
const readSection = (cursor: Cursor): string => {
  const { text } = cursor
  const start = cursor.at + 9
  const end = text.indexOf("]]>", start)
  if (end === -1) throw failure(cursor, "UnexpectedEnd", "This CDATA section never ends")
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code < 32 ? code !== 10 && code !== 9 && code !== 13 : code >= 0xfffe) {
      fault(cursor, "BadCharacter", "XML does not allow this character", at)
    }
  }
  cursor.at = end + 3
  return withLineFeeds(text.slice(start, end))
}

/** Line ends as XML reports them (2.11). */
const withLineFeeds = (text: string): string => (text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text)

const predefined: ReadonlyArray<readonly [reference: string, character: string]> = [
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&apos;", "'"],
]

/** `&lt;` and its four companions, `&#10;`, `&#xA;`. */
const readReference = (cursor: Cursor): string => {
  if (cursor.text.charCodeAt(cursor.at + 1) === 35) return readCharacterReference(cursor)
  for (const [spelling, character] of predefined) {
    if (!cursor.text.startsWith(spelling, cursor.at)) continue
    cursor.at += spelling.length
    return character
  }
  const [, name] = /^&([\w:.-]*)/.exec(cursor.text.slice(cursor.at, cursor.at + 40)) ?? []
  if (name !== undefined && cursor.at + 1 + name.length === cursor.text.length) throw cutReference(cursor)
  if (!name) throw failure(cursor, "Entity", "A & that does not start a reference: write &amp;")
  const shown = name.length > 8 ? `${name.slice(0, 8)}…` : name
  throw failure(cursor, "Entity", `&${shown} is not one of the five predefined entities`)
}

const cutReference = (cursor: Cursor): PlistError =>
  failure(cursor, "UnexpectedEnd", "The document ends within a reference", cursor.text.length)

const readCharacterReference = (cursor: Cursor): string => {
  const { text } = cursor
  const radix = text.charCodeAt(cursor.at + 2) === 120 ? 16 : 10
  let code = 0
  let at = cursor.at + (radix === 16 ? 3 : 2)
  for (let digit = digitOf(text.charCodeAt(at)); digit < radix; digit = digitOf(text.charCodeAt(++at))) {
    // Too many digits make this Infinity at most, which is not a character either.
    code = code * radix + digit
  }
  if (at >= text.length) throw cutReference(cursor)
  const what = "This reference names no character that XML allows"
  if (text.charCodeAt(at) !== 59) throw failure(cursor, "Entity", what)
  if (!isCharacter(code)) fault(cursor, "Entity", what)
  cursor.at = at + 1
  return isCodePoint(code) ? String.fromCodePoint(code) : "\ufffd"
}

/** The value of a hexadecimal digit; 16 for any other character. */
const digitOf = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : 16
}

/** Unicode without surrogates. */
const isCodePoint = (code: number): boolean => code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)

/** XML 1.0, 2.2 Char. */
const isCharacter = (code: number): boolean =>
  code === 9 ||
  code === 10 ||
  code === 13 ||
  (code >= 0x20 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  (code >= 0x10000 && code <= 0x10ffff)
