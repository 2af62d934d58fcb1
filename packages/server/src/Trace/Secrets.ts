/**
 * Blots out what nobody must read in a trace: members by their names, wherever they stand, in Apple's property lists and in the
 * webhooks' JSON; everything binary; the queries and credentials of URLs.
 *
 * A new secret is a new name here, in lower case: Apple's spelling and the webhooks' differ in nothing else.
 */
import { Plist } from "@espalier/plist"
import { Predicate, Result, type Schema } from "effect"
import { Base64 } from "effect/encoding"

/**
 * What stands where a secret was.
 *
 * @category constants
 * @since 0.1.0
 */
export const blot = "•••"

/** Tokens and keys of devices, users and services; one-time codes; answers to challenges; assets, which may be anything. */
const names: ReadonlySet<string> = new Set([
  "accesstoken",
  "authorization",
  "authtoken",
  "bootstraptoken",
  "challenge",
  "content",
  "cookie",
  "digest",
  "digestchallenge",
  "digestresponse",
  "identitytoken",
  "pin",
  "privatekeyexport",
  "pushmagic",
  "pushtoken",
  "redemptioncode",
  "registrationtoken",
  "securitytoken",
  "set",
  "staticcode",
  "token",
  "tokendata",
  "tokenparameters",
  "unlocktoken",
  "unusedredemptioncode",
])

/** `NewPassword`, `SharedSecret`, `PersonalRecoveryKey`…: Apple has dozens of each. */
const endings = /(?:password|passwordhash|passcode|passphrase|secret|recoverykey|bypasscode|privatekey)$/

const isSecret = (name: string): boolean => {
  const lower = name.toLowerCase()
  return names.has(lower) || endings.test(lower)
}

/** `RequirePasscode: true` is a policy, not a secret. */
const hides = (name: string, value: unknown): boolean => isSecret(name) && typeof value !== "boolean"

const ofText = (text: string): string => {
  if (!/^https?:\/\//i.test(text)) return text
  const [address = "", query] = text.split("?", 2)
  return `${address.replace(/^(https?:\/\/)[^/@]*@/i, `$1${blot}@`)}${query === undefined ? "" : `?${blot}`}`
}

/** Bytes are shown by their number only, unless they are JSON: so are status reports and synchronisation tokens. */
const ofBytes = (bytes: Uint8Array): string =>
  Result.match(
    Result.try((): unknown => JSON.parse(bytes[0] === openingBrace ? new TextDecoder().decode(bytes) : "")),
    { onSuccess: (json) => JSON.stringify(ofJson(json)), onFailure: () => `${bytes.length} bytes` },
  )

const openingBrace = 0x7b

const isArray = (value: Plist.Value): value is ReadonlyArray<Plist.Value> => Array.isArray(value)

/**
 * A property list without its secrets. Data has become text: JSON where it holds that, else its size.
 *
 * @category conversions
 * @since 0.1.0
 */
export const ofPlist = (value: Plist.Value): Plist.Value => {
  if (typeof value === "string") return ofText(value)
  if (value instanceof Uint8Array) return ofBytes(value)
  if (isArray(value)) return value.map(ofPlist)
  if (!Plist.isDictionary(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, hides(name, member) ? blot : ofPlist(member)]),
  )
}

/**
 * JSON without its secrets, property lists in JSON clothes too.
 *
 * @category conversions
 * @since 0.1.0
 */
export const ofJson = (value: unknown): Schema.Json => {
  if (typeof value === "string") return ofText(value)
  if (typeof value === "number" || typeof value === "boolean") return value
  if (Array.isArray(value)) return value.map(ofJson)
  if (!Predicate.isObject(value)) return null
  const data: unknown = "$data" in value ? value["$data"] : undefined
  if (typeof data === "string") return Result.match(Base64.decode(data), { onSuccess: ofBytes, onFailure: () => blot })
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, hides(name, member) ? blot : ofJson(member)]),
  )
}

/** What the routes of devices take from a query that anybody may read. */
const open: ReadonlySet<string> = new Set(["operation", "profile"])

/**
 * The path and query of a request, without the values that an enrollment link or a SCEP message has there.
 *
 * @category conversions
 * @since 0.1.0
 */
export const ofPath = (url: string): string => {
  const [path = "", query] = url.split("?", 2)
  if (query === undefined) return path
  const shown = [...new URLSearchParams(query)].map(([name, value]) =>
    open.has(name) ? `${name}=${encodeURIComponent(value)}` : blot,
  )
  return `${path}?${shown.join("&")}`
}
