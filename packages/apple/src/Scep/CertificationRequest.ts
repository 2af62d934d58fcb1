/**
 * Certification requests (PKCS #10, RFC 2986): reads them, with the proof that the sender holds the key, and writes them.
 *
 * SHA-1 is accepted in that proof: the requesting key signs a statement about itself only.
 */

import { createPublicKey, type KeyObject, sign, verify } from "node:crypto"
import { Redacted, Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import * as Certificate from "../Certificate.ts"
import { signatureOf } from "../Cms/Algorithms.ts"
import { type ScepError, scepError } from "./ScepError.ts"

/**
 * The contents of a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface CertificationRequest {
  /** DER of the requested Name. The authority decides which name it certifies. */
  readonly subject: Uint8Array
  /** RSA, 2048 to 4096 bits; the sender has proved to hold the private one. */
  readonly publicKey: KeyObject
  /** DER of that key. */
  readonly publicKeyInfo: Uint8Array
  /** The secret that permits the request (RFC 2985 § 5.4.1), if present. */
  readonly challengePassword: Redacted.Redacted<string> | undefined
}

const challengePassword = "1.2.840.113549.1.9.7"

/**
 * The longest challenge that is read, in bytes. RFC 2985 says 255; signed challenges are longer.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxChallenge = 2048

const strings = new Set([Asn1.PrintableString, Asn1.Utf8String, Asn1.IA5String, Asn1.universal(20)])

const malformed = () => new Asn1.Asn1Error({ message: "Not a certification request" })

const readChallenge = (node: Asn1.Node | undefined) =>
  Result.gen(function* () {
    const found: Array<Asn1.Node> = []
    for (const attribute of node?.children ?? []) {
      const fields = yield* Asn1.enter(attribute, Asn1.Sequence)
      const id = yield* Asn1.oid(yield* fields.next(Asn1.ObjectIdentifier))
      const values = yield* fields.next(Asn1.Set)
      if (id === challengePassword) found.push(...values.children)
    }
    const [value] = found
    if (value === undefined) return undefined
    if (found.length > 1 || !strings.has(value.tag) || value.constructed || value.content.length > maxChallenge) {
      return yield* Result.fail(malformed())
    }
    return Redacted.make(Buffer.from(value.content).toString("utf8"))
  })

/**
 * The parameters are not part of what is signed, so they are checked here. RFC 4055 § 5: they MUST be NULL, and a reader MUST accept
 * them absent as well.
 */
const signatureAlgorithmOf = (node: Asn1.Node): Result.Result<string, Asn1.Asn1Error> =>
  Result.gen(function* () {
    const fields = yield* Asn1.enter(node, Asn1.Sequence)
    const id = yield* Asn1.oid(yield* fields.next(Asn1.ObjectIdentifier))
    const parameters = fields.optional(Asn1.Null)
    const count = parameters === undefined ? 1 : 2
    return node.children.length === count && (parameters?.content.length ?? 0) === 0
      ? id
      : yield* Result.fail(malformed())
  })

const structure = (der: Uint8Array) =>
  Result.gen(function* () {
    const outer = yield* Asn1.enter(yield* Asn1.read(der), Asn1.Sequence)
    const info = yield* outer.next(Asn1.Sequence)
    const algorithmId = yield* signatureAlgorithmOf(yield* outer.next(Asn1.Sequence))
    const signature = yield* Asn1.bits(yield* outer.next(Asn1.BitString))
    const fields = yield* Asn1.enter(info, Asn1.Sequence)
    yield* fields.next(Asn1.Integer)
    const subject = yield* fields.next(Asn1.Sequence)
    const publicKeyInfo = yield* fields.next(Asn1.Sequence)
    const challenge = yield* readChallenge(fields.optional(Asn1.context(0)))
    return { info: info.raw, algorithmId, signature, subject: subject.raw, publicKeyInfo: publicKeyInfo.raw, challenge }
  })

/**
 * A request whose signature proves possession of its key. Bytes that are not a request fail with `badMessageCheck`, the same as bytes
 * that could not be decrypted, so that a sender cannot distinguish the two.
 *
 * @category reading
 * @since 0.1.0
 */
export const readRequest = (der: Uint8Array): Result.Result<CertificationRequest, ScepError> =>
  Result.gen(function* () {
    const read = Result.mapError(structure(der), () => scepError("badMessageCheck", "No readable request"))
    const { info, algorithmId, signature, subject, publicKeyInfo, challenge } = yield* read
    const publicKey = yield* Result.try({
      try: () => createPublicKey({ key: Buffer.from(publicKeyInfo), format: "der", type: "spki" }),
      catch: () => scepError("badAlg", "A public key of an unknown kind"),
    })
    if (!Certificate.isRsaKey(publicKey))
      return yield* Result.fail(scepError("badAlg", "Not an RSA key of 2048 to 4096 bits"))
    const algorithm = signatureOf(algorithmId)
    const digest = algorithm?.digest
    if (algorithm?.key !== "rsa" || digest === undefined) {
      return yield* Result.fail(scepError("badAlg", "The request's signature algorithm is not supported"))
    }
    const unproved = scepError("badMessageCheck", "The request is not signed by its own key")
    const good = yield* Result.try({ try: () => verify(digest, info, publicKey, signature), catch: () => unproved })
    if (!good) return yield* Result.fail(unproved)
    return { subject, publicKey, publicKeyInfo, challengePassword: challenge }
  })

/**
 * DER of a request, signed with SHA-256.
 *
 * @category writing
 * @since 0.1.0
 */
export const makeRequest = (options: {
  readonly privateKey: KeyObject
  readonly subject: Certificate.Subject
  readonly challengePassword?: Redacted.Redacted<string>
}): Result.Result<Uint8Array, Certificate.CertificateError | ScepError> =>
  Result.gen(function* () {
    const { privateKey } = options
    const subject = yield* Certificate.encodeName(options.subject)
    const attributes =
      options.challengePassword === undefined
        ? []
        : [
            Asn1.sequence(
              Asn1.objectIdentifier(challengePassword),
              Asn1.setOf(Asn1.utf8String(Redacted.value(options.challengePassword))),
            ),
          ]
    return yield* Result.try({
      try: () => {
        const publicKeyInfo = createPublicKey(privateKey).export({ type: "spki", format: "der" })
        const info = Asn1.sequence(Asn1.smallInteger(0), subject, publicKeyInfo, Asn1.tagged(0, ...attributes))
        const signature = sign("sha256", info, privateKey)
        return Asn1.sequence(info, Asn1.algorithm("1.2.840.113549.1.1.11"), Asn1.bitString(signature))
      },
      catch: () => scepError("badAlg", "The private key cannot sign a request"),
    })
  })
