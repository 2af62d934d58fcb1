/** Why a certificate was rejected. The error holds nothing of the certificate. */
import { Schema } from "effect"

/**
 * What is wrong:
 *
 * - `TooLarge`, `Malformed`: the bytes are not a certificate;
 * - `Expired`, `NotYetValid`: it, or one above it, is out of date;
 * - `UntrustedIssuer`: no chain ends in a root;
 * - `BadChain`: a chain was found, but one of its certificates is not allowed in its place;
 * - `Unissuable`: a certificate with this key, subject or validity cannot be issued.
 *
 * @category errors
 * @since 0.1.0
 */
export const CertificateErrorReason = Schema.Literals([
  "TooLarge",
  "Malformed",
  "Expired",
  "NotYetValid",
  "UntrustedIssuer",
  "BadChain",
  "Unissuable",
])
/**
 * @category errors
 * @since 0.1.0
 */
export type CertificateErrorReason = typeof CertificateErrorReason.Type

/**
 * A certificate that was rejected or cannot be issued.
 *
 * @category errors
 * @since 0.1.0
 */
export class CertificateError extends Schema.TaggedError<CertificateError>()("CertificateError", {
  reason: CertificateErrorReason,
  message: Schema.String,
}) {}

/**
 * @category constructors
 * @since 0.1.0
 */
export const certificateError = (reason: CertificateErrorReason, message: string): CertificateError =>
  new CertificateError({ reason, message })
