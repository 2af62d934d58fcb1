/**
 * Dates as property lists and their JSON form spell them: `2026-01-01T00:00:00Z`, always UTC, the Gregorian calendar in both
 * directions of time, days that exist and seconds 0 to 59 only.
 */

const digit = (text: string, at: number): number => {
  const value = text.charCodeAt(at) - 48
  return value >= 0 && value <= 9 ? value : Number.NaN
}

const two = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1)

const daysIn = (year: number, month: number): number => {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/** Days from 1970-01-01 to a day of the proleptic Gregorian calendar; years start in March so that leap days come last. */
const daysFromEpoch = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

/** Milliseconds since 1970 of `-MM-DDTHH:MM:SS` in the given year, or NaN. */
const millisOf = (text: string, at: number, year: number): number => {
  const month = two(text, at + 1)
  const day = two(text, at + 4)
  const hour = two(text, at + 7)
  const minute = two(text, at + 10)
  const second = two(text, at + 13)
  const valid =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59 &&
    text.charCodeAt(at) === 45 &&
    text.charCodeAt(at + 3) === 45 &&
    text.charCodeAt(at + 6) === 84 &&
    text.charCodeAt(at + 9) === 58 &&
    text.charCodeAt(at + 12) === 58
  if (!valid) return Number.NaN
  return (((daysFromEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000
}

/**
 * How many characters {@link parseAt} reads.
 *
 * @category operations
 * @since 0.1.0
 */
export const xmlLength = 20

/**
 * The 20 characters `YYYY-MM-DDTHH:MM:SSZ` at an index, as milliseconds since 1970; NaN when they are not a date.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parseAt = (text: string, at: number): number => {
  if (text.charCodeAt(at + 19) !== 90) return Number.NaN
  return millisOf(text, at + 4, two(text, at) * 100 + two(text, at + 2))
}

const jsonForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,3}))?Z$/

/**
 * The JSON form: as in XML, with up to three digits of a second's fraction. Milliseconds since 1970; NaN when it is not a date.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parseJson = (text: string): number => {
  const match = text.length <= 24 ? jsonForm.exec(text) : null
  if (match === null) return Number.NaN
  return millisOf(text, 4, Number(text.slice(0, 4))) + Number((match[1] ?? "").padEnd(3, "0"))
}

/** 0000-01-01T00:00:00Z, the first moment with a four-digit year, in milliseconds since 1970. */
const firstMillis = -62_167_219_200_000

/** 9999-12-31T23:59:59.999Z. */
const lastMillis = 253_402_300_799_999

/**
 * Whether a property list can represent this moment: its year has four digits. False for NaN.
 *
 * @category guards
 * @since 0.1.0
 */
export const isInRange = (millis: number): boolean => millis >= firstMillis && millis <= lastMillis

/**
 * The XML form, to the second that has begun; `undefined` for an invalid date or a year outside 0 to 9999.
 *
 * @category encoding
 * @since 0.1.0
 */
export const formatXml = (date: Date): string | undefined =>
  isInRange(date.getTime()) ? `${date.toISOString().slice(0, 19)}Z` : undefined

/**
 * The JSON form, milliseconds only when there are any; `undefined` as in {@link formatXml}.
 *
 * @category encoding
 * @since 0.1.0
 */
export const formatJson = (date: Date): string | undefined => {
  if (!isInRange(date.getTime())) return undefined
  const text = date.toISOString()
  return text.endsWith(".000Z") ? `${text.slice(0, 19)}Z` : text
}
