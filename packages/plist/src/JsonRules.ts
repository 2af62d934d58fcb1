/**
 * The rules of the JSON form that need no walk through the value: its wrappers, its reserved keys, its bare numbers.
 */
import * as Base64 from "./Base64.ts"
import * as CalendarDate from "./CalendarDate.ts"
import type { Reason } from "./PlistError.ts"
import { integer, real, type Value } from "./Value.ts"

/**
 * Returns `true` for a key that begins with a single `$`. Only a wrapper has such a key; a dictionary's is written with one `$` more.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isReservedKey = (key: string): boolean => key.startsWith("$") && !key.startsWith("$$")

/**
 * Returns `false` for an integer beyond 2^53, which may have lost digits in JSON, and for `NaN` and infinities.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isExactNumber = (value: number): boolean =>
  Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)

/**
 * A wrapper of the JSON form, such as `{"$data": …}`. `read` returns the value of its content, `undefined` when the content is
 * malformed; `expected` then says why.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wrapper {
  readonly read: (content: unknown) => Value | undefined
  readonly reason: Reason
  readonly expected: string
}

const readInteger = (content: unknown): Value | undefined =>
  typeof content === "string" && /^-?(?:0|[1-9]\d{0,19})$/.test(content) ? integer(BigInt(content)) : undefined

const specialReals: ReadonlyMap<unknown, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["-0", -0],
])

const readReal = (content: unknown): Value | undefined => {
  const value = typeof content === "number" ? content : specialReals.get(content)
  return value === undefined ? undefined : real(value)
}

const readData = (content: unknown): Value | undefined => {
  const bytes = typeof content === "string" ? Base64.decode(content, 0, content.length, "compact") : 0
  return typeof bytes === "number" ? undefined : bytes
}

const readDate = (content: unknown): Value | undefined => {
  const millis = typeof content === "string" ? CalendarDate.parseJson(content) : Number.NaN
  return Number.isNaN(millis) ? undefined : new Date(millis)
}

/**
 * The wrappers by their key.
 *
 * @category wrappers
 * @since 0.1.0
 */
export const wrappers: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  [
    "$integer",
    {
      read: readInteger,
      reason: "BadInteger",
      expected: "$integer is a string of decimal digits. An integer is between -2^63 and 2^64-1",
    },
  ],
  ["$real", { read: readReal, reason: "BadReal", expected: '$real is a number, "nan", "inf", "-inf" or "-0"' }],
  ["$data", { read: readData, reason: "BadData", expected: "$data is a string of base64 with its padding" }],
  [
    "$date",
    { read: readDate, reason: "BadDate", expected: "$date is a day and second that exist, as 2026-01-31T00:00:00Z" },
  ],
])
