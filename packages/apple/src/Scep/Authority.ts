/**
 * The authority's side of SCEP: reads requests and writes responses. One certificate is the authority and the registration
 * authority: requests are encrypted to it, and it signs the responses.
 *
 * A received request proves that its sender holds the key to be certified. It does not prove that the sender is allowed to have
 * a certificate: check the challenge of a `PKCSReq` before issuing. A `RenewalReq` is signed with a certificate that this
 * authority issued and that is in date.
 *
 * **Details**
 *
 * Every rejection, and the rule that requires it. Anything else is accepted.
 *
 * | failInfo | rejected | rule |
 * |---|---|---|
 * | – (HTTP 400) | not SignedData with one signer and its certificate, or without a transactionID | RFC 8894 § 3.1, § 3.2.1.1: a response must have the transactionID |
 * | `badRequest` | another messageType | § 3.2.1.2, § 3.2.1.4.1 |
 * | `badCertId` | `GetCertInitial`, `GetCert`, `GetCRL` | § 4.4, § 4.5: "fail with badCertId" where there is no such certificate |
 * | `badAlg` | a digest other than SHA-1 and SHA-2, a cipher other than AES and 3DES, a key other than RSA of 2048 to 4096 bits | § 2.9 (DES), RFC 6151 § 2 (MD5), § 3.2.1.4.1, NIST SP 800-131A § 3 (key size) |
 * | `badMessageCheck` | an invalid signature, an envelope for another key, a request without proof of possession | § 3.2.1.4.1, RFC 2986 § 4.2 |
 * | `badMessageCheck`, `badTime` | a `RenewalReq` not signed with a certificate of this authority that is in date | § 2.3, § 3.3.1.2 |
 * | `badRequest` | more than 128 KiB, 8 certificates or 8 recipients | own limit against exhaustion |
 */

import { createHash } from "node:crypto"
import { Result } from "effect"
import * as Asn1 from "../Asn1.ts"
import * as Certificate from "../Certificate.ts"
import * as Cms from "../Cms.ts"
import { type CertificationRequest, readRequest } from "./CertificationRequest.ts"
import * as PkiMessage from "./PkiMessage.ts"
import { type FailInfo, ScepError, scepError, type Transaction } from "./ScepError.ts"

/**
 * A request that may be answered with a certificate.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  readonly _tag: "PKCSReq" | "RenewalReq"
  readonly transaction: Transaction
  /** The response is encrypted to this certificate: a temporary one for a first request, the current one for a renewal. */
  readonly signer: Certificate.Certificate
  readonly request: CertificationRequest
  /** The cipher of the request; the response uses the same. */
  readonly cipher: Cms.Cipher
  /** The digest the client used. */
  readonly digest: Cms.Digest
  /**
   * SHA-256 in hex over type, key and subject: the same for a repeated request, so that a server can answer it
   * with the certificate that it has already issued.
   */
  readonly fingerprint: string
}

const failInfos: { readonly [F in FailInfo]: string } = {
  badAlg: "0",
  badMessageCheck: "1",
  badRequest: "2",
  badTime: "3",
  badCertId: "4",
}

const statuses = { success: "0", failure: "2" } as const

/** A first request is signed with a temporary certificate, so SHA-1 does no harm there. */
const digestsOf = (type: Request["_tag"]): ReadonlyArray<Cms.Digest> =>
  type === "PKCSReq" ? ["sha1", ...Cms.modernDigests] : Cms.modernDigests

const fromCms = (error: Cms.CmsError): ScepError => {
  switch (error.reason) {
    case "Unsupported":
      return scepError("badAlg", error.message)
    case "TooLarge":
      return scepError("badRequest", error.message)
    default:
      return scepError("badMessageCheck", error.message)
  }
}

const typeOf = (messageType: string | undefined): Result.Result<Request["_tag"], ScepError> => {
  switch (messageType) {
    case PkiMessage.messageTypes.PKCSReq:
      return Result.succeed("PKCSReq")
    case PkiMessage.messageTypes.RenewalReq:
      return Result.succeed("RenewalReq")
    case PkiMessage.messageTypes.GetCertInitial:
    case PkiMessage.messageTypes.GetCert:
    case PkiMessage.messageTypes.GetCRL:
      // This authority has no pending requests and looks nothing up.
      return Result.fail(scepError("badCertId", "Stored certificates and CRLs are not available"))
    default:
      return Result.fail(scepError("badRequest", "No request of a known type"))
  }
}

/** Whether this signer may send this request. */
const checkSigner = (
  type: Request["_tag"],
  signer: Certificate.Certificate,
  authority: Certificate.Certificate,
  at: Date,
): Result.Result<void, ScepError> => {
  // RFC 8894 § 2.3: the self-signed certificate SHOULD use the key of the request. macOS uses another one. The challenge permits the
  // request, and the request proves possession of its own key.
  if (type === "PKCSReq") return Result.void
  if (Certificate.equals(signer, authority)) {
    return Result.fail(scepError("badRequest", "The authority's own certificate cannot be renewed"))
  }
  return Result.match(Certificate.verifyChain(signer, [], [authority], at), {
    onSuccess: () => Result.succeed(undefined),
    onFailure: ({ reason }) =>
      Result.fail(
        reason === "Expired" || reason === "NotYetValid"
          ? scepError("badTime", "The certificate to be renewed is out of date")
          : scepError("badMessageCheck", "Not signed with a certificate of this authority"),
      ),
  })
}

const decode = (
  unverified: PkiMessage.Unverified,
  transaction: Transaction,
  authority: Certificate.KeyedCertificate,
  at: Date,
): Result.Result<Request, ScepError> =>
  Result.gen(function* () {
    const type = yield* typeOf(PkiMessage.textOf(unverified.attributes, PkiMessage.attributeIds.messageType))
    const verified = yield* Result.mapError(PkiMessage.verify(unverified, digestsOf(type)), fromCms)
    const { signer, digest } = verified
    if (!Certificate.isRsaKey(signer.x509.publicKey)) {
      return yield* Result.fail(scepError("badAlg", "The signer's key is not RSA of 2048 to 4096 bits"))
    }
    const { content, cipher } = yield* Result.mapError(
      Cms.open(verified.content, authority, PkiMessage.limits),
      fromCms,
    )
    const request = yield* readRequest(content)
    yield* checkSigner(type, signer, authority.certificate, at)
    const hash = createHash("sha256").update(`${type}\n`).update(request.publicKeyInfo).update(request.subject)
    return { _tag: type, transaction, signer, request, cipher, digest, fingerprint: hash.digest("hex") }
  })

/**
 * The request in a `PKIOperation`. Answer every error that has a `transaction` with {@link failure}.
 *
 * @category requests
 * @since 0.1.0
 */
export const receive = (
  message: Uint8Array,
  authority: Certificate.KeyedCertificate,
  at: Date,
): Result.Result<Request, ScepError> =>
  Result.gen(function* () {
    const unverified = yield* Result.mapError(PkiMessage.read(message), fromCms)
    const transaction = PkiMessage.transactionOf(unverified.attributes)
    if (transaction === undefined) return yield* Result.fail(scepError("badRequest", "No transaction to answer"))
    return yield* Result.mapError(
      decode(unverified, transaction, authority, at),
      (error) => new ScepError({ failInfo: error.failInfo, message: error.message, transaction }),
    )
  })

const recipientNonce = ({ senderNonce }: Transaction): ReadonlyArray<readonly [oid: string, value: Uint8Array]> =>
  senderNonce === undefined ? [] : [[PkiMessage.attributeIds.recipientNonce, Asn1.octetString(senderNonce)]]

const certRep = (
  authority: Certificate.KeyedCertificate,
  transaction: Transaction,
  digest: Cms.Digest,
  envelope: Uint8Array | undefined,
  outcome: ReadonlyArray<readonly [oid: string, value: Uint8Array]>,
) =>
  PkiMessage.write({
    messageType: "CertRep",
    transactionId: transaction.transactionId,
    senderNonce: PkiMessage.newNonce(),
    signer: authority,
    digest: digest === "sha1" ? "sha256" : digest,
    envelope,
    more: [...recipientNonce(transaction), ...outcome],
  })

/**
 * The CertRep with a certificate, encrypted to the signer of the request with the cipher it used.
 *
 * @category answers
 * @since 0.1.0
 */
export const success = (
  authority: Certificate.KeyedCertificate,
  request: Request,
  issued: Certificate.Certificate,
): Result.Result<Uint8Array, Cms.CmsError> =>
  Result.flatMap(Cms.envelope(Cms.certsOnly([issued]), request.signer, request.cipher), (envelope) =>
    certRep(authority, request.transaction, request.digest, envelope, [
      [PkiMessage.attributeIds.pkiStatus, Asn1.printableString(statuses.success)],
    ]),
  )

/**
 * The CertRep of a failure. An invalid challenge is `badRequest`.
 *
 * @category answers
 * @since 0.1.0
 */
export const failure = (
  authority: Certificate.KeyedCertificate,
  transaction: Transaction,
  failInfo: FailInfo,
): Result.Result<Uint8Array, Cms.CmsError> =>
  certRep(authority, transaction, "sha256", undefined, [
    [PkiMessage.attributeIds.pkiStatus, Asn1.printableString(statuses.failure)],
    [PkiMessage.attributeIds.failInfo, Asn1.printableString(failInfos[failInfo])],
  ])
