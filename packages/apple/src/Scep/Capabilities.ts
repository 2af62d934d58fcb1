/** What a SCEP server can do: the text that answers `GetCACaps` (RFC 8894 § 3.5.2). */

/**
 * Every capability this package has. SHA-1 and DES3 are left out: who asks may do better, who sends them is still understood.
 *
 * @category models
 * @since 0.1.0
 */
export const capabilities = ["AES", "POSTPKIOperation", "Renewal", "SHA-256", "SHA-512", "SCEPStandard"] as const

/**
 * The answer to `GetCACaps`, `text/plain`.
 *
 * @category encoding
 * @since 0.1.0
 */
export const capabilitiesText: string = `${capabilities.join("\n")}\n`

/**
 * Capabilities from such an answer: one a line, unknown ones too, at most 64.
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
 * Content types of SCEP's answers (RFC 8894 § 4).
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
