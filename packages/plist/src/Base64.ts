/**
 * Strict base64 (RFC 4648, section 4) out of a stretch of text, optionally with XML whitespace between the digits.
 *
 * Strict means: only the alphabet, complete groups of four, padding only at the end and with its spare bits zero. So one
 * byte string has one spelling, whitespace aside.
 */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
const space = 64
const pad = 65
const bad = 66

/** What an ASCII character means: 0 to 63 a digit, else one of the three above. */
const meaning = new Uint8Array(128).fill(bad)
for (let digit = 0; digit < alphabet.length; digit++) meaning[alphabet.charCodeAt(digit)] = digit
for (const blank of [9, 10, 13, 32]) meaning[blank] = space
meaning["=".charCodeAt(0)] = pad

/**
 * Decodes `text` from `start` up to `end`. Returns the bytes, or the index of the first character that does not belong
 * (`end` when digits are missing).
 * @category decoding
 * @since 0.1.0
 */
export const decode = (
  text: string,
  start: number,
  end: number,
  whitespace: "whitespace" | "compact",
): Uint8Array | number => {
  let at = start
  let last = end
  if (whitespace === "whitespace") {
    while (at < last && meaning[text.charCodeAt(at)] === space) at++
    while (at < last && meaning[text.charCodeAt(last - 1)] === space) last--
  }
  // Exact for one line, an upper bound where whitespace stands between.
  const padding = text.charCodeAt(last - 1) === 61 ? (text.charCodeAt(last - 2) === 61 ? 2 : 1) : 0
  const bytes = new Uint8Array(Math.max(0, Math.floor(((last - at) * 3) / 4) - padding))
  let length = 0
  let group = 0
  let digits = 0

  while (at < last) {
    if (digits === 0) {
      while (at + 4 <= last) {
        const a = meaning[text.charCodeAt(at)] ?? bad
        const b = meaning[text.charCodeAt(at + 1)] ?? bad
        const c = meaning[text.charCodeAt(at + 2)] ?? bad
        const d = meaning[text.charCodeAt(at + 3)] ?? bad
        if ((a | b | c | d) > 63) break
        bytes[length] = (a << 2) | (b >> 4)
        bytes[length + 1] = ((b & 15) << 4) | (c >> 2)
        bytes[length + 2] = ((c & 3) << 6) | d
        length += 3
        at += 4
      }
      if (at >= last) break
    }
    const digit = meaning[text.charCodeAt(at)] ?? bad
    if (digit < 64) {
      group = (group << 6) | digit
      digits++
      if (digits === 4) {
        bytes[length] = group >> 16
        bytes[length + 1] = (group >> 8) & 255
        bytes[length + 2] = group & 255
        length += 3
        group = 0
        digits = 0
      }
    } else if (digit === pad) {
      return finish(text, at, last, whitespace, bytes, length, group, digits)
    } else if (digit === bad || whitespace === "compact") {
      return at
    }
    at++
  }
  if (digits !== 0) return end
  return length === bytes.length ? bytes : bytes.slice(0, length)
}

/** The last group: two digits and `==`, or three and `=`, and nothing after. */
const finish = (
  text: string,
  start: number,
  last: number,
  whitespace: "whitespace" | "compact",
  bytes: Uint8Array,
  length: number,
  group: number,
  digits: number,
): Uint8Array | number => {
  if (digits < 2 || (digits === 2 ? group & 15 : group & 3) !== 0) return start
  let wanted = 4 - digits
  for (let at = start; at < last; at++) {
    const digit = meaning[text.charCodeAt(at)] ?? bad
    if (digit === pad && wanted > 0) wanted--
    else if (digit !== space || whitespace === "compact") return at
  }
  if (wanted !== 0) return last
  if (digits === 2) {
    bytes[length] = group >> 4
    length += 1
  } else {
    bytes[length] = group >> 10
    bytes[length + 1] = (group >> 2) & 255
    length += 2
  }
  return length === bytes.length ? bytes : bytes.slice(0, length)
}
