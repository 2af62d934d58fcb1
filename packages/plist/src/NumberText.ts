/**
 * Numbers as XML property lists spell them. Both readers take blanks around the number, as Apple's reader does.
 */
import { integer, Real, real } from "./Value.ts"

const integerForm = /^[ \t\r\n]*([+-]?)(0[xX][0-9a-fA-F]{1,40}|[0-9]{1,60})[ \t\r\n]*$/

/**
 * Decimal or `0x` hexadecimal, with or without a sign; `undefined` when malformed or outside -2^63 … 2^64-1.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parseInteger = (text: string): number | bigint | undefined => {
  const match = integerForm.exec(text)
  const digits = match?.[2]
  if (digits === undefined) return undefined
  const magnitude = BigInt(digits)
  return integer(match?.[1] === "-" ? -magnitude : magnitude)
}

const realForm = /^[ \t\r\n]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[ \t\r\n]*$/
const specialForm = /^[ \t\r\n]*(?:(nan)|([+-]?)inf(?:inity)?)[ \t\r\n]*$/i

/**
 * A decimal number, `nan`, `inf` or `infinity` (any case, signed); `undefined` when malformed or beyond a double's range.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parseReal = (text: string): number | Real | undefined => {
  const digits = realForm.exec(text)?.[1]
  if (digits !== undefined) {
    const value = Number(digits)
    return Number.isFinite(value) ? real(value) : undefined
  }
  const special = specialForm.exec(text)
  if (special === null) return undefined
  if (special[1] !== undefined) return new Real(Number.NaN)
  return new Real(special[2] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)
}

/**
 * A real in Apple's spelling: the shortest digits that read back the same, `nan`, `+infinity`, `-infinity`.
 *
 * @category encoding
 * @since 0.1.0
 */
export const formatReal = (value: number): string => {
  if (Number.isNaN(value)) return "nan"
  if (!Number.isFinite(value)) return value > 0 ? "+infinity" : "-infinity"
  return Object.is(value, -0) ? "-0" : String(value)
}
