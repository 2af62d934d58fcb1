/**
 * Redacts secrets in exchanges: members by their names at any depth, in Apple's property lists and in the webhooks' JSON; everything binary; the queries
 * and credentials of URLs.
 *
 * A new secret is a new name here, in lower case: Apple's spelling and that of the webhooks differ only in case.
 */
import { Plist } from "@espalier/plist"
import { Predicate, Result, type Schema } from "effect"
import { Base64 } from "effect/encoding"

/**
 * Replaces a secret.
 *
 * @category constants
 * @since 0.1.0
 */
export const mask = "•••"

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
const mustRedact = (name: string, value: unknown): boolean => isSecret(name) && typeof value !== "boolean"

const redactText = (text: string): string => {
  if (!/^https?:\/\//i.test(text)) return text
  const [address = "", query] = text.split("?", 2)
  return `${address.replace(/^(https?:\/\/)[^/@]*@/i, `$1${mask}@`)}${query === undefined ? "" : `?${mask}`}`
}

/** Bytes are replaced by their number, unless they are JSON, as status reports and synchronization tokens are. */
const redactBytes = (bytes: Uint8Array): string =>
  Result.match(
    Result.try((): unknown => JSON.parse(bytes[0] === openingBrace ? new TextDecoder().decode(bytes) : "")),
    { onSuccess: (parsed) => JSON.stringify(redactJson(parsed)), onFailure: () => `${bytes.length} bytes` },
  )

const openingBrace = 0x7b

const isArray = (value: Plist.Value): value is ReadonlyArray<Plist.Value> => Array.isArray(value)

/**
 * A property list without its secrets. Data becomes text: the JSON in it, or its size.
 *
 * @category conversions
 * @since 0.1.0
 */
export const redactPlist = (value: Plist.Value): Plist.Value => {
  if (typeof value === "string") return redactText(value)
  if (value instanceof Uint8Array) return redactBytes(value)
  if (isArray(value)) return value.map(redactPlist)
  if (!Plist.isDictionary(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, mustRedact(name, member) ? mask : redactPlist(member)]),
  )
}

/**
 * JSON without its secrets, including property lists in their JSON form.
 *
 * @category conversions
 * @since 0.1.0
 */
export const redactJson = (value: unknown): Schema.Json => {
  if (typeof value === "string") return redactText(value)
  if (typeof value === "number" || typeof value === "boolean") return value
  if (Array.isArray(value)) return value.map(redactJson)
  if (!Predicate.isObject(value)) return null
  const data: unknown = "$data" in value ? value["$data"] : undefined
  if (typeof data === "string")
    return Result.match(Base64.decode(data), { onSuccess: redactBytes, onFailure: () => mask })
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, mustRedact(name, member) ? mask : redactJson(member)]),
  )
}

/** The parameters of the device routes' queries that are not secret. */
const publicParameters: ReadonlySet<string> = new Set(["operation", "profile"])

/**
 * The path and query of a request, without the values of an enrollment link or a SCEP message.
 *
 * @category conversions
 * @since 0.1.0
 */
export const redactPath = (url: string): string => {
  const [path = "", query] = url.split("?", 2)
  if (query === undefined) return path
  const shown = [...new URLSearchParams(query)].map(([name, value]) =>
    publicParameters.has(name) ? `${name}=${encodeURIComponent(value)}` : mask,
  )
  return `${path}?${shown.join("&")}`
}
