/**
 * The rules for the settings of integrations.
 */
import { X509Certificate } from "node:crypto"
import { Result } from "effect"
import type { Bounds } from "./IntegrationBounds.ts"
import { type Credentials, InvalidSetting } from "./SettingsInput.ts"

type Checked = Result.Result<void, InvalidSetting>

const valid: Checked = Result.succeed(undefined)
const invalid = (member: string, detail: string) => Result.fail(InvalidSetting.of(member, detail))

const text = (member: "name" | "description", max: number, value: string | undefined): Checked =>
  value === undefined || (value !== "" && value.length <= max) ? valid : invalid(member, `1 to ${max} characters`)

const metadata = (value: Readonly<Record<string, string>> = {}): Checked => {
  const entries = Object.entries(value)
  if (entries.length > 50) return invalid("metadata", "at most 50 members")
  return entries.every(([name, { length }]) => name.length <= 40 && length <= 500)
    ? valid
    : invalid("metadata", "a name has at most 40 characters, a value at most 500")
}

/** RFC 9110 §5.6.2. */
const token = /^[!#$%&'*+.^_`|~\dA-Za-z-]{1,100}$/
/** RFC 9110 §5.5, without what is not ASCII. */
const fieldValue = /^[\x20-\x7e\t]{0,4000}$/

/** RFC 9110 §7.6.1 and §10.1: about the connection or the message, which are ours. */
const ours = new Set([
  ...["connection", "expect", "host", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"],
  ...["te", "trailer", "transfer-encoding", "upgrade", "user-agent"],
])

const headers = (value: Readonly<Record<string, string>> = {}): Checked => {
  const entries = Object.entries(value)
  if (entries.length > 20) return invalid("headers", "at most 20")
  for (const [name, content] of entries) {
    const member = `headers.${name.slice(0, 100)}`
    if (!token.test(name)) return invalid(member, "not the name of a header")
    if (name === "authorization") return invalid(member, "use credentials")
    if (ours.has(name) || /^(?:content|webhook)-/.test(name)) return invalid(member, "this header is set by the sender")
    if (!fieldValue.test(content)) return invalid(member, "at most 4000 printable ASCII characters")
  }
  return valid
}

const credentials = (value: Credentials | undefined): Checked => {
  if (value === undefined) return valid
  if (value.type === "bearer") {
    // RFC 6750 §2.1.
    return /^[\w.~+/-]{1,4000}=*$/.test(value.token) ? valid : invalid("credentials.token", "not a bearer token")
  }
  // RFC 7617 §2. UTF-8 is sent as it is.
  const isValid = (part: string) => part.length <= 1000 && !/\p{Cc}/u.test(part)
  if (!isValid(value.username) || value.username.includes(":")) {
    return invalid("credentials.username", "at most 1000 characters, no colon and no control characters")
  }
  return isValid(value.password)
    ? valid
    : invalid("credentials.password", "at most 1000 characters, no control characters")
}

const blocks = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

const ca = (pem: string | undefined): Checked => {
  if (pem === undefined) return valid
  const found = pem.length > 64 * 1024 ? [] : (pem.match(blocks) ?? [])
  if (found.length === 0 || pem.replaceAll(blocks, "").trim() !== "") {
    return invalid("ca", "PEM certificates, at most 64 KiB, and nothing else")
  }
  try {
    return found.every((one) => new X509Certificate(one).ca) ? valid : invalid("ca", "not a certificate authority")
  } catch {
    return invalid("ca", "not a certificate")
  }
}

const between = (member: string, value: number | undefined, min: number, max: number): Checked =>
  value === undefined || (value >= min && value <= max) ? valid : invalid(member, `${min} to ${max}`)

/**
 * The settings that the rules are about. Header names are in lower case.
 *
 * @category models
 * @since 0.1.0
 */
export interface Settings {
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly credentials?: Credentials | undefined
  readonly timeout?: number | undefined
  readonly retryDelays?: ReadonlyArray<number> | undefined
  readonly rateLimit?: number | undefined
  readonly ca?: string | undefined
}

/**
 * Checks settings against the rules and the operator's bounds.
 *
 * @category validation
 * @since 0.1.0
 */
export const check = (settings: Settings, bounds: Bounds): Checked =>
  Result.gen(function* () {
    yield* text("name", 100, settings.name)
    yield* text("description", 1000, settings.description)
    yield* metadata(settings.metadata)
    yield* headers(settings.headers)
    yield* credentials(settings.credentials)
    yield* between("timeout", settings.timeout, 1000, bounds.maxTimeout)
    yield* between("rateLimit", settings.rateLimit, 1, bounds.maxRate)
    const { retryDelays = [] } = settings
    if (retryDelays.length > bounds.maxRetries) yield* invalid("retryDelays", `at most ${bounds.maxRetries}`)
    for (const delay of retryDelays) yield* between("retryDelays", delay, 1000, bounds.maxRetryDelay)
    yield* ca(settings.ca)
  })
