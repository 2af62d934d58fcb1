/** Writes SignedData (RFC 5652 § 5), in DER: with a signer, or of certificates only. */

import { createHash, sign as signBytes } from "node:crypto"
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import * as Certificate from "../Certificate.ts"
import { type Digest, digestIds, ecdsaIds, rsaEncryption } from "./Algorithms.ts"
import { type CmsError, cmsError } from "./CmsError.ts"
import { contentInfo, id_data, id_signedData, type Limits } from "./ContentInfo.ts"
import * as SignedData from "./SignedData.ts"

/**
 * The content and its signer.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignOptions {
  readonly content: Uint8Array
  /** RSA, or ECDSA with P-256, P-384 or P-521; its certificate goes into the message. */
  readonly signer: Certificate.KeyedCertificate
  /** Leaves the content out of the message. */
  readonly detached?: boolean
  /** SHA-256 unless given. */
  readonly digest?: Digest
  /** Further certificates for the message, such as intermediate authorities. */
  readonly certificates?: ReadonlyArray<Certificate.Certificate>
  /** Goes in as an attribute. */
  readonly signingTime?: Date
  /** Further attributes: object identifier and the DER of its one value. */
  readonly attributes?: ReadonlyArray<readonly [oid: string, value: Uint8Array]>
  /** Signs the content itself, without attributes, as devices do. */
  readonly withoutAttributes?: boolean
}

const attribute = (id: string, value: Uint8Array): Uint8Array =>
  Asn1.sequence(Asn1.objectIdentifier(id), Asn1.setOf(value))

const encapsulated = (content: Uint8Array | undefined): Uint8Array =>
  Asn1.sequence(
    Asn1.objectIdentifier(id_data),
    ...(content === undefined ? [] : [Asn1.tagged(0, Asn1.octetString(content))]),
  )

/**
 * A signed message. With empty content and `detached` it is the form that RFC 8894 uses for a failure.
 *
 * @category signing
 * @since 0.1.0
 */
export const sign = (options: SignOptions): Result.Result<Uint8Array, CmsError> => {
  const { content, signer, digest = "sha256" } = options
  try {
    const kind = signer.privateKey.asymmetricKeyType
    if ((kind !== "rsa" && kind !== "ec") || !signer.certificate.x509.checkPrivateKey(signer.privateKey)) {
      return Result.fail(cmsError("Unsignable", "The private key is not the certificate's, or of an unsupported kind"))
    }
    const attributes = [
      attribute(SignedData.id_contentType, Asn1.objectIdentifier(id_data)),
      attribute(SignedData.id_messageDigest, Asn1.octetString(createHash(digest).update(content).digest())),
      ...(options.signingTime === undefined
        ? []
        : [attribute(SignedData.id_signingTime, Asn1.time(options.signingTime))]),
      ...(options.attributes ?? []).map(([id, value]) => attribute(id, value)),
    ]
    const signed = options.withoutAttributes ? undefined : Asn1.setOf(...attributes)
    const signature = signBytes(digest, signed ?? content, signer.privateKey)
    const digestAlgorithm = Asn1.algorithm(digestIds[digest])
    const signerInfo = Asn1.sequence(
      Asn1.smallInteger(1),
      Certificate.issuerAndSerialNumber(signer.certificate),
      digestAlgorithm,
      // The same bytes under an implicit tag: [0] in place of SET (RFC 5652 § 5.3).
      ...(signed === undefined ? [] : [Uint8Array.from([0xa0, ...signed.subarray(1)])]),
      kind === "rsa" ? Asn1.algorithm(rsaEncryption) : Asn1.algorithm(ecdsaIds[digest], "absent"),
      Asn1.octetString(signature),
    )
    const certificates = [signer.certificate, ...(options.certificates ?? [])].map(({ der }) => der)
    const signedData = Asn1.sequence(
      Asn1.smallInteger(1),
      Asn1.setOf(digestAlgorithm),
      encapsulated(options.detached ? undefined : content),
      Asn1.tagged(0, ...certificates),
      Asn1.setOf(signerInfo),
    )
    return Result.succeed(contentInfo(id_signedData, signedData))
  } catch {
    return Result.fail(cmsError("Unsignable", "Signing failed"))
  }
}

/**
 * Certificates in SignedData without a signer, the form in which SCEP sends them (RFC 5652 § 5.2, RFC 8894 § 3.4).
 *
 * @category certificates
 * @since 0.1.0
 */
export const certsOnly = (certificates: ReadonlyArray<Certificate.Certificate>): Uint8Array =>
  contentInfo(
    id_signedData,
    Asn1.sequence(
      Asn1.smallInteger(1),
      Asn1.setOf(),
      encapsulated(undefined),
      Asn1.tagged(0, ...certificates.map(({ der }) => der)),
      Asn1.setOf(),
    ),
  )

/**
 * The certificates of such a message, in its order. They are not trusted yet.
 *
 * @category certificates
 * @since 0.1.0
 */
export const readCertsOnly = (
  bytes: Uint8Array,
  limits: Limits = {},
): Result.Result<ReadonlyArray<Certificate.Certificate>, CmsError> =>
  Result.map(SignedData.read(bytes, limits), (message) => message.certificates)
