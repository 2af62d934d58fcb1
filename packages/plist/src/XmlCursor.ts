/**
 * A place in an XML document, and the steps every part of the reader shares: fail here, skip what carries no meaning, close
 * an element.
 *
 * A step that cannot go on throws a {@link PlistError}; {@link parseXml} of `PlistXml.ts` is the only way in and catches it, so
 * callers never see an exception. Returning `Result` from every step would cost more than the reading.
 */

import { atPlace, type PlistError, type Reason } from "./PlistError.ts"
import type { SourceText } from "./SourceText.ts"
import { placeOf } from "./SourceText.ts"
import { type Tolerated, tolerate } from "./Tolerance.ts"

/**
 * The document and how far it has been read (`at`, an index of `text`).
 *
 * @category models
 * @since 0.1.0
 */
export interface Cursor {
  readonly source: SourceText
  readonly text: string
  readonly maxDepth: number
  readonly tolerated: Tolerated
  at: number
}

/**
 * The error for an index of the text.
 *
 * @category operations
 * @since 0.1.0
 */
export const failure = (cursor: Cursor, reason: Reason, what: string, at = cursor.at): PlistError =>
  atPlace(reason, what, placeOf(cursor.source, Math.min(at, cursor.text.length)))

/**
 * Fails with this error, or notes it in a tolerant reader.
 *
 * @category operations
 * @since 0.1.0
 */
export const fault = (cursor: Cursor, reason: Reason, what: string, at = cursor.at): void =>
  tolerate(cursor.tolerated, () => failure(cursor, reason, what, at))

/**
 * `Syntax` with what was expected, or `UnexpectedEnd` at the end of the text.
 *
 * @category operations
 * @since 0.1.0
 */
export const expected = (cursor: Cursor, what: string): PlistError =>
  cursor.at >= cursor.text.length ? atEnd(cursor, what) : failure(cursor, "Syntax", `Expected ${what}`)

/**
 * `UnexpectedEnd` at the end of the document, for something that began before it.
 *
 * @category operations
 * @since 0.1.0
 */
export const atEnd = (cursor: Cursor, what: string): PlistError =>
  failure(cursor, "UnexpectedEnd", `The document ends where ${what} was expected`, cursor.text.length)

/**
 * Is the rest of the document a beginning of `token`? Then it was cut off here rather than written wrong.
 *
 * @category guards
 * @since 0.1.0
 */
export const isCutOff = (cursor: Cursor, token: string): boolean =>
  cursor.text.length - cursor.at < token.length && token.startsWith(cursor.text.slice(cursor.at))

/**
 * Space, tab, line feed, carriage return.
 *
 * @category guards
 * @since 0.1.0
 */
export const isBlank = (code: number): boolean => code === 32 || code === 10 || code === 9 || code === 13

/** What XML 1.0 (2.2 Char) leaves out; lone surrogates cannot come out of a decoded document. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

/**
 * Moves past blanks.
 *
 * @category operations
 * @since 0.1.0
 */
export const skipBlanks = (cursor: Cursor): void => {
  let at = cursor.at
  while (isBlank(cursor.text.charCodeAt(at))) at++
  cursor.at = at
}

/**
 * Moves past blanks and comments, to the next character that means something.
 *
 * @category operations
 * @since 0.1.0
 */
export const skipMisc = (cursor: Cursor): void => {
  skipBlanks(cursor)
  while (
    cursor.text.charCodeAt(cursor.at) === 60 &&
    cursor.text.charCodeAt(cursor.at + 1) === 33 &&
    skipComment(cursor)
  ) {
    skipBlanks(cursor)
  }
}

/**
 * Moves past a comment that starts here.
 *
 * @category operations
 * @since 0.1.0
 */
export const skipComment = (cursor: Cursor): boolean => {
  const { at, text } = cursor
  if (!text.startsWith("<!--", at)) {
    if (isCutOff(cursor, "<!--")) throw failure(cursor, "UnexpectedEnd", "The document ends within a comment")
    return false
  }
  const end = text.indexOf("--", at + 4)
  if (end === -1 || end + 2 >= text.length) throw failure(cursor, "UnexpectedEnd", "This comment never ends")
  if (text.charCodeAt(end + 2) !== 62) throw failure(cursor, "Syntax", "A comment cannot contain --", end)
  const bad = text.slice(at, end).search(forbidden)
  if (bad !== -1) throw failure(cursor, "BadCharacter", "XML does not allow this character", at + bad)
  cursor.at = end + 3
  return true
}

/**
 * Moves past `</name>`, blanks before `>` included.
 *
 * @category operations
 * @since 0.1.0
 */
export const closeElement = (cursor: Cursor, name: string): void => {
  const { at, text } = cursor
  if (!text.startsWith("</", at) || !text.startsWith(name, at + 2)) {
    throw isCutOff(cursor, `</${name}>`) ? atEnd(cursor, `</${name}>`) : expected(cursor, `</${name}>`)
  }
  let end = at + 2 + name.length
  while (isBlank(text.charCodeAt(end))) end++
  if (text.charCodeAt(end) !== 62) {
    throw end >= text.length ? atEnd(cursor, `</${name}>`) : expected(cursor, `</${name}>`)
  }
  cursor.at = end + 1
}
