/** Why a certificate was refused. Says nothing of what stood in it. */
import { Schema } from "effect"

/**
 * What is wrong:
 *
 * - `TooLarge`, `Malformed`: the bytes are no certificate;
 * - `Expired`, `NotYetValid`: it, or one above it, is out of date;
 * - `UntrustedIssuer`: no chain ends in a root;
 * - `BadChain`: a chain was found, but one of its certificates may not be where it is;
 * - `Unissuable`: asked to issue what cannot be issued (key, subject, days).
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
 * A certificate that is refused, or cannot be made.
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
