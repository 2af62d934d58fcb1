/**
 * A body as a trace shows it: without its secrets, as text and as JSON, and neither larger than 64 KiB.
 *
 * What cannot be read cannot be cleaned either: of that, and of everything binary, there is the media type and the size.
 */
import { Plist, PlistJson } from "@espalier/plist"
import type { ExchangeBody } from "@espalier/schema"
import { Result, type Schema } from "effect"
import * as Secrets from "./Secrets.ts"

/** The most of a body that is shown, in bytes. */
const most = 64 * 1024

/**
 * The largest body that is looked into, in bytes.
 *
 * @category limits
 * @since 0.1.0
 */
export const largest = 1024 * 1024

const textOf = (text: string): string =>
  Buffer.byteLength(text) <= most ? text : `${Buffer.from(text).subarray(0, most).toString().slice(0, -1)}…`

const withJson = (json: Schema.Json): Pick<ExchangeBody, "json"> =>
  Buffer.byteLength(JSON.stringify(json)) <= most ? { json } : {}

const asText = (json: Schema.Json) => ({ text: textOf(JSON.stringify(json, null, 2)), ...withJson(json) })

/**
 * The property list that a body is, if it is one.
 *
 * @category parsing
 * @since 0.1.0
 */
export const plistOf = (bytes: Uint8Array): Plist.Value | undefined =>
  bytes.length === 0 || bytes.length > largest ? undefined : Result.getOrUndefined(Plist.parse(bytes))

/**
 * JSON that was not sent as bytes, or no longer is.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofJson = (value: unknown): ExchangeBody => ({
  contentType: "application/json",
  size: Buffer.byteLength(JSON.stringify(value) ?? ""),
  ...asText(Secrets.ofJson(value)),
})

/**
 * A property list, and how many bytes it came in.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofPlist = (value: Plist.Value, contentType: string, size: number): ExchangeBody => {
  const shown = Secrets.ofPlist(value)
  return Result.match(Result.all({ xml: Plist.toXml(shown), json: PlistJson.fromValue(shown) }), {
    onSuccess: ({ xml, json }) => ({ contentType, size, text: textOf(xml), ...withJson(json) }),
    onFailure: () => ({ contentType, size }),
  })
}

/**
 * A body of some media type.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofBytes = (bytes: Uint8Array, contentType: string): ExchangeBody => {
  const size = bytes.length
  if (size > largest) return { contentType, size }
  if (/[/+]json\b/i.test(contentType)) {
    return Result.match(
      Result.try((): unknown => JSON.parse(new TextDecoder().decode(bytes))),
      {
        onSuccess: (json) => ({ contentType, size, ...asText(Secrets.ofJson(json)) }),
        onFailure: () => ({ contentType, size }),
      },
    )
  }
  const plist = /xml|aspen/i.test(contentType) ? plistOf(bytes) : undefined
  return plist === undefined ? { contentType, size } : ofPlist(plist, contentType, size)
}
