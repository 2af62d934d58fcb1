/**
 * JSON of a device: bounded in size and in depth, with errors that hold nothing of the content.
 */
import { Json } from "@espalier/http"
import type { Plist } from "@espalier/plist"
import { Result } from "effect"
import { type InvalidMessage, invalid } from "./MessageError.ts"

const defaultMaxBytes = 10 * 1024 * 1024
const defaultMaxDepth = 64
const highestMaxDepth = 512

/**
 * Parses the JSON of a device. The default limits are those of a property list: 10 MiB and 64 nested containers.
 *
 * **Details**
 *
 * Integers beyond 2^53 are `{"$integer": "…"}`. NULs and blanks after the document are ignored, bytes that are not UTF-8 become U+FFFD, and control
 * characters in strings are kept, although RFC 8259 § 7 wants them escaped.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parse = (bytes: Uint8Array, limits?: Plist.Limits): Result.Result<unknown, InvalidMessage> => {
  if (bytes.length > (limits?.maxBytes ?? defaultMaxBytes)) return Result.fail(invalid(["Data"], "Too large"))
  const options = {
    maxDepth: Math.min(limits?.maxDepth ?? defaultMaxDepth, highestMaxDepth),
    ignoreByteOrderMark: true,
    exactIntegers: true,
  }
  const strict = Json.parse(bytes, options)
  const parsed = Result.isSuccess(strict) ? strict : Result.orElse(Json.parse(repaired(bytes), options), () => strict)
  return Result.mapError(parsed, ({ reason }) =>
    invalid(["Data"], reason === "TooDeep" ? "Too deep" : "Expected JSON in UTF-8"),
  )
}

const string = /"(?:[^"\\]|\\.)*"/gs
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const control = /[\0-\x1f]/g
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

/** The length without NULs and blanks at the end. */
const trimmedLength = (bytes: Uint8Array): number => {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] ?? 0) <= 0x20) end--
  return end
}

const repaired = (bytes: Uint8Array): Uint8Array => {
  const text = new TextDecoder().decode(bytes.subarray(0, trimmedLength(bytes)))
  return new TextEncoder().encode(text.replace(string, (found) => found.replace(control, escaped)))
}
