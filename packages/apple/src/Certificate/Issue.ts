/**
 * Issues certificates: of a SCEP authority, of a device, and the temporary one of a SCEP client.
 *
 * Always version 3, signed with RSA and SHA-256, with a random 128-bit serial number. Names and public keys go in as the
 * bytes they came in.
 */

import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto"
import { AsnConvert, OctetString } from "@peculiar/asn1-schema"
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier,
} from "@peculiar/asn1-x509"
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import { type CertificateError, certificateError } from "./CertificateError.ts"
import { encodeName, type Subject } from "./Name.ts"
import { type Certificate, fromDer, subjectKeyIdentifier } from "./X509.ts"

/**
 * A certificate and its private key: a certificate authority, or the identity of a signer.
 *
 * @category models
 * @since 0.1.0
 */
export interface KeyedCertificate {
  readonly certificate: Certificate
  readonly privateKey: KeyObject
}

/**
 * Validity starts this long before the given moment, because clocks of devices may be late.
 *
 * @category limits
 * @since 0.1.0
 */
export const backdatedMillis = 10 * 60 * 1000

const unissuable = (message: string) => certificateError("Unissuable", message)

/**
 * Whether this is an RSA key of 2048 to 4096 bits with an odd exponent of at least 3. Only such keys are certified.
 *
 * @category guards
 * @since 0.1.0
 */
export const isRsaKey = (key: KeyObject): boolean => {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  return (
    key.asymmetricKeyType === "rsa" &&
    modulusLength >= 2048 &&
    modulusLength <= 4096 &&
    publicExponent >= 3n &&
    publicExponent % 2n === 1n
  )
}

const extension = (id: string, critical: boolean, value: unknown) =>
  new Extension({ extnID: id, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })

/** Method 1 of RFC 5280 § 4.2.1.2: SHA-1 over the bits of the key. */
const keyIdentifier = (publicKeyInfo: Uint8Array): Result.Result<Uint8Array, Asn1.Asn1Error> =>
  Result.gen(function* () {
    const fields = yield* Asn1.enter(yield* Asn1.read(publicKeyInfo), Asn1.Sequence)
    yield* fields.next(Asn1.Sequence)
    const key = yield* Asn1.bits(yield* fields.next(Asn1.BitString))
    return new Uint8Array(createHash("sha1").update(key).digest())
  })

interface Contents {
  readonly subject: Uint8Array
  readonly issuer: Uint8Array
  readonly publicKey: KeyObject
  readonly issuerKeyId: Uint8Array | undefined
  readonly signWith: KeyObject
  readonly from: Date
  readonly to: Date
  readonly role: "authority" | "device" | "temporary"
}

const usages = {
  authority:
    KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment,
  device: KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment,
  temporary: KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment,
}

const build = (contents: Contents): Result.Result<Certificate, CertificateError> => {
  try {
    const publicKeyInfo = new Uint8Array(contents.publicKey.export({ type: "spki", format: "der" }))
    const keyId = Result.getOrThrow(keyIdentifier(publicKeyInfo))
    const authority = contents.role === "authority"
    const extensions = new Extensions([
      extension(
        id_ce_basicConstraints,
        true,
        new BasicConstraints(authority ? { cA: true, pathLenConstraint: 0 } : {}),
      ),
      extension(id_ce_keyUsage, true, new KeyUsage(usages[contents.role])),
      ...(contents.role === "device"
        ? [extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_clientAuth]))]
        : []),
      extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyId)),
      extension(
        id_ce_authorityKeyIdentifier,
        false,
        new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(contents.issuerKeyId ?? keyId) }),
      ),
    ])
    const algorithm = Asn1.algorithm("1.2.840.113549.1.1.11")
    const serial = randomBytes(16)
    // The first bit pattern is fixed, so that all serial numbers have the same length.
    serial[0] = (serial[0] ?? 0) | 0x40
    const tbs = Asn1.sequence(
      Asn1.tagged(0, Asn1.smallInteger(2)),
      Asn1.positiveInteger(serial),
      algorithm,
      contents.issuer,
      Asn1.sequence(Asn1.time(contents.from), Asn1.time(contents.to)),
      contents.subject,
      publicKeyInfo,
      Asn1.tagged(3, new Uint8Array(AsnConvert.serialize(extensions))),
    )
    return fromDer(Asn1.sequence(tbs, algorithm, Asn1.bitString(sign("sha256", tbs, contents.signWith))))
  } catch {
    return Result.fail(unissuable("The certificate cannot be made of these keys"))
  }
}

const day = 24 * 60 * 60 * 1000

const validityOf = (at: Date, days: number) =>
  Number.isFinite(days) && days > 0 && days <= 36_500 && !Number.isNaN(at.getTime())
    ? Result.succeed({ from: new Date(at.getTime() - backdatedMillis), to: new Date(at.getTime() + days * day) })
    : Result.fail(unissuable("Validity is from 1 to 36,500 days"))

/**
 * A certificate authority that signs itself: for certificates, for CRLs, and for SCEP, whose clients encrypt to it. No
 * other authority may stand below it.
 *
 * @category issuing
 * @since 0.1.0
 */
export const selfSignedCa = (options: {
  /** RSA, 2048 to 4096 bits. */
  readonly privateKey: KeyObject
  readonly subject: Subject
  /** Now. */
  readonly at: Date
  readonly days: number
}): Result.Result<Certificate, CertificateError> =>
  Result.gen(function* () {
    if (!isRsaKey(options.privateKey))
      return yield* Result.fail(unissuable("An authority's key is RSA, 2048 to 4096 bits"))
    const subject = yield* encodeName(options.subject)
    const { from, to } = yield* validityOf(options.at, options.days)
    const publicKey = createPublicKey(options.privateKey)
    const { privateKey: signWith } = options
    return yield* build({
      subject,
      issuer: subject,
      publicKey,
      issuerKeyId: undefined,
      signWith,
      from,
      to,
      role: "authority",
    })
  })

/**
 * A device's certificate: digital signature, key encipherment, client authentication. It ends no later than the authority's own.
 *
 * @category issuing
 * @since 0.1.0
 */
export const issue = (options: {
  readonly authority: KeyedCertificate
  readonly publicKey: KeyObject
  readonly subject: Subject
  /** Now. */
  readonly at: Date
  readonly days: number
}): Result.Result<Certificate, CertificateError> =>
  Result.gen(function* () {
    const { certificate: issuer, privateKey: signWith } = options.authority
    if (!isRsaKey(signWith)) return yield* Result.fail(unissuable("An authority's key is RSA, 2048 to 4096 bits"))
    const subject = yield* encodeName(options.subject)
    const { from, to } = yield* validityOf(options.at, options.days)
    const end = Math.min(to.getTime(), issuer.x509.validToDate.getTime())
    return yield* build({
      subject,
      issuer: issuer.subject,
      publicKey: options.publicKey,
      issuerKeyId: subjectKeyIdentifier(issuer),
      signWith,
      from,
      to: new Date(end),
      role: "device",
    })
  })

/**
 * A self-signed certificate that is valid for three days: a SCEP client signs its first request with it, and
 * the response is encrypted to it (RFC 8894 § 2.3).
 *
 * @category issuing
 * @since 0.1.0
 */
export const temporary = (options: {
  readonly privateKey: KeyObject
  readonly subject: Subject
  readonly at: Date
}): Result.Result<Certificate, CertificateError> =>
  Result.gen(function* () {
    const subject = yield* encodeName(options.subject)
    const { from, to } = yield* validityOf(options.at, 3)
    const { privateKey: signWith } = options
    const publicKey = createPublicKey(signWith)
    return yield* build({
      subject,
      issuer: subject,
      publicKey,
      issuerKeyId: undefined,
      signWith,
      from,
      to,
      role: "temporary",
    })
  })
