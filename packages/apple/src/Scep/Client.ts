/**
 * The device's side of SCEP: writes requests and reads responses. No HTTP: send `message` as the body of
 * `POST …?operation=PKIOperation`, and give the response's body to {@link readCertRep}.
 */

import { createHash, createPublicKey, type KeyObject } from "node:crypto"
import { type Redacted, Result } from "effect"
import * as Certificate from "../Certificate.ts"
import * as Cms from "../Cms.ts"
import { makeRequest } from "./CertificationRequest.ts"
import * as PkiMessage from "./PkiMessage.ts"
import { type FailInfo, type ScepError, scepError } from "./ScepError.ts"

/**
 * Why a client cannot write a request or read a response.
 *
 * @category errors
 * @since 0.1.0
 */
export type ClientError = ScepError | Cms.CmsError | Certificate.CertificateError

/**
 * A request that waits for its response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pending {
  readonly message: Uint8Array
  readonly transactionId: string
  readonly senderNonce: Uint8Array
  /** The response is encrypted to this certificate. */
  readonly recipient: Certificate.KeyedCertificate
  /** The key that will be certified. */
  readonly privateKey: KeyObject
  /** The authority that must sign the response. */
  readonly authority: Certificate.Certificate
}

/**
 * The response of an authority.
 *
 * @category models
 * @since 0.1.0
 */
export type CertRep =
  | {
      readonly _tag: "Success"
      /** The certificate of the requested key. */
      readonly certificate: Certificate.Certificate
      /** All certificates of the response. */
      readonly certificates: ReadonlyArray<Certificate.Certificate>
    }
  | { readonly _tag: "Failure"; readonly failInfo: FailInfo | undefined }
  | { readonly _tag: "Pending" }

/**
 * Options of both kinds of requests.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestOptions {
  /** The key to be certified: RSA, 2048 to 4096 bits. */
  readonly privateKey: KeyObject
  readonly subject: Certificate.Subject
  /** The authority's certificate, from `GetCACert`. */
  readonly authority: Certificate.Certificate
  readonly challengePassword?: Redacted.Redacted<string>
  /** AES-256 unless given. */
  readonly cipher?: Cms.Cipher
  /** SHA-256 unless given. */
  readonly digest?: Cms.Digest
}

const build = (
  messageType: "PKCSReq" | "RenewalReq",
  options: RequestOptions,
  recipient: Certificate.KeyedCertificate,
): Result.Result<Pending, ClientError> =>
  Result.gen(function* () {
    const { privateKey, authority, digest = "sha256" } = options
    const csr = yield* makeRequest(options)
    const envelope = yield* Cms.envelope(csr, authority, options.cipher)
    const publicKeyInfo = createPublicKey(privateKey).export({ type: "spki", format: "der" })
    const transactionId = createHash("sha256").update(publicKeyInfo).digest("hex")
    const senderNonce = PkiMessage.newNonce()
    const contents = { messageType, transactionId, senderNonce, envelope, signer: recipient, digest }
    const message = yield* PkiMessage.write(contents)
    return { message, transactionId, senderNonce, recipient, privateKey, authority }
  })

/**
 * A first request (RFC 8894 § 3.3.1), signed with a self-signed certificate of the key to be certified, or of another key as macOS does.
 *
 * @category requests
 * @since 0.1.0
 */
export const pkcsReq = (
  options: RequestOptions & {
    readonly at: Date
    /** The key and the subject of the certificate that signs the request. Default: those of the request. */
    readonly signer?: { readonly privateKey: KeyObject; readonly subject: Certificate.Subject }
  },
): Result.Result<Pending, ClientError> =>
  Result.gen(function* () {
    const { privateKey, at, signer = options } = options
    if (!Certificate.isRsaKey(privateKey))
      return yield* Result.fail(scepError("badAlg", "Not an RSA key of 2048 to 4096 bits"))
    const certificate = yield* Certificate.temporary({ privateKey: signer.privateKey, subject: signer.subject, at })
    return yield* build("PKCSReq", options, { certificate, privateKey: signer.privateKey })
  })

/**
 * A renewal (RFC 8894 § 3.3.1.2), signed with the present certificate; the key may be new or the same.
 *
 * @category requests
 * @since 0.1.0
 */
export const renewalReq = (
  options: RequestOptions & { readonly present: Certificate.KeyedCertificate },
): Result.Result<Pending, ClientError> =>
  Certificate.isRsaKey(options.privateKey)
    ? build("RenewalReq", options, options.present)
    : Result.fail(scepError("badAlg", "Not an RSA key of 2048 to 4096 bits"))

const failInfos: ReadonlyArray<FailInfo> = ["badAlg", "badMessageCheck", "badRequest", "badTime", "badCertId"]

/**
 * Reads the response of an authority. The authority of the request must have signed it, and it must have the transaction and the nonce
 * of the request. A success must hold a certificate of the requested key.
 *
 * @category answers
 * @since 0.1.0
 */
export const readCertRep = (bytes: Uint8Array, pending: Pending): Result.Result<CertRep, ClientError> =>
  Result.gen(function* () {
    const unverified = yield* PkiMessage.read(bytes)
    const { signer, content, attributes } = yield* PkiMessage.verify(unverified, Cms.modernDigests)
    const { attributeIds, messageTypes } = PkiMessage
    const nonce = PkiMessage.nonceOf(attributes, attributeIds.recipientNonce)
    if (
      !Certificate.equals(signer, pending.authority) ||
      PkiMessage.textOf(attributes, attributeIds.messageType) !== messageTypes.CertRep ||
      PkiMessage.textOf(attributes, attributeIds.transactionId) !== pending.transactionId ||
      nonce === undefined ||
      Buffer.compare(nonce, pending.senderNonce) !== 0
    ) {
      return yield* Result.fail(scepError("badMessageCheck", "Not a response to this request"))
    }
    switch (PkiMessage.textOf(attributes, attributeIds.pkiStatus)) {
      case "3":
        return { _tag: "Pending" } as const
      case "2": {
        const number = PkiMessage.textOf(attributes, attributeIds.failInfo)
        return { _tag: "Failure", failInfo: number === undefined ? undefined : failInfos[Number(number)] } as const
      }
      case "0": {
        const opened = yield* Cms.open(content, pending.recipient, PkiMessage.limits)
        const certificates = yield* Cms.readCertsOnly(opened.content, PkiMessage.limits)
        const certificate = certificates.find(({ x509 }) => x509.checkPrivateKey(pending.privateKey))
        if (certificate === undefined) {
          return yield* Result.fail(scepError("badCertId", "No certificate of the requested key"))
        }
        return { _tag: "Success", certificate, certificates } as const
      }
      default:
        return yield* Result.fail(scepError("badRequest", "A response without a known status"))
    }
  })

/**
 * The certificates in a response to `GetCACert`: one in DER, or several in certificates-only CMS (RFC 8894 § 4.2). Neither is
 * signed: compare the fingerprint with one from another source.
 *
 * @category answers
 * @since 0.1.0
 */
export const readCaCertificates = (
  bytes: Uint8Array,
): Result.Result<ReadonlyArray<Certificate.Certificate>, ClientError> => {
  const one = Certificate.fromDer(bytes)
  return Result.isSuccess(one) ? Result.succeed([one.success]) : Cms.readCertsOnly(bytes, PkiMessage.limits)
}
