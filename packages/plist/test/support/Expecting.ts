/** Reading and expecting, in few words. */
import { deepStrictEqual } from "node:assert/strict"
import { Plist, type PlistError } from "@espalier/plist"
import { Result } from "effect"

const encoder = new TextEncoder()

/** Text as UTF-8. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** `<plist>` around an element. */
export const plist = (element: string): Uint8Array => utf8(`<plist version="1.0">${element}</plist>`)

/** The value read from these bytes; throws where there is no such. */
export const read = (bytes: Uint8Array, limits?: Plist.Limits): Plist.Value =>
  Result.getOrThrow(Plist.parse(bytes, limits))

/** The error of a result; throws where there is no such. */
export const errorOf = (result: Result.Result<unknown, PlistError>): PlistError =>
  Result.getOrThrow(Result.flip(result))

/** The error of reading these bytes. */
export const parseError = (bytes: Uint8Array, limits?: Plist.Limits): PlistError => errorOf(Plist.parse(bytes, limits))

/**
 * The same value, `-0`, `NaN` and own keys like `__proto__` and `constructor` included. (Vitest's `toStrictEqual` takes a key named
 * `constructor` for the object's class.)
 */
export const same: (actual: unknown, expected: unknown) => void = deepStrictEqual
