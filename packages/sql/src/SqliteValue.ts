/**
 * Values between JavaScript and SQLite's five storage classes, close to what `@effect/sql-pg` does, so that the same statement
 * reads the same with either.
 *
 * In: a boolean is bound as 0 or 1, a `Date` as its ISO 8601 text, `undefined` as NULL. Out: an integer is a `number` while it is
 * safe, otherwise a `bigint`; a blob is a `Uint8Array`. **Gotchas**
 *
 * SQLite returns no booleans and no dates.
 */
import type { SQLInputValue, SQLOutputValue } from "node:sqlite"

/**
 * @category models
 * @since 0.1.0
 */
export type Row = Record<string, SQLOutputValue>

/**
 * Parameters as SQLite can bind them. Throws a `TypeError` that does not show the value for any that it cannot.
 *
 * @category encoding
 * @since 0.1.0
 */
export const bindings = (params: ReadonlyArray<unknown>): Array<SQLInputValue> => params.map(binding)

const binding = (value: unknown): SQLInputValue => {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
      return value
    case "boolean":
      return value ? 1 : 0
    case "undefined":
      return null
  }
  if (value === null) return null
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array || value instanceof Int8Array) return value
  throw new TypeError("a parameter is neither text, number, boolean, date, bytes nor null")
}

/**
 * An integer as it is read: a `number` while that is exact.
 *
 * @category decoding
 * @since 0.1.0
 */
export const integer = (value: number | bigint): number | bigint =>
  typeof value === "bigint" && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : value

const output = <A>(value: A): A | number | bigint => (typeof value === "bigint" ? integer(value) : value)

/**
 * A row as `node:sqlite` gives it while it reads integers as `bigint`, with those set right in place.
 *
 * @category decoding
 * @since 0.1.0
 */
export const row = (self: Row): Row => {
  for (const name in self) {
    const value = self[name]
    if (typeof value === "bigint") self[name] = integer(value)
  }
  return self
}

/**
 * The same for a row that is an array.
 *
 * @category decoding
 * @since 0.1.0
 */
export const values = (self: unknown): ReadonlyArray<unknown> => (Array.isArray(self) ? self.map(output) : [])
