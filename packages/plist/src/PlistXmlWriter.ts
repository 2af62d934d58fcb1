/**
 * Writes XML property lists the way Apple's own writer does: declaration, document type, tabs, base64 in lines of 76
 * columns, `<real>` with the fewest digits that read back the same.
 *
 * Values that XML cannot represent are an error with the path of the value: control characters and lone surrogates, a number that
 * is neither a safe integer nor has a fraction, an integer out of range, a date that is invalid or has no four-digit year.
 * One thing is dropped: a date's milliseconds, for which Apple's format has no place.
 */
import { Result } from "effect"
import { Base64 } from "effect/encoding"
import * as CalendarDate from "./CalendarDate.ts"
import { depthOf, type Limits, writtenBytesOf } from "./Limits.ts"
import { formatReal } from "./NumberText.ts"
import { atPath, PlistError, type Reason } from "./PlistError.ts"
import { isDictionary, maxInteger, minInteger, Real, type Value } from "./Value.ts"
import { declaration, documentType, rootTag } from "./XmlProlog.ts"

/**
 * Writes a document, with a line feed at its end. The error names the path of the value that has no XML form.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toXml = (value: Value, limits?: Limits): Result.Result<string, PlistError> => {
  const writer: Writer = {
    out: `${declaration}\n${documentType}\n${rootTag}\n`,
    path: [],
    maxDepth: depthOf(limits),
    maxLength: writtenBytesOf(limits),
  }
  try {
    write(writer, value, "")
    return Result.succeed(`${writer.out}</plist>\n`)
  } catch (error) {
    if (error instanceof PlistError) return Result.fail(error)
    throw error
  }
}

interface Writer {
  out: string
  readonly path: Array<string | number>
  readonly maxDepth: number
  readonly maxLength: number
}

const failure = (writer: Writer, reason: Reason, what: string): PlistError => atPath(reason, what, writer.path)

const write = (writer: Writer, value: unknown, indent: string): void => {
  if (writer.out.length > writer.maxLength) {
    throw failure(writer, "TooLarge", `The document would be larger than ${writer.maxLength} characters`)
  }
  switch (typeof value) {
    case "string":
      writer.out += `${indent}<string>${escapeText(writer, value)}</string>\n`
      return
    case "boolean":
      writer.out += value ? `${indent}<true/>\n` : `${indent}<false/>\n`
      return
    case "number":
      writer.out += `${indent}${numberElement(writer, value)}\n`
      return
    case "bigint":
      if (value < minInteger || value > maxInteger) {
        throw failure(writer, "BadInteger", "An integer is between -2^63 and 2^64-1")
      }
      writer.out += `${indent}<integer>${value}</integer>\n`
      return
  }
  if (value instanceof Real) {
    writer.out += `${indent}<real>${formatReal(value.value)}</real>\n`
  } else if (value instanceof Date) {
    const text = CalendarDate.formatXml(value)
    if (text === undefined) throw failure(writer, "BadDate", "A date is valid and has a year from 0 to 9999")
    writer.out += `${indent}<date>${text}</date>\n`
  } else if (value instanceof Uint8Array) {
    writeData(writer, value, indent)
  } else if (Array.isArray(value)) {
    writeArray(writer, value, indent)
  } else if (isDictionary(value)) {
    writeDictionary(writer, value, indent)
  } else {
    throw failure(writer, "Unsupported", `A property list has no ${value === null ? "null" : typeof value} like this`)
  }
}

const numberElement = (writer: Writer, value: number): string => {
  // A template writes -0 as 0; new Real(-0) is the other one.
  if (Number.isSafeInteger(value)) return `<integer>${value}</integer>`
  if (!Number.isFinite(value)) throw failure(writer, "BadReal", "NaN and infinities are written as new Real(…)")
  if (Number.isInteger(value)) {
    throw failure(writer, "BadInteger", "Beyond 2^53 a number is ambiguous: use a bigint, or new Real(…)")
  }
  return `<real>${value}</real>`
}

/** 76 columns, a tab being eight of them, of which at least 12 are left for digits. */
const lineLength = (indent: string): number => 76 - 8 * Math.min(indent.length, 8)

const writeData = (writer: Writer, value: Uint8Array, indent: string): void => {
  const digits = Base64.encode(value)
  const length = lineLength(indent)
  let out = `${indent}<data>\n`
  for (let at = 0; at < digits.length; at += length) out += `${indent}${digits.slice(at, at + length)}\n`
  writer.out += `${out}${indent}</data>\n`
}

const enter = (writer: Writer, indent: string): void => {
  if (indent.length >= writer.maxDepth) {
    throw failure(writer, "TooDeep", `More than ${writer.maxDepth} levels of nesting, or a value that contains itself`)
  }
}

const writeArray = (writer: Writer, items: ReadonlyArray<unknown>, indent: string): void => {
  enter(writer, indent)
  if (items.length === 0) {
    writer.out += `${indent}<array/>\n`
    return
  }
  writer.out += `${indent}<array>\n`
  for (let index = 0; index < items.length; index++) {
    writer.path.push(index)
    write(writer, items[index], `${indent}\t`)
    writer.path.pop()
  }
  writer.out += `${indent}</array>\n`
}

const writeDictionary = (writer: Writer, entries: { readonly [key: string]: unknown }, indent: string): void => {
  enter(writer, indent)
  const keys = Object.keys(entries)
  if (keys.length === 0) {
    writer.out += `${indent}<dict/>\n`
    return
  }
  writer.out += `${indent}<dict>\n`
  for (const key of keys) {
    writer.path.push(key)
    writer.out += `${indent}\t<key>${escapeText(writer, key)}</key>\n`
    write(writer, entries[key], `${indent}\t`)
    writer.path.pop()
  }
  writer.out += `${indent}</dict>\n`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const special = /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

/** A carriage return is written as a reference: a reader turns a bare one into a line feed. */
const escapeText = (writer: Writer, text: string): string => {
  if (!special.test(text)) return text
  if (forbidden.test(text) || !text.isWellFormed()) {
    throw failure(writer, "BadCharacter", "This text has a character that XML cannot carry")
  }
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;")
}
