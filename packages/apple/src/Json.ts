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
 * Parses UTF-8 JSON. The default limits are those of a property list: 10 MiB and 64 nested containers.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parse = (bytes: Uint8Array, limits?: Plist.Limits): Result.Result<unknown, InvalidMessage> => {
  if (bytes.length > (limits?.maxBytes ?? defaultMaxBytes)) return Result.fail(invalid(["Data"], "Too large"))
  const maxDepth = Math.min(limits?.maxDepth ?? defaultMaxDepth, highestMaxDepth)
  return Result.mapError(Json.parse(bytes, { maxDepth, ignoreByteOrderMark: true }), ({ reason }) =>
    invalid(["Data"], reason === "TooDeep" ? "Too deep" : "Expected JSON in UTF-8"),
  )
}
