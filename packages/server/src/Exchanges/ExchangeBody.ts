/**
 * The body of an exchange as it is shown: redacted, as text and as JSON, each at most 64 KiB.
 *
 * A body that cannot be parsed cannot be redacted; of such a body, and of everything binary, only the media type and the size are shown.
 */
import { Plist, PlistJson } from "@espalier/plist"
import type { ExchangeBody } from "@espalier/schema"
import { Result, type Schema } from "effect"
import * as Redaction from "./Redaction.ts"

/** The part of a body that is shown, in bytes. */
const maxShownBytes = 64 * 1024

/**
 * The largest body that is parsed, in bytes.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxBytes = 1024 * 1024

const truncate = (text: string): string =>
  Buffer.byteLength(text) <= maxShownBytes
    ? text
    : `${Buffer.from(text).subarray(0, maxShownBytes).toString().slice(0, -1)}…`

const jsonMember = (json: Schema.Json): Pick<ExchangeBody, "json"> =>
  Buffer.byteLength(JSON.stringify(json)) <= maxShownBytes ? { json } : {}

const textAndJson = (json: Schema.Json) => ({ text: truncate(JSON.stringify(json, null, 2)), ...jsonMember(json) })

/**
 * The property list in a body; `undefined` where there is none.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parsePlist = (bytes: Uint8Array): Plist.Value | undefined =>
  bytes.length === 0 || bytes.length > maxBytes ? undefined : Result.getOrUndefined(Plist.parse(bytes))

/**
 * A JSON value.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromJson = (value: unknown): ExchangeBody => ({
  contentType: "application/json",
  size: Buffer.byteLength(JSON.stringify(value) ?? ""),
  ...textAndJson(Redaction.redactJson(value)),
})

/**
 * A property list that arrived in `size` bytes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromPlist = (value: Plist.Value, contentType: string, size: number): ExchangeBody => {
  const redacted = Redaction.redactPlist(value)
  return Result.match(Result.all({ xml: Plist.toXml(redacted), json: PlistJson.fromValue(redacted) }), {
    onSuccess: ({ xml, json }) => ({ contentType, size, text: truncate(xml), ...jsonMember(json) }),
    onFailure: () => ({ contentType, size }),
  })
}

/**
 * Bytes of a media type.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromBytes = (bytes: Uint8Array, contentType: string): ExchangeBody => {
  const size = bytes.length
  if (size > maxBytes) return { contentType, size }
  if (/[/+]json\b/i.test(contentType)) {
    return Result.match(
      Result.try((): unknown => JSON.parse(new TextDecoder().decode(bytes))),
      {
        onSuccess: (json) => ({ contentType, size, ...textAndJson(Redaction.redactJson(json)) }),
        onFailure: () => ({ contentType, size }),
      },
    )
  }
  const propertyList = /xml|aspen/i.test(contentType) ? parsePlist(bytes) : undefined
  return propertyList === undefined ? { contentType, size } : fromPlist(propertyList, contentType, size)
}
