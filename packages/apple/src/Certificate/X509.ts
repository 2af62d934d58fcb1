/**
 * One X.509 certificate (RFC 5280): its bytes and the fields that this package needs.
 *
 * A value of this type has been parsed twice, by OpenSSL and by the reader of this package, and both agree on where it
 * ends. It is not trusted yet: see `verifyChain`.
 *
 * **Details**
 *
 * Rejected are BER that is not DER (RFC 5280 § 4.1), an extension that is present twice (§ 4.2: MUST NOT), bytes after the certificate, and more
 * than 64 KiB (own limit).
 */

import { X509Certificate } from "node:crypto"
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import { type CertificateError, certificateError } from "./CertificateError.ts"

/**
 * A certificate.
 *
 * @category models
 * @since 0.1.0
 */
export interface Certificate {
  /** As sent: fingerprints and signatures are computed over it. */
  readonly der: Uint8Array
  /** Node's view of it. */
  readonly x509: X509Certificate
  /** DER of the issuer's Name. */
  readonly issuer: Uint8Array
  /** DER of the subject's Name. */
  readonly subject: Uint8Array
  /** The serial number as its INTEGER's content bytes. */
  readonly serial: Uint8Array
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKeyInfo: Uint8Array
  /** Extensions by object identifier, in DER; at most one of each (RFC 5280 § 4.2). */
  readonly extensions: ReadonlyMap<string, Extension>
}

/**
 * An extension: whether it is critical, and its DER.
 *
 * @category models
 * @since 0.1.0
 */
export interface Extension {
  readonly critical: boolean
  readonly value: Uint8Array
}

/**
 * 64 KiB: the largest certificate that is read.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxBytes = 64 * 1024

const readExtensions = (node: Asn1.Node | undefined) =>
  Result.gen(function* () {
    const found = new Map<string, Extension>()
    if (node === undefined) return found
    const list = yield* Asn1.unwrap(node)
    yield* Asn1.enter(list, Asn1.Sequence)
    for (const item of list.children) {
      const fields = yield* Asn1.enter(item, Asn1.Sequence)
      const id = yield* Asn1.oid(yield* fields.next(Asn1.ObjectIdentifier))
      const critical = fields.optional(Asn1.Boolean)?.content[0] === 0xff
      if (found.has(id)) return yield* Result.fail(new Asn1.Asn1Error({ message: "An extension stands twice" }))
      found.set(id, { critical, value: Asn1.octets(yield* fields.next(Asn1.OctetString)) })
    }
    return found
  })

const read = (der: Uint8Array, x509: X509Certificate): Result.Result<Certificate, Asn1.Asn1Error> =>
  Result.gen(function* () {
    const outer = yield* Asn1.enter(yield* Asn1.read(der), Asn1.Sequence)
    const tbs = yield* Asn1.enter(yield* outer.next(Asn1.Sequence), Asn1.Sequence)
    tbs.optional(Asn1.context(0))
    const serial = yield* tbs.next(Asn1.Integer)
    yield* tbs.next(Asn1.Sequence)
    const issuer = yield* tbs.next(Asn1.Sequence)
    yield* tbs.next(Asn1.Sequence)
    const subject = yield* tbs.next(Asn1.Sequence)
    const publicKeyInfo = yield* tbs.next(Asn1.Sequence)
    tbs.optional(Asn1.context(1))
    tbs.optional(Asn1.context(2))
    const extensions = yield* readExtensions(tbs.optional(Asn1.context(3)))
    return {
      der,
      x509,
      issuer: issuer.raw,
      subject: subject.raw,
      serial: serial.content,
      publicKeyInfo: publicKeyInfo.raw,
      extensions,
    }
  })

/**
 * A certificate from DER. The bytes are copied.
 *
 * @category parsing
 * @since 0.1.0
 */
export const fromDer = (bytes: Uint8Array): Result.Result<Certificate, CertificateError> => {
  if (bytes.length > maxBytes) return Result.fail(certificateError("TooLarge", "Certificate over 64 KiB"))
  const malformed = certificateError("Malformed", "Not a certificate")
  // OpenSSL would also accept PEM here, and ignore bytes after the certificate.
  if (bytes[0] !== 0x30) return Result.fail(malformed)
  try {
    const der = Uint8Array.from(bytes)
    const x509 = new X509Certificate(der)
    if (!Asn1.same(x509.raw, der) || Number.isNaN(x509.validToDate.getTime())) return Result.fail(malformed)
    void x509.publicKey
    return Result.mapError(read(der, x509), () => malformed)
  } catch {
    return Result.fail(malformed)
  }
}

const block = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/

/**
 * A certificate from PEM: the first one, if there are several.
 *
 * @category parsing
 * @since 0.1.0
 */
export const fromPem = (text: string): Result.Result<Certificate, CertificateError> => {
  if (text.length > maxBytes * 2) return Result.fail(certificateError("TooLarge", "Certificate over 64 KiB"))
  const base64 = block.exec(text)?.[1]
  return base64 === undefined
    ? Result.fail(certificateError("Malformed", "Not a certificate in PEM"))
    : fromDer(Buffer.from(base64, "base64"))
}

/**
 * A certificate from bytes that are DER or PEM.
 *
 * @category parsing
 * @since 0.1.0
 */
export const parse = (bytes: Uint8Array | string): Result.Result<Certificate, CertificateError> => {
  if (typeof bytes === "string") return fromPem(bytes)
  if (bytes[0] === 0x30) return fromDer(bytes)
  if (bytes.length > maxBytes * 2) return Result.fail(certificateError("TooLarge", "Certificate over 64 KiB"))
  return fromPem(Buffer.from(bytes).toString("latin1"))
}

/**
 * PEM (RFC 7468), with a last newline.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toPem = (certificate: Certificate): string => certificate.x509.toString()

/**
 * SHA-256 of the DER in lower-case hex.
 *
 * @category getters
 * @since 0.1.0
 */
export const fingerprint = (certificate: Certificate): string =>
  certificate.x509.fingerprint256.replaceAll(":", "").toLowerCase()

/**
 * The serial number in lower-case hex.
 *
 * @category getters
 * @since 0.1.0
 */
export const serialNumber = (certificate: Certificate): string => certificate.x509.serialNumber.toLowerCase()

/**
 * The subject as text, one line an attribute (`CN=…`). For display: compare `subject`.
 *
 * @category getters
 * @since 0.1.0
 */
export const subjectText = (certificate: Certificate): string => certificate.x509.subject ?? ""

/**
 * First and last moment of its validity.
 *
 * @category getters
 * @since 0.1.0
 */
export const validity = (certificate: Certificate): { readonly from: Date; readonly to: Date } => ({
  from: certificate.x509.validFromDate,
  to: certificate.x509.validToDate,
})

/**
 * Succeeds when the certificate is in date at that moment.
 *
 * @category guards
 * @since 0.1.0
 */
export const validAt = (certificate: Certificate, at: Date): Result.Result<void, CertificateError> => {
  if (at < certificate.x509.validFromDate) {
    return Result.fail(certificateError("NotYetValid", "Certificate not valid yet"))
  }
  if (at > certificate.x509.validToDate) return Result.fail(certificateError("Expired", "Certificate expired"))
  return Result.succeed(undefined)
}

/**
 * Whether two are the same certificate, byte for byte.
 *
 * @category guards
 * @since 0.1.0
 */
export const equals = (a: Certificate, b: Certificate): boolean => Asn1.same(a.der, b.der)

/**
 * The subject key identifier, if the certificate has one (RFC 5280 § 4.2.1.2).
 *
 * @category getters
 * @since 0.1.0
 */
export const subjectKeyIdentifier = (certificate: Certificate): Uint8Array | undefined => {
  const extension = certificate.extensions.get("2.5.29.14")
  if (extension === undefined) return undefined
  const node = Result.getOrElse(Asn1.read(extension.value), () => undefined)
  return node?.tag === Asn1.OctetString ? Asn1.octets(node) : undefined
}

/**
 * DER of IssuerAndSerialNumber (RFC 5652 § 10.2.4), of the very bytes in the certificate.
 *
 * @category encoding
 * @since 0.1.0
 */
export const issuerAndSerialNumber = (certificate: Certificate): Uint8Array =>
  Asn1.sequence(certificate.issuer, Uint8Array.from([2, certificate.serial.length, ...certificate.serial]))
