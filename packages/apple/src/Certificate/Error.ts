/** Why a certificate was refused. Says nothing of what stood in it. */
import * as Schema from "effect/Schema"

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
/** @category errors */
export type CertificateErrorReason = typeof CertificateErrorReason.Type

/** A certificate that is refused, or cannot be made. @category errors */
export class CertificateError extends Schema.TaggedError<CertificateError>()("CertificateError", {
  reason: CertificateErrorReason,
  message: Schema.String,
}) {}

/** @category constructors */
export const certificateError = (reason: CertificateErrorReason, message: string): CertificateError =>
  new CertificateError({ reason, message })
