/**
 * An MDM push certificate and its topic.
 *
 * The topic is the UID of the certificate's subject, `com.apple.mgmt.…`, so it needs no configuration, and the certificate of an app,
 * whose UID is the app's, is rejected.
 */
import { createPrivateKey, X509Certificate } from "node:crypto"
import { Redacted, Result } from "effect"

/**
 * An MDM push certificate.
 *
 * @category models
 * @since 0.1.0
 */
export interface PushCertificate {
  /** PEM, the certificate first, then its chain if there is one. */
  readonly cert: string
  /** Its private key: PEM, not encrypted. */
  readonly key: Redacted.Redacted<string> | string
}

/**
 * A push certificate with its topic and its expiry.
 *
 * @category models
 * @since 0.1.0
 */
export interface PushIdentity {
  readonly cert: string
  readonly key: Redacted.Redacted<string>
  readonly topic: string
  readonly notAfter: Date
}

/** `cat cert key` of a file without a last newline puts two labels on one line; RFC 7468 § 2 wants a line for each. */
const separated = (pem: string): string => pem.replace(/(-----END [^-]+-----)(?=-----BEGIN )/g, "$1\n")

/**
 * Reads a push certificate. A failure names the member (`cert` or `key`) and the reason, without its text.
 *
 * @category decoding
 * @since 0.1.0
 */
export const read = (
  certificate: PushCertificate,
): Result.Result<PushIdentity, { readonly member: "cert" | "key"; readonly reason: string }> =>
  Result.gen(function* () {
    const cert = separated(certificate.cert)
    const key = Redacted.make(
      separated(Redacted.isRedacted(certificate.key) ? Redacted.value(certificate.key) : certificate.key),
    )
    const x509 = yield* Result.try({
      try: () => new X509Certificate(cert),
      catch: () => ({ member: "cert" as const, reason: "is not a certificate in PEM" }),
    })
    const privateKey = yield* Result.try({
      try: () => createPrivateKey(Redacted.value(key)),
      catch: () => ({ member: "key" as const, reason: "is not a private key in PEM, or is encrypted" }),
    })
    if (!x509.checkPrivateKey(privateKey)) {
      return yield* Result.fail({ member: "key" as const, reason: "does not belong to the certificate" })
    }
    const topic = x509.toLegacyObject().subject["UID"]
    if (typeof topic !== "string" || !/^com\.apple\.mgmt\.[\x21-\x7e]{1,200}$/.test(topic)) {
      return yield* Result.fail({
        member: "cert" as const,
        reason: "is not an MDM push certificate: the UID of its subject is not a topic com.apple.mgmt.…",
      })
    }
    return { cert, key, topic, notAfter: x509.validToDate }
  })
