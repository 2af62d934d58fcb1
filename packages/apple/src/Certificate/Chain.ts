/**
 * Whether a certificate leads to a root (RFC 5280 § 6, without policies, name constraints and revocation).
 *
 * Every certificate of the chain is in date; each is signed by the next, whose subject is its issuer; each that signs another is
 * a CA by its basic constraints (with room below it) and its key usage; none has a critical extension that is not
 * checked here. The work is bounded: {@link maxIntermediates} certificates, {@link maxDepth} steps, {@link maxSignatures}
 * signatures.
 *
 * **Details**
 *
 * Every rejection is a MUST of RFC 5280: the signature, the dates and the issuer's name (§ 6.1.3 a), `cA` (§ 6.1.4 k), the path length
 * (§ 6.1.4 l, m), `keyCertSign` (§ 6.1.4 n), and a critical extension that is not processed (§ 4.2).
 */
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import { type CertificateError, certificateError } from "./CertificateError.ts"
import { type Certificate, equals, validAt } from "./X509.ts"

/**
 * The most intermediate certificates beside a leaf.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxIntermediates = 16
/**
 * Certificates above the leaf, root included.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxDepth = 6
/**
 * Signatures that are verified for one leaf.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxSignatures = 32

const basicConstraints = "2.5.29.19"
const keyUsage = "2.5.29.15"

/** Critical extensions that are allowed: these, subject alternative name and extended key usage. */
const understood = new Set([basicConstraints, keyUsage, "2.5.29.17", "2.5.29.37"])

/** How many more CAs may follow below this one; `undefined` when it is not a CA (RFC 5280 § 4.2.1.9). */
const roomBelow = (certificate: Certificate): number | undefined => {
  const extension = certificate.extensions.get(basicConstraints)
  if (extension === undefined) return undefined
  const room = Result.gen(function* () {
    const fields = yield* Asn1.enter(yield* Asn1.read(extension.value), Asn1.Sequence)
    const isCa = fields.optional(Asn1.Boolean)?.content[0] === 0xff
    const limit = fields.optional(Asn1.Integer)?.content
    if (!isCa) return undefined
    if (limit === undefined) return Number.POSITIVE_INFINITY
    return limit.length === 1 ? limit[0] : undefined
  })
  return Result.getOrElse(room, () => undefined)
}

/** `keyCertSign`, bit 5, or no key usage at all (RFC 5280 § 4.2.1.3). */
const maySignCertificates = (certificate: Certificate): boolean => {
  const extension = certificate.extensions.get(keyUsage)
  if (extension === undefined) return true
  const node = Result.getOrElse(Asn1.read(extension.value), () => undefined)
  return node?.tag === Asn1.BitString && ((node.content[1] ?? 0) & 0x04) !== 0
}

const understandable = (certificate: Certificate): boolean =>
  [...certificate.extensions].every(([id, extension]) => !extension.critical || understood.has(id))

const signedBy = (certificate: Certificate, issuer: Certificate): boolean => {
  try {
    return certificate.x509.verify(issuer.x509.publicKey)
  } catch {
    return false
  }
}

/** Whether this certificate may sign, with so many CAs below it. */
const fitToSign = (
  issuer: Certificate,
  casBelow: number,
  at: Date | undefined,
): Result.Result<void, CertificateError> => {
  const room = roomBelow(issuer)
  if (room === undefined || !maySignCertificates(issuer)) {
    return Result.fail(certificateError("BadChain", "An issuer is not a certificate authority"))
  }
  if (casBelow > room)
    return Result.fail(certificateError("BadChain", "More authorities than an issuer allows below it"))
  if (!understandable(issuer)) return Result.fail(certificateError("BadChain", "Unknown critical extension"))
  return at === undefined ? Result.void : validAt(issuer, at)
}

/**
 * The chain from the leaf (first) to one of the roots (last). `intermediates` are candidates in any order, as a message
 * carries them; `roots` are trusted, and must still be CAs in date. Without `at`, dates are not checked.
 *
 * @category verification
 * @since 0.1.0
 */
export const verifyChain = (
  leaf: Certificate,
  intermediates: ReadonlyArray<Certificate>,
  roots: ReadonlyArray<Certificate>,
  at: Date | undefined,
): Result.Result<readonly [Certificate, ...ReadonlyArray<Certificate>], CertificateError> => {
  if (intermediates.length > maxIntermediates) {
    return Result.fail(certificateError("BadChain", "Too many intermediate certificates"))
  }
  let signatures = 0

  const climb = (
    path: ReadonlyArray<Certificate>,
    top: Certificate,
  ): Result.Result<ReadonlyArray<Certificate>, CertificateError> => {
    let failure = certificateError("UntrustedIssuer", "Not issued by a trusted authority")
    if (path.length > maxDepth) return Result.fail(failure)
    const issuers = [
      ...roots.map((issuer) => ({ issuer, trusted: true })),
      ...intermediates.map((issuer) => ({ issuer, trusted: false })),
    ]
    for (const { issuer, trusted } of issuers) {
      if (!Asn1.same(issuer.subject, top.issuer)) continue
      if (!trusted && path.some((certificate) => equals(certificate, issuer))) continue
      signatures += 1
      if (signatures > maxSignatures) return Result.fail(certificateError("BadChain", "Too many possible chains"))
      if (!signedBy(top, issuer)) continue
      const fit = fitToSign(issuer, path.length - 1, at)
      const found = Result.isFailure(fit)
        ? Result.fail(fit.failure)
        : trusted
          ? Result.succeed([...path, issuer])
          : climb([...path, issuer], issuer)
      if (Result.isSuccess(found)) return found
      // An invalid chain is a more specific failure than a missing one.
      if (failure.reason === "UntrustedIssuer") failure = found.failure
    }
    return Result.fail(failure)
  }

  return Result.gen(function* () {
    if (at !== undefined) yield* validAt(leaf, at)
    if (!understandable(leaf)) return yield* Result.fail(certificateError("BadChain", "Unknown critical extension"))
    const [, ...above] = yield* climb([leaf], leaf)
    return [leaf, ...above] as const
  })
}
