/**
 * JSON out of a device's bytes: bounded in size and in depth before anything walks it, errors without content.
 *
 * `JSON.parse` itself takes any depth, what comes after it does not: hence a count of the brackets first.
 */

import type { Plist } from "@espalier/plist"
import { Result } from "effect"
import { type InvalidMessage, invalid } from "./MessageError.ts"

const quote = 0x22
const backslash = 0x5c

/** Do brackets ever stand deeper than this, those in strings left out? Wrong only for text that is no JSON anyway. */
const isDeeperThan = (bytes: Uint8Array, maxDepth: number): boolean => {
  let depth = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (inString) {
      if (byte === backslash) i++
      else if (byte === quote) inString = false
    } else if (byte === quote) inString = true
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxDepth) return true
    } else if (byte === 0x7d || byte === 0x5d) depth--
  }
  return false
}

/**
 * Parses UTF-8 JSON. Limits default to those of a property list: 10 MiB, 64 containers in one another.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parse = (bytes: Uint8Array, limits?: Plist.Limits): Result.Result<unknown, InvalidMessage> => {
  if (bytes.length > (limits?.maxBytes ?? 10 * 1024 * 1024)) return Result.fail(invalid(["Data"], "Too large"))
  if (isDeeperThan(bytes, Math.min(limits?.maxDepth ?? 64, 512))) return Result.fail(invalid(["Data"], "Too deep"))
  return Result.try({
    try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)),
    catch: () => invalid(["Data"], "Expected JSON in UTF-8"),
  })
}
