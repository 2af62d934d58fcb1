/**
 * Verifying SignedData (RFC 5652 § 5.4, § 5.6): the signature is the signer's, over this content.
 *
 * It does not check that the signer is trusted or in date: use `Certificate.verifyChain` for that.
 *
 * A signature without signed attributes is over the content alone and is accepted only for plain data. Devices sign
 * their messages that way.
 *
 * **Details**
 *
 * With signed attributes, content-type and message-digest MUST be present once and match (RFC 5652 § 5.3, § 11.1, § 11.2).
 */

import { createHash, timingSafeEqual, verify as verifySignature } from "node:crypto"
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import type * as Certificate from "../Certificate.ts"
import { type Digest, modernDigests } from "./Algorithms.ts"
import { type CmsError, cmsError } from "./CmsError.ts"
import { id_data, type Limits } from "./ContentInfo.ts"
import * as SignedData from "./SignedData.ts"

/**
 * Options of the verification.
 *
 * @category models
 * @since 0.1.0
 */
export interface VerifyOptions extends Limits {
  /** The content, when the signature is detached. A message with content of its own is then invalid. */
  readonly detached?: Uint8Array
  /** Accepted digests. Default: SHA-256, SHA-384 and SHA-512. */
  readonly digests?: ReadonlyArray<Digest>
  /** The shortest RSA key of a signer, in bits. Default: 2048. */
  readonly minRsaBits?: number
}

/**
 * A message with a valid signature.
 *
 * @category models
 * @since 0.1.0
 */
export interface Verified {
  readonly content: Uint8Array
  readonly contentType: string
  /** The signer's certificate. It is not trusted yet. */
  readonly signer: Certificate.Certificate
  /** The other certificates in the message, in its order. */
  readonly certificates: ReadonlyArray<Certificate.Certificate>
  readonly digest: Digest
  /** The signing time that the signer states. */
  readonly signingTime: Date | undefined
  /** Signed attributes; empty when only the content was signed. */
  readonly attributes: SignedData.Attributes
}

const unsupported = () => cmsError("Unsupported", "Digest, signature algorithm or key not allowed")
const invalid = () => cmsError("SignatureInvalid", "The signature is not over this content")

/** Apple, "ACMECertificate": `KeySize` of an `ECSECPrimeRandom` key is 192, 256, 384 or 521; NIST SP 800-186 § 3.2.1 keeps these three. */
const curves = new Set(["prime256v1", "secp384r1", "secp521r1"])

const keyFits = (signer: Certificate.Certificate, kind: "rsa" | "ec", minRsaBits: number): boolean => {
  const key = signer.x509.publicKey
  const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType !== kind) return false
  return kind === "rsa" ? modulusLength >= minRsaBits && modulusLength <= 8192 : curves.has(namedCurve)
}

const only = (attributes: SignedData.Attributes, id: string): Asn1.Node | undefined => {
  const values = attributes.get(id)
  return values?.[0] === undefined || values.length !== 1
    ? undefined
    : Result.getOrElse(Asn1.read(values[0]), () => undefined)
}

/** Both attributes that a SignerInfo with attributes must have (RFC 5652 § 5.3, § 11.1, § 11.2). */
const attributesMatch = (attributes: SignedData.Attributes, contentType: string, digest: Uint8Array): boolean => {
  const type = only(attributes, SignedData.id_contentType)
  const messageDigest = only(attributes, SignedData.id_messageDigest)
  if (type === undefined || messageDigest?.tag !== Asn1.OctetString) return false
  const octets = Asn1.octets(messageDigest)
  return (
    Result.getOrElse(Asn1.oid(type), () => "") === contentType &&
    octets.length === digest.length &&
    timingSafeEqual(octets, digest)
  )
}

const timeOf = (node: Asn1.Node | undefined): Date | undefined => {
  if (node === undefined || (node.tag !== Asn1.UtcTime && node.tag !== Asn1.GeneralizedTime)) return undefined
  const text = Buffer.from(node.content).toString("latin1")
  const parts = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (parts === null) return undefined
  const [, year = "", month, day, hour, minute, second] = parts
  const century = year.length === 4 ? "" : Number(year) < 50 ? "20" : "19"
  const date = new Date(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/**
 * Verifies what has been read. `content` is used where the message has none.
 *
 * @category verification
 * @since 0.1.0
 */
export const verifyRead = (
  message: SignedData.SignedData,
  content: Uint8Array,
  { digests = modernDigests, minRsaBits = 2048 }: Pick<VerifyOptions, "digests" | "minRsaBits"> = {},
): Result.Result<Verified, CmsError> =>
  Result.gen(function* () {
    const info = yield* SignedData.signerOf(message)
    const { algorithm, digest, signedAttributes } = info
    if (!digests.includes(digest) || (algorithm.digest !== undefined && algorithm.digest !== digest)) {
      return yield* Result.fail(unsupported())
    }
    const signer = message.certificates.find((certificate) => SignedData.identifies(info.identifier, certificate))
    if (signer === undefined) return yield* Result.fail(cmsError("NoSigner", "The signer's certificate is missing"))
    if (!keyFits(signer, algorithm.key, minRsaBits)) return yield* Result.fail(unsupported())
    if (signedAttributes === undefined) {
      if (message.contentType !== id_data) return yield* Result.fail(invalid())
    } else {
      const computed = createHash(digest).update(content).digest()
      if (!attributesMatch(signedAttributes.values, message.contentType, computed)) return yield* Result.fail(invalid())
    }
    const good = yield* Result.try({
      try: () => verifySignature(digest, signedAttributes?.encoded ?? content, signer.x509.publicKey, info.signature),
      catch: invalid,
    })
    if (!good) return yield* Result.fail(invalid())
    const attributes: SignedData.Attributes = signedAttributes?.values ?? new Map()
    return {
      content,
      contentType: message.contentType,
      signer,
      certificates: message.certificates.filter((certificate) => certificate !== signer),
      digest,
      signingTime: timeOf(only(attributes, SignedData.id_signingTime)),
      attributes,
    }
  })

/**
 * Verifies a SignedData message with its content inside, or apart (`detached`).
 *
 * @category verification
 * @since 0.1.0
 */
export const verify = (bytes: Uint8Array, options: VerifyOptions = {}): Result.Result<Verified, CmsError> =>
  Result.gen(function* () {
    const message = yield* SignedData.read(bytes, options)
    if ((message.content === undefined) !== (options.detached !== undefined)) {
      return yield* Result.fail(cmsError("Malformed", "Content both inside and apart, or neither"))
    }
    return yield* verifyRead(message, message.content ?? options.detached ?? new Uint8Array(), options)
  })
