/**
 * The configuration profile that enrolls a device: where to get an identity certificate (SCEP), and which server manages the device (MDM).
 *
 * It has a `com.apple.security.scep` payload, a `com.apple.mdm` payload that names the former as its identity, and a
 * `com.apple.security.root` payload for every authority that the device does not trust otherwise.
 *
 * **Gotchas**
 *
 * The payload UUIDs are deterministic: a hash of the server's origin and {@link Options}'
 * `enrollmentKey`, so a device that downloads its profile again updates it, and two servers never overwrite each
 * other's. Apple rejects an update that changes `Topic`, a URL, or adds access rights.
 *
 * Source: Apple, "Device Management: MDM, SCEP, CertificateRoot, TopLevel".
 */

import { createHash } from "node:crypto"
import { isIP } from "node:net"
import type { Plist } from "@espalier/plist"
import { Redacted, Schema } from "effect"

/**
 * The content type of a profile.
 *
 * @category constants
 * @since 0.1.0
 */
export const contentType = "application/x-apple-aspen-config"

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unwritable = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

/**
 * Text that XML can represent: no control characters except tab and line ends, no lone surrogates.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Text = Schema.String.check(
  Schema.makeFilter((text) => (text.isWellFormed() && !unwritable.test(text) ? true : "text that XML can carry")),
)

const NonEmptyText = Text.check(Schema.isNonEmpty())

/**
 * Apple accepts HTTPS only.
 *
 * @category schemas
 * @since 0.1.0
 */
export const HttpsURL = Schema.URLFromString.check(
  Schema.makeFilter((url) => (url.protocol === "https:" && url.hostname !== "" ? true : "an https:// URL")),
)

const Bytes = Schema.Uint8Array.check(Schema.makeFilter((bytes) => (bytes.length > 0 ? true : "at least one byte")))

/**
 * Where the identity certificate comes from.
 *
 * - `subject`: type and value of each part of the certificate's name, in order. Types are dotted numbers or `C`, `L`, `ST`,
 *   `O`, `OU`, `CN`. Default `[["CN", "Device Identity"]]`.
 * - `keySize`: bits of the RSA key, default 2048. `keyUsage`: 1 signs, 4 encrypts, default 5.
 * - `caFingerprint`: of the authority's certificate; a device with it needs no trust in the SCEP URL.
 * - `retries` while the authority answers PENDING, default 3, `retryDelay` seconds apart, default 10.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Scep = Schema.Struct({
  url: Schema.URLFromString.check(
    Schema.makeFilter((url) => (/^https?:$/.test(url.protocol) ? true : "an http:// or https:// URL")),
  ),
  name: Schema.optionalKey(Text),
  subject: Schema.optionalKey(Schema.Array(Schema.Tuple([NonEmptyText, Text]))),
  challenge: Schema.optionalKey(Schema.RedactedFromValue(Text)),
  keySize: Schema.optionalKey(Schema.Literals([2048, 4096])),
  keyUsage: Schema.optionalKey(Schema.Literals([1, 4, 5])),
  caFingerprint: Schema.optionalKey(Bytes),
  retries: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 }))),
  retryDelay: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 86_400 }))),
})
/**
 * @category models
 * @since 0.1.0
 */
export type Scep = typeof Scep.Type

/**
 * The contents of a profile.
 *
 * - `enrollmentKey`: identifies the device, enrollment or invitation. Without it all profiles of one server
 *   share their UUIDs, which is fine as long as a device installs one of them.
 * - `topic`: that of the push certificate, `com.apple.mgmt.…`.
 * - `serverUrl` takes commands; `checkInUrl`, if it differs, check-ins.
 * - `identifier`: reverse-DNS name of the profile, default from the host: `com.example.mdm.enrollment`.
 * - `accessRights`: bits, default 8191, all. Can only shrink later.
 * - `serverCapabilities`: what the server supports, default {@link serverCapabilities}.
 * - `assigned`: for an account-driven enrollment, its Managed Apple Account and mode.
 * - `rootCertificates`: DER, for a server whose certificate is not public. The user must trust them on the device.
 * - `consentText`: shown in a dialog the user must agree to.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Options = Schema.Struct({
  serverUrl: HttpsURL,
  checkInUrl: Schema.optionalKey(HttpsURL),
  topic: Schema.String.check(Schema.isPattern(/^com\.apple\.mgmt\.[\x21-\x7e]+$/)),
  scep: Scep,
  enrollmentKey: Schema.optionalKey(Schema.String),
  identifier: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[A-Za-z0-9.-]+$/))),
  accessRights: Schema.optionalKey(
    Schema.Int.check(
      Schema.isBetween({ minimum: 1, maximum: 8191 }),
      Schema.makeFilter((rights) => ((rights & 2) === 0 || (rights & 1) !== 0 ? true : "2 along with 1")),
      Schema.makeFilter((rights) => ((rights & 128) === 0 || (rights & 64) !== 0 ? true : "128 along with 64")),
    ),
  ),
  signMessage: Schema.optionalKey(Schema.Boolean),
  checkOutWhenRemoved: Schema.optionalKey(Schema.Boolean),
  serverCapabilities: Schema.optionalKey(Schema.Array(NonEmptyText)),
  assigned: Schema.optionalKey(
    Schema.Struct({ managedAppleId: NonEmptyText, enrollmentMode: Schema.Literals(["BYOD", "ADDE"]) }),
  ),
  rootCertificates: Schema.optionalKey(Schema.Array(Bytes)),
  organization: NonEmptyText,
  displayName: NonEmptyText,
  description: Schema.optionalKey(Text),
  consentText: Schema.optionalKey(NonEmptyText),
})
/**
 * @category models
 * @since 0.1.0
 */
export type Options = typeof Options.Type

/**
 * The server capabilities, with Apple's names.
 *
 * @category constants
 * @since 0.1.0
 */
export const serverCapabilities: ReadonlyArray<string> = [
  "com.apple.mdm.per-user-connections",
  "com.apple.mdm.bootstraptoken",
  "com.apple.mdm.token",
]

const namespace = "espalier enrollment profile"

/** A name-based UUID (RFC 9562 §5.8, version 8, from SHA-256): the same for the same parts, in upper case like Apple's. */
const stableUuid = (...parts: ReadonlyArray<string>): string => {
  const bytes = createHash("sha256")
    .update(JSON.stringify([namespace, ...parts]))
    .digest()
    .subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes
    .toString("hex")
    .toUpperCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}

/** `mdm.example.com` is `com.example.mdm`; an address stays as it is. */
const reverseDns = (hostname: string): string => {
  const host = hostname.replace(/^\[|\]$/g, "")
  return isIP(host) === 0 ? host.split(".").filter(Boolean).reverse().join(".") : host.replaceAll(":", "-")
}

/**
 * The profile, to be written with `Plist.toXml`, and signed if the device should show it as verified.
 *
 * Options that passed {@link Options} always have an XML form. It holds the SCEP challenge in the clear: do not log it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Plist.Dictionary => {
  const identifier = options.identifier ?? `${reverseDns(options.serverUrl.hostname)}.enrollment`
  const uuid = (part: string) => stableUuid(options.serverUrl.origin, part, options.enrollmentKey ?? "")
  const payload = (type: string, part: string, displayName: string, entries: Plist.Dictionary): Plist.Dictionary => ({
    ...entries,
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: part === "" ? identifier : `${identifier}.${part}`,
    PayloadUUID: uuid(part),
    PayloadDisplayName: displayName,
    PayloadOrganization: options.organization,
  })

  const roots = (options.rootCertificates ?? []).map((certificate, index) =>
    payload("com.apple.security.root", `root.${index}`, "Certificate authority", {
      PayloadCertificateFileName: `root-${index}.cer`,
      PayloadContent: certificate,
    }),
  )
  return payload("Configuration", "", options.displayName, {
    ...(options.description === undefined ? {} : { PayloadDescription: options.description }),
    ...(options.consentText === undefined ? {} : { ConsentText: { default: options.consentText } }),
    PayloadScope: "System",
    PayloadContent: [
      ...roots,
      payload("com.apple.security.scep", "scep", "Device identity", { PayloadContent: scepContent(options.scep) }),
      payload("com.apple.mdm", "mdm", "Device management", {
        IdentityCertificateUUID: uuid("scep"),
        Topic: options.topic,
        ServerURL: options.serverUrl.href,
        CheckInURL: (options.checkInUrl ?? options.serverUrl).href,
        SignMessage: options.signMessage ?? true,
        AccessRights: options.accessRights ?? 8191,
        CheckOutWhenRemoved: options.checkOutWhenRemoved ?? true,
        ServerCapabilities: options.serverCapabilities ?? serverCapabilities,
        ...(options.assigned === undefined
          ? {}
          : {
              AssignedManagedAppleID: options.assigned.managedAppleId,
              EnrollmentMode: options.assigned.enrollmentMode,
            }),
      }),
    ],
  })
}

const scepContent = (scep: Scep): Plist.Dictionary => ({
  URL: scep.url.href,
  ...(scep.name === undefined ? {} : { Name: scep.name }),
  // An X.500 name is a sequence of sets; here every set has one member.
  Subject: (scep.subject ?? [["CN", "Device Identity"] as const]).map((pair) => [[...pair]]),
  ...(scep.challenge === undefined ? {} : { Challenge: Redacted.value(scep.challenge) }),
  "Key Type": "RSA",
  Keysize: scep.keySize ?? 2048,
  "Key Usage": scep.keyUsage ?? 5,
  KeyIsExtractable: false,
  ...(scep.caFingerprint === undefined ? {} : { CAFingerprint: scep.caFingerprint }),
  Retries: scep.retries ?? 3,
  RetryDelay: scep.retryDelay ?? 10,
})
