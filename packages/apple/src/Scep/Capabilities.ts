/** The capabilities of a SCEP server: the response to `GetCACaps` (RFC 8894 § 3.5.2). */

/**
 * Every capability of this package. SHA-1 and DES3 are not advertised, but accepted from clients that use them.
 *
 * **Details**
 *
 * `SHA-384` is not a keyword of RFC 8894, whose clients "MUST be able to accept and ignore any unknown keywords" (§ 3.5.2). It is supported, and
 * strongSwan's `pki` up to 5.9.8 uses AES and SHA-256 only where it is listed.
 *
 * @category models
 * @since 0.1.0
 */
export const capabilities = [
  "AES",
  "POSTPKIOperation",
  "Renewal",
  "SHA-256",
  "SHA-384",
  "SHA-512",
  "SCEPStandard",
] as const

/**
 * The response to `GetCACaps`, `text/plain`.
 *
 * @category encoding
 * @since 0.1.0
 */
export const capabilitiesText: string = `${capabilities.join("\n")}\n`

/**
 * Capabilities of such a response: one a line, unknown ones included, at most 64.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parseCapabilities = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .slice(0, 4096)
      .split(/\r?\n/, 64)
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  )

/**
 * Content types of SCEP responses (RFC 8894 § 4).
 *
 * @category models
 * @since 0.1.0
 */
export const contentTypes = {
  capabilities: "text/plain",
  /** One certificate, DER. */
  caCertificate: "application/x-x509-ca-cert",
  /** Several, as certificates-only CMS. */
  caCertificates: "application/x-x509-ca-ra-cert",
  message: "application/x-pki-message",
} as const
