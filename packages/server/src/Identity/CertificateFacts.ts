/**
 * The facts of a certificate that the store keeps.
 */
import { Certificate } from "@espalier/apple"
import { DateTime } from "effect"

/**
 * Fingerprint and expiry.
 *
 * @category accessors
 * @since 0.1.0
 */
export const of = (
  certificate: Certificate.Certificate,
): { readonly fingerprint: string; readonly expiresAt: DateTime.Utc } => ({
  fingerprint: Certificate.fingerprint(certificate),
  expiresAt: DateTime.makeUnsafe(certificate.x509.validToDate),
})
