/**
 * The pkiMessage (RFC 8894 § 3.1, § 3.2): SignedData whose signed attributes hold the message type and the transaction.
 * Both sides of SCEP use it.
 */

import { randomBytes } from "node:crypto"
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import type * as Certificate from "../Certificate.ts"
import type { Digest } from "../Cms/Algorithms.ts"
import * as SignedData from "../Cms/SignedData.ts"
import { verifyRead } from "../Cms/Verify.ts"
import * as Cms from "../Cms.ts"
import type { Transaction } from "./ScepError.ts"

/**
 * Object identifiers of the attributes (RFC 8894 § 3.2.1).
 *
 * @category attributes
 * @since 0.1.0
 */
export const attributeIds = {
  messageType: "2.16.840.1.113733.1.9.2",
  pkiStatus: "2.16.840.1.113733.1.9.3",
  failInfo: "2.16.840.1.113733.1.9.4",
  senderNonce: "2.16.840.1.113733.1.9.5",
  recipientNonce: "2.16.840.1.113733.1.9.6",
  transactionId: "2.16.840.1.113733.1.9.7",
} as const

/**
 * Message types by number (RFC 8894 § 3.2.1.2).
 *
 * @category attributes
 * @since 0.1.0
 */
export const messageTypes = {
  CertRep: "3",
  RenewalReq: "17",
  PKCSReq: "19",
  GetCertInitial: "20",
  GetCert: "21",
  GetCRL: "22",
} as const

/**
 * The limits of a pkiMessage.
 *
 * @category limits
 * @since 0.1.0
 */
export const limits: Cms.Limits = { maxBytes: 128 * 1024, maxCertificates: 8 }

const attributeNode = (attributes: SignedData.Attributes, id: string): Asn1.Node | undefined => {
  const values = attributes.get(id)
  if (values?.[0] === undefined || values.length !== 1) return undefined
  return Result.getOrElse(Asn1.read(values[0]), () => undefined)
}

const maxText = 255
const visible = /^[\x20-\x7e]+$/

/**
 * An attribute that is text of 1 to 255 visible ASCII characters.
 *
 * **Details**
 *
 * RFC 8894 § 3.2.1 says PrintableString; clients also put other characters into a transactionID, such as `_` and `*`. No MUST
 * of a server rejects them, and a response repeats them.
 *
 * @category attributes
 * @since 0.1.0
 */
export const textOf = (attributes: SignedData.Attributes, id: string): string | undefined => {
  const node = attributeNode(attributes, id)
  if (node === undefined || node.constructed || node.content.length > maxText) return undefined
  if (node.tag !== Asn1.PrintableString && node.tag !== Asn1.Utf8String) return undefined
  const text = Buffer.from(node.content).toString("latin1")
  return visible.test(text) ? text : undefined
}

/**
 * An attribute that is a nonce: 1 to 64 octets, although RFC 8894 § 3.2.1.5 requires 16.
 *
 * @category attributes
 * @since 0.1.0
 */
export const nonceOf = (attributes: SignedData.Attributes, id: string): Uint8Array | undefined => {
  const node = attributeNode(attributes, id)
  if (node?.tag !== Asn1.OctetString) return undefined
  const octets = Asn1.octets(node)
  return octets.length > 0 && octets.length <= 64 ? Uint8Array.from(octets) : undefined
}

/**
 * A message that is read but not verified.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unverified {
  readonly data: SignedData.SignedData
  readonly attributes: SignedData.Attributes
}

/**
 * Reads a message and its attributes, also of a message whose algorithms are not supported, so that it can be answered.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = (bytes: Uint8Array): Result.Result<Unverified, Cms.CmsError> =>
  Result.gen(function* () {
    const data = yield* SignedData.read(bytes, limits)
    return { data, attributes: yield* SignedData.attributesOf(data) }
  })

/**
 * The transaction of this message, if it has one. RFC 8894 § 3.2.1.5 makes the senderNonce a MUST of the client, which it protects
 * against replayed responses; without one the response has no recipientNonce.
 *
 * @category reading
 * @since 0.1.0
 */
export const transactionOf = (attributes: SignedData.Attributes): Transaction | undefined => {
  const transactionId = textOf(attributes, attributeIds.transactionId)
  const senderNonce = nonceOf(attributes, attributeIds.senderNonce)
  if (transactionId === undefined) return undefined
  return senderNonce === undefined ? { transactionId } : { transactionId, senderNonce }
}

/**
 * Verifies a message that has been read. A failure has no content: its signature is over an empty content.
 *
 * @category reading
 * @since 0.1.0
 */
export const verify = (
  message: Unverified,
  digests: ReadonlyArray<Digest>,
): Result.Result<Cms.Verified, Cms.CmsError> =>
  verifyRead(message.data, message.data.content ?? new Uint8Array(), { digests })

/**
 * A new nonce: 16 random octets (RFC 8894 § 3.2.1.5).
 *
 * @category writing
 * @since 0.1.0
 */
export const newNonce = (): Uint8Array => new Uint8Array(randomBytes(16))

/**
 * The contents of a message.
 *
 * @category models
 * @since 0.1.0
 */
export interface Contents {
  readonly messageType: keyof typeof messageTypes
  readonly transactionId: string
  readonly senderNonce: Uint8Array
  /** DER of EnvelopedData; `undefined` in a failure. */
  readonly envelope: Uint8Array | undefined
  readonly signer: Certificate.KeyedCertificate
  readonly digest: Digest
  readonly more?: ReadonlyArray<readonly [oid: string, value: Uint8Array]>
}

/**
 * Writes and signs a message.
 *
 * @category writing
 * @since 0.1.0
 */
export const write = (contents: Contents): Result.Result<Uint8Array, Cms.CmsError> =>
  Cms.sign({
    content: contents.envelope ?? new Uint8Array(),
    detached: contents.envelope === undefined,
    signer: contents.signer,
    digest: contents.digest,
    attributes: [
      [attributeIds.messageType, Asn1.printableString(messageTypes[contents.messageType])],
      [attributeIds.transactionId, Asn1.printableString(contents.transactionId)],
      [attributeIds.senderNonce, Asn1.octetString(contents.senderNonce)],
      ...(contents.more ?? []),
    ],
  })
