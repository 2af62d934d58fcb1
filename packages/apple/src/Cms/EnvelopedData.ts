/**
 * EnvelopedData (RFC 5652 § 6): content for the holder of one RSA key.
 *
 * Key transport is RSA with PKCS #1 v1.5 padding, because SCEP clients have no other. A server that reveals whether the padding is
 * valid decrypts for attackers (Bleichenbacher, RFC 3218). Therefore a key that does not decrypt is replaced by a random one, the
 * content is decrypted anyway, and every failure is the same error, `DecryptionFailed`. A caller that answers
 * unauthenticated clients must also treat that error and invalid content alike. Since 2024 Node offers this padding only where
 * OpenSSL hides the difference, too.
 */

import { constants, createCipheriv, createDecipheriv, privateDecrypt, publicEncrypt, randomBytes } from "node:crypto"
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import * as Certificate from "../Certificate.ts"
import { type Cipher, cipherOf, ciphers, rsaEncryption } from "./Algorithms.ts"
import { type CmsError, cmsError, malformed } from "./CmsError.ts"
import { contentInfo, id_data, id_envelopedData, type Limits, readContentInfo } from "./ContentInfo.ts"
import { algorithmOf, identifies, readIdentifier } from "./SignedData.ts"

/**
 * The most recipients of a message.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxRecipients = 8

/**
 * An opened envelope.
 *
 * @category models
 * @since 0.1.0
 */
export interface Opened {
  readonly content: Uint8Array
  /** The cipher of the message; the response uses the same. */
  readonly cipher: Cipher
}

/**
 * Encrypts content to the RSA key of a certificate.
 *
 * @category encryption
 * @since 0.1.0
 */
export const envelope = (
  content: Uint8Array,
  recipient: Certificate.Certificate,
  cipher: Cipher = "aes-256-cbc",
): Result.Result<Uint8Array, CmsError> => {
  const { id, key: keyLength, block } = ciphers[cipher]
  const unsignable = cmsError("Unsignable", "No RSA key to encrypt to")
  if (recipient.x509.publicKey.asymmetricKeyType !== "rsa") return Result.fail(unsignable)
  try {
    const key = randomBytes(keyLength)
    const iv = randomBytes(block)
    const encryption = createCipheriv(cipher, key, iv)
    const encrypted = Asn1.concat([encryption.update(content), encryption.final()])
    const encryptedKey = publicEncrypt({ key: recipient.x509.publicKey, padding: constants.RSA_PKCS1_PADDING }, key)
    const recipientInfo = Asn1.sequence(
      Asn1.smallInteger(0),
      Certificate.issuerAndSerialNumber(recipient),
      Asn1.algorithm(rsaEncryption),
      Asn1.octetString(encryptedKey),
    )
    const encryptedContent = Asn1.sequence(
      Asn1.objectIdentifier(id_data),
      Asn1.algorithm(id, Asn1.octetString(iv)),
      Asn1.taggedPrimitive(0, encrypted),
    )
    const envelopedData = Asn1.sequence(Asn1.smallInteger(0), Asn1.setOf(recipientInfo), encryptedContent)
    return Result.succeed(contentInfo(id_envelopedData, envelopedData))
  } catch {
    return Result.fail(unsignable)
  }
}

/** The encrypted key for this recipient, if there is one. */
const encryptedKeyFor = (recipients: ReadonlyArray<Asn1.Node>, certificate: Certificate.Certificate) => {
  for (const recipient of recipients) {
    const key = Result.gen(function* () {
      const fields = yield* Asn1.enter(recipient, Asn1.Sequence)
      yield* fields.next(Asn1.Integer)
      const identifier = yield* readIdentifier(yield* fields.any())
      const algorithm = yield* algorithmOf(yield* fields.next(Asn1.Sequence))
      const encrypted = Asn1.octets(yield* fields.next(Asn1.OctetString))
      return algorithm === rsaEncryption && identifies(identifier, certificate) ? encrypted : undefined
    })
    const found = Result.getOrElse(key, () => undefined)
    if (found !== undefined) return found
  }
  return undefined
}

const decryptKey = (encrypted: Uint8Array, recipient: Certificate.KeyedCertificate, length: number): Uint8Array => {
  const stand = randomBytes(length)
  try {
    const key = privateDecrypt({ key: recipient.privateKey, padding: constants.RSA_PKCS1_PADDING }, encrypted)
    return key.length === length ? key : stand
  } catch {
    return stand
  }
}

/**
 * Opens an envelope with a certificate's private key. Errors in the structure, which is public, are specific; from the key
 * on there is one error only.
 *
 * @category encryption
 * @since 0.1.0
 */
export const open = (
  bytes: Uint8Array,
  recipient: Certificate.KeyedCertificate,
  limits: Limits = {},
): Result.Result<Opened, CmsError> =>
  Result.gen(function* () {
    const content = yield* readContentInfo(bytes, id_envelopedData, limits)
    const structure = Result.gen(function* () {
      const fields = yield* Asn1.enter(content, Asn1.Sequence)
      yield* fields.next(Asn1.Integer)
      fields.optional(Asn1.context(0))
      const recipients = yield* fields.next(Asn1.Set)
      const info = yield* Asn1.enter(yield* fields.next(Asn1.Sequence), Asn1.Sequence)
      yield* info.next(Asn1.ObjectIdentifier)
      const algorithm = yield* Asn1.enter(yield* info.next(Asn1.Sequence), Asn1.Sequence)
      const algorithmId = yield* Asn1.oid(yield* algorithm.next(Asn1.ObjectIdentifier))
      const iv = algorithm.optional(Asn1.OctetString)?.content
      const encrypted = Asn1.octets(yield* info.next(Asn1.context(0)))
      return { recipients: recipients.children, algorithmId, iv, encrypted }
    })
    const { recipients, algorithmId, iv, encrypted } = yield* Result.mapError(structure, malformed)
    if (recipients.length > maxRecipients)
      return yield* Result.fail(cmsError("TooLarge", "More recipients than allowed"))
    const cipher = cipherOf(algorithmId)
    if (cipher === undefined) return yield* Result.fail(cmsError("Unsupported", "Unknown content cipher"))
    const { key: keyLength, block } = ciphers[cipher]
    if (iv?.length !== block) return yield* Result.fail(malformed())
    const failed = () => cmsError("DecryptionFailed", "The message cannot be decrypted")
    const encryptedKey = encryptedKeyFor(recipients, recipient.certificate)
    if (encryptedKey === undefined) return yield* Result.fail(failed())
    const key = decryptKey(encryptedKey, recipient, keyLength)
    return yield* Result.try({
      try: () => {
        const decryption = createDecipheriv(cipher, key, iv)
        return { content: Asn1.concat([decryption.update(encrypted), decryption.final()]), cipher }
      },
      catch: failed,
    })
  })
