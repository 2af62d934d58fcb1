/**
 * The values of a property list, as JavaScript values.
 *
 * | property list | JavaScript |
 * |---|---|
 * | dictionary, array, string, boolean | plain object, array, string, boolean |
 * | integer, -2^63 to 2^64-1 | `number` when it is a safe integer, else `bigint` |
 * | real | `number` when it has a fraction, else {@link Real} |
 * | data | `Uint8Array` |
 * | date, years 0000 to 9999 | `Date`: whole seconds in XML, milliseconds in binary and JSON |
 * | UID (keyed archives, binary only) | dictionary `{ "CF$UID": n }`, as `plistutil` writes it |
 *
 * So every number keeps its type: `1` is an integer and `new Real(1)` a real. Readers return exactly these forms; writers
 * also take a `bigint` that would have been safe, and `-0` as the integer 0.
 *
 * Dictionaries are ordinary objects. A key `__proto__` is an own property like any other (see {@link setEntry}), keys like
 * `constructor` are absent unless they were there: ask with `Object.hasOwn`. JavaScript lists keys that look like array
 * indices first, so their order is not kept; a property list gives the order no meaning.
 */

/**
 * Any property list.
 *
 * @category models
 * @since 0.1.0
 */
export type Value = string | boolean | number | bigint | Real | Uint8Array | Date | ReadonlyArray<Value> | Dictionary

/**
 * A dictionary: string keys, no key twice.
 *
 * @category models
 * @since 0.1.0
 */
export interface Dictionary {
  readonly [key: string]: Value
}

/**
 * A real that a JavaScript number alone would turn into an integer or could not write: `new Real(1)`, `-0`, `NaN`, `±Infinity`.
 * {@link real} decides when one is needed.
 *
 * @category models
 * @since 0.1.0
 */
export class Real {
  readonly _tag = "Real"
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/**
 * A floating-point number as a property list real: itself when it has a fraction, else a {@link Real}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const real = (value: number): number | Real =>
  Number.isInteger(value) || !Number.isFinite(value) ? new Real(value) : value

/**
 * The smallest integer a property list holds.
 *
 * @category limits
 * @since 0.1.0
 */
export const minInteger = -(2n ** 63n)

/**
 * The largest integer a property list holds.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxInteger = 2n ** 64n - 1n

/**
 * An integer in its one form: `number` when safe, else `bigint`; `undefined` outside -2^63 … 2^64-1.
 *
 * @category constructors
 * @since 0.1.0
 */
export const integer = (value: bigint): number | bigint | undefined => {
  if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value)
  return value >= minInteger && value <= maxInteger ? value : undefined
}

/**
 * Is this a dictionary: an object without a class?
 *
 * @category guards
 * @since 0.1.0
 */
export const isDictionary = (value: unknown): value is { readonly [key: string]: unknown } => {
  if (typeof value !== "object" || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Sets a key as an own property, whatever its name: plain assignment to `__proto__` would change what the object is.
 *
 * @category constructors
 * @since 0.1.0
 */
export const setEntry = <A>(target: { [key: string]: A }, key: string, value: A): void => {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  } else {
    target[key] = value
  }
}
