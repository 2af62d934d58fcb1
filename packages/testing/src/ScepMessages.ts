/**
 * SCEP messages that our own client refuses to write, such as a request for a weak key (RFC 8894 § 3.1, § 3.2).
 */
import { randomBytes } from "node:crypto"
import { type Certificate, Cms } from "@espalier/apple"
import { OctetString, PrintableString } from "asn1js"
import { Result } from "effect"

/** A first request: `csr` encrypted to the authority and signed by `signer`, in the transaction `transactionId`. */
export const pkcsReq = (options: {
  readonly csr: Uint8Array
  readonly authority: Certificate.Certificate
  readonly signer: Certificate.KeyedCertificate
  readonly transactionId: string
}): { readonly message: Uint8Array; readonly transactionId: string; readonly senderNonce: Uint8Array } => {
  const { csr, authority, signer, transactionId } = options
  const senderNonce = new Uint8Array(randomBytes(16))
  const message = Cms.sign({
    content: Result.getOrThrow(Cms.envelope(csr, authority)),
    detached: false,
    signer,
    digest: "sha256",
    attributes: [
      ["2.16.840.1.113733.1.9.2", new Uint8Array(new PrintableString({ value: "19" }).toBER())],
      ["2.16.840.1.113733.1.9.7", new Uint8Array(new PrintableString({ value: transactionId }).toBER())],
      ["2.16.840.1.113733.1.9.5", new Uint8Array(new OctetString({ valueHex: senderNonce }).toBER())],
    ],
  })
  return { message: Result.getOrThrow(message), transactionId, senderNonce }
}
