/**
 * The elements that hold text with a meaning: integer, real, date, data. Each is read in place where it is written as everyone
 * writes it; blanks, references, CDATA sections and comments go the long way through {@link readText}.
 *
 * A tolerant reader returns the text of an element that is not of its type: a string where another type was announced shows that.
 */
import * as Base64 from "./Base64.ts"
import * as CalendarDate from "./CalendarDate.ts"
import * as NumberText from "./NumberText.ts"
import type { Real } from "./Value.ts"
import { type Cursor, closeElement, failure, fault } from "./XmlCursor.ts"
import { readText } from "./XmlText.ts"

/**
 * Behind `<integer>`, up to and including its end tag; so with the others.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readInteger = (cursor: Cursor): number | bigint | string => {
  const { at: start, text } = cursor
  const negative = text.charCodeAt(start) === 45
  let at = negative ? start + 1 : start
  let value = 0
  const first = at
  for (let digit = text.charCodeAt(at) - 48; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - 48) {
    value = value * 10 + digit
  }
  if (at > first && at - first <= 15 && text.charCodeAt(at) === 60 && text.charCodeAt(at + 1) === 47) {
    cursor.at = at
    closeElement(cursor, "integer")
    return negative ? 0 - value : value
  }
  const content = readText(cursor, "integer")
  const parsed = NumberText.parseInteger(content)
  if (parsed !== undefined) return parsed
  fault(cursor, "BadInteger", "An <integer> is a whole number from -2^63 to 2^64-1", start)
  return content
}

/**
 * `nan` and infinities included.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readReal = (cursor: Cursor): number | Real | string => {
  const start = cursor.at
  const content = readText(cursor, "real")
  const parsed = NumberText.parseReal(content)
  if (parsed !== undefined) return parsed
  fault(cursor, "BadReal", "A <real> is a decimal number that a double can hold, nan or infinity", start)
  return content
}

/**
 * A day and second of UTC.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readDate = (cursor: Cursor): Date | string => {
  const start = cursor.at
  let millis = CalendarDate.parseAt(cursor.text, start)
  if (!Number.isNaN(millis) && cursor.text.startsWith("</", start + CalendarDate.xmlLength)) {
    cursor.at = start + CalendarDate.xmlLength
    closeElement(cursor, "date")
    return new Date(millis)
  }
  const text = readText(cursor, "date")
  millis = text.length === CalendarDate.xmlLength ? CalendarDate.parseAt(text, 0) : Number.NaN
  if (!Number.isNaN(millis)) return new Date(millis)
  fault(cursor, "BadDate", "A <date> is a day and second that exist, as 2026-01-31T00:00:00Z", start)
  millis = CalendarDate.parseJson(text.trim())
  return Number.isNaN(millis) ? text : new Date(millis)
}

const badData = "<data> is base64 with its padding"

/**
 * Strict base64, see `Base64.ts`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const readData = (cursor: Cursor): Uint8Array | string => {
  const { at: start, text } = cursor
  const end = text.indexOf("<", start)
  if (end !== -1 && text.charCodeAt(end + 1) === 47) {
    const bytes = Base64.decode(text, start, end, "whitespace")
    if (typeof bytes !== "number") {
      cursor.at = end
      closeElement(cursor, "data")
      return bytes
    }
    if (text.charCodeAt(bytes) !== 38 && cursor.tolerated === undefined) {
      throw failure(cursor, "BadData", badData, bytes)
    }
  }
  // References, sections and comments are legal and rare.
  const content = readText(cursor, "data")
  const bytes = Base64.decode(content, 0, content.length, "whitespace")
  if (typeof bytes !== "number") return bytes
  fault(cursor, "BadData", badData, start)
  return content
}
