/**
 * Reading SignedData (RFC 5652 § 5), DER or BER, without verifying it.
 *
 * A message has exactly one signer: with two, the sender would be ambiguous.
 */

import { id_contentType, id_messageDigest, id_signingTime } from "@peculiar/asn1-cms"
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import * as Certificate from "../Certificate.ts"
import { type Digest, digestOf, type Signature, signatureOf } from "./Algorithms.ts"
import { type CmsError, cmsError, malformed } from "./CmsError.ts"
import { defaultMaxCertificates, id_signedData, type Limits, readContentInfo } from "./ContentInfo.ts"

export { id_contentType, id_messageDigest, id_signingTime }

/**
 * Attributes by object identifier; the values are whole BER elements.
 *
 * @category models
 * @since 0.1.0
 */
export type Attributes = ReadonlyMap<string, ReadonlyArray<Uint8Array>>

/**
 * The signer's certificate, identified in one of two ways.
 *
 * @category models
 * @since 0.1.0
 */
export type SignerIdentifier =
  | { readonly _tag: "IssuerAndSerialNumber"; readonly issuer: Uint8Array; readonly serial: Uint8Array }
  | { readonly _tag: "SubjectKeyIdentifier"; readonly identifier: Uint8Array }

/**
 * The signature of a message and how it was made.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignerInfo {
  readonly identifier: SignerIdentifier
  readonly digest: Digest
  readonly algorithm: Signature
  readonly signature: Uint8Array
  /** `undefined` when the signature is over the content itself. */
  readonly signedAttributes: { readonly encoded: Uint8Array; readonly values: Attributes } | undefined
}

/**
 * A message that is not verified yet.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignedData {
  readonly contentType: string
  /** `undefined` when the content travels apart. */
  readonly content: Uint8Array | undefined
  readonly certificates: ReadonlyArray<Certificate.Certificate>
  readonly signers: ReadonlyArray<Asn1.Node>
}

const maxAttributes = 32

const unsupported = () => cmsError("Unsupported", "Unknown digest or signature algorithm")

/**
 * The object identifier of an AlgorithmIdentifier.
 *
 * @category reading
 * @since 0.1.0
 */
export const algorithmOf = (node: Asn1.Node): Result.Result<string, Asn1.Asn1Error> =>
  Result.gen(function* () {
    const fields = yield* Asn1.enter(node, Asn1.Sequence)
    return yield* Asn1.oid(yield* fields.next(Asn1.ObjectIdentifier))
  })

/**
 * IssuerAndSerialNumber, or a key identifier under `[0]` (RFC 5652 § 5.3, § 6.2.1).
 *
 * @category reading
 * @since 0.1.0
 */
export const readIdentifier = (node: Asn1.Node): Result.Result<SignerIdentifier, Asn1.Asn1Error> =>
  Result.gen(function* () {
    if (node.tag === Asn1.context(0)) {
      return { _tag: "SubjectKeyIdentifier", identifier: Asn1.octets(node) } as const
    }
    const fields = yield* Asn1.enter(node, Asn1.Sequence)
    const issuer = yield* fields.next(Asn1.Sequence)
    const serial = yield* fields.next(Asn1.Integer)
    return { _tag: "IssuerAndSerialNumber", issuer: issuer.raw, serial: serial.content } as const
  })

/**
 * Whether an identifier means this certificate.
 *
 * @category guards
 * @since 0.1.0
 */
export const identifies = (identifier: SignerIdentifier, certificate: Certificate.Certificate): boolean => {
  if (identifier._tag === "IssuerAndSerialNumber") {
    return Asn1.same(identifier.issuer, certificate.issuer) && Asn1.same(identifier.serial, certificate.serial)
  }
  const keyIdentifier = Certificate.subjectKeyIdentifier(certificate)
  return keyIdentifier !== undefined && Asn1.same(identifier.identifier, keyIdentifier)
}

const readCertificates = (node: Asn1.Node | undefined, limits: Limits) =>
  Result.gen(function* () {
    const found: Array<Certificate.Certificate> = []
    const children = node?.children ?? []
    if (children.length > (limits.maxCertificates ?? defaultMaxCertificates)) {
      return yield* Result.fail(cmsError("TooLarge", "More certificates than allowed"))
    }
    for (const child of children) {
      // Attribute certificates and other formats have context tags (RFC 5652 § 10.2.2) and are skipped.
      if (child.tag !== Asn1.Sequence) continue
      found.push(yield* Result.mapError(Certificate.fromDer(child.raw), malformed))
    }
    return found
  })

const readAttributes = (node: Asn1.Node): Result.Result<SignerInfo["signedAttributes"], Asn1.Asn1Error> =>
  Result.gen(function* () {
    const invalid = new Asn1.Asn1Error({ message: "Not attributes" })
    const values = new Map<string, ReadonlyArray<Uint8Array>>()
    if (!node.constructed || node.children.length === 0 || node.children.length > maxAttributes) {
      return yield* Result.fail(invalid)
    }
    for (const child of node.children) {
      const fields = yield* Asn1.enter(child, Asn1.Sequence)
      const id = yield* Asn1.oid(yield* fields.next(Asn1.ObjectIdentifier))
      const set = yield* fields.next(Asn1.Set)
      if (values.has(id)) return yield* Result.fail(invalid)
      values.set(
        id,
        set.children.map((value) => value.raw),
      )
    }
    // Signed is the SET OF, whatever tag it travels under (RFC 5652 § 5.4).
    return { encoded: Asn1.setAsSent(node.children.map((child) => child.raw)), values }
  })

/**
 * Reads the structure down to, and without, the signers.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = (bytes: Uint8Array, limits: Limits = {}): Result.Result<SignedData, CmsError> =>
  Result.gen(function* () {
    const content = yield* readContentInfo(bytes, id_signedData, limits)
    const structure = Result.gen(function* () {
      const fields = yield* Asn1.enter(content, Asn1.Sequence)
      yield* fields.next(Asn1.Integer)
      yield* fields.next(Asn1.Set)
      const inner = yield* Asn1.enter(yield* fields.next(Asn1.Sequence), Asn1.Sequence)
      const contentType = yield* Asn1.oid(yield* inner.next(Asn1.ObjectIdentifier))
      const wrapped = inner.optional(Asn1.context(0))
      const eContent = wrapped === undefined ? undefined : yield* Asn1.unwrap(wrapped)
      if (eContent !== undefined && eContent.tag !== Asn1.OctetString) {
        return yield* Result.fail(new Asn1.Asn1Error({ message: "Expected octets" }))
      }
      const certificates = fields.optional(Asn1.context(0))
      fields.optional(Asn1.context(1))
      const signers = yield* fields.next(Asn1.Set)
      return { contentType, eContent, certificates, signers: signers.children }
    })
    const { contentType, eContent, certificates, signers } = yield* Result.mapError(structure, malformed)
    return {
      contentType,
      content: eContent === undefined ? undefined : Asn1.octets(eContent),
      certificates: yield* readCertificates(certificates, limits),
      signers,
    }
  })

/** The structure of the only signer, with the object identifiers of its algorithms. */
const readSigner = (message: SignedData) =>
  Result.gen(function* () {
    const [signer] = message.signers
    if (signer === undefined || message.signers.length !== 1) {
      return yield* Result.fail(cmsError("NoSigner", "Not exactly one signer"))
    }
    const structure = Result.gen(function* () {
      const fields = yield* Asn1.enter(signer, Asn1.Sequence)
      yield* fields.next(Asn1.Integer)
      const identifier = yield* readIdentifier(yield* fields.any())
      const digestId = yield* algorithmOf(yield* fields.next(Asn1.Sequence))
      const attributes = fields.optional(Asn1.context(0))
      const signedAttributes = attributes === undefined ? undefined : yield* readAttributes(attributes)
      const algorithmId = yield* algorithmOf(yield* fields.next(Asn1.Sequence))
      const signature = Asn1.octets(yield* fields.next(Asn1.OctetString))
      return { identifier, digestId, signedAttributes, algorithmId, signature }
    })
    return yield* Result.mapError(structure, malformed)
  })

/**
 * The signed attributes of the only signer, whatever its algorithms are; empty when only the content was signed.
 *
 * @category reading
 * @since 0.1.0
 */
export const attributesOf = (message: SignedData): Result.Result<Attributes, CmsError> =>
  Result.map(readSigner(message), ({ signedAttributes }) => signedAttributes?.values ?? new Map())

/**
 * The signature information of the only signer.
 *
 * @category reading
 * @since 0.1.0
 */
export const signerOf = (message: SignedData): Result.Result<SignerInfo, CmsError> =>
  Result.gen(function* () {
    const { digestId, algorithmId, ...rest } = yield* readSigner(message)
    const digest = digestOf(digestId)
    const algorithm = signatureOf(algorithmId)
    if (digest === undefined || algorithm === undefined) return yield* Result.fail(unsupported())
    return { ...rest, digest, algorithm }
  })
