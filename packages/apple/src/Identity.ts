/**
 * The identity certificate of a device: from the signature over its message, or from the header of a proxy that terminates
 * mutual TLS.
 *
 * {@link fromMdmSignature} proves possession of the key. {@link fromHeader} proves nothing: trust the header only from
 * proxies that are known to set it and to remove a header that a client sends. Neither shows that the certificate is trusted, in date, or
 * this device's: that is `Certificate.verifyChain`, and a pin.
 *
 * **Details**
 *
 * Every rejection, and the rule that requires it. Errors hold nothing of the input.
 *
 * | rejected | rule |
 * |---|---|
 * | `Mdm-Signature` that is not base64 of SignedData without content | Apple, "Pass an identity certificate through a proxy": a detached signature in base64 |
 * | a signature that does not match the body | RFC 5652 § 5.4, § 5.6 |
 * | another digest than SHA-1 and SHA-2; a key other than RSA of 2048 to 8192 bits or ECDSA on P-256, P-384 and P-521 | RFC 6151 § 2, NIST SP 800-131A § 3, § 9 |
 * | a `Client-Cert` that is not one Byte Sequence | RFC 9440 § 2.2 |
 * | more than one `Cert` in `X-Forwarded-Client-Cert` | the header does not show which proxy wrote which |
 * | more than 32 KiB or 8 certificates | own limit against exhaustion |
 */
import { Result, Schema } from "effect"
import * as Certificate from "./Certificate.ts"
import * as Cms from "./Cms.ts"

/**
 * Why a header holds no identity: it is `TooLarge` or `Malformed`, its signature uses an `Unsupported` algorithm, or the signature does
 * not match this body (`SignatureInvalid`).
 *
 * @category errors
 * @since 0.1.0
 */
export class IdentityError extends Schema.TaggedError<IdentityError>()("IdentityError", {
  reason: Schema.Literals(["TooLarge", "Malformed", "Unsupported", "SignatureInvalid"]),
  message: Schema.String,
}) {}

/**
 * The longest header that is read, in characters. Node's own default for all headers together is half of it.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxHeaderLength = 32 * 1024

/**
 * Digests that are accepted in `Mdm-Signature`. SHA-1 is accepted: signatures recorded from devices in 2021 use it, over the bare body,
 * without signed attributes, in BER of indefinite length. The device writes the body itself, so an attack needs a second preimage of a property list, not
 * a collision.
 *
 * @category limits
 * @since 0.1.0
 */
export const mdmSignatureDigests: ReadonlyArray<Cms.Digest> = ["sha1", ...Cms.modernDigests]

/**
 * The identity certificate of a device, and the further certificates that its message or header contains: candidates for the
 * intermediate authorities of {@link Certificate.verifyChain}. None of them is trusted yet.
 *
 * @category models
 * @since 0.1.0
 */
export interface PresentedIdentity {
  readonly certificate: Certificate.Certificate
  readonly intermediates: ReadonlyArray<Certificate.Certificate>
}

const tooLarge = () => new IdentityError({ reason: "TooLarge", message: "Header longer than allowed" })
const malformed = (message: string) => new IdentityError({ reason: "Malformed", message })

const base64 = /^[A-Za-z0-9+/]+={0,2}$/

const decodeBase64 = (text: string): Result.Result<Uint8Array, IdentityError> =>
  base64.test(text) && text.length % 4 === 0
    ? Result.succeed(new Uint8Array(Buffer.from(text, "base64")))
    : Result.fail(malformed("Not base64"))

const fromCms = (error: Cms.CmsError): IdentityError => {
  switch (error.reason) {
    case "TooLarge":
      return tooLarge()
    case "Unsupported":
      return new IdentityError({ reason: "Unsupported", message: "Signature of an unsupported kind" })
    case "SignatureInvalid":
    case "NoSigner":
      return new IdentityError({
        reason: "SignatureInvalid",
        message: "The signature does not match this body",
      })
    default:
      return malformed("Not a CMS signature")
  }
}

/**
 * The signer of a message, from its `Mdm-Signature` header: base64 of detached CMS SignedData over the raw body, present when
 * the profile sets `SignMessage`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromMdmSignature = (header: string, body: Uint8Array): Result.Result<PresentedIdentity, IdentityError> =>
  Result.gen(function* () {
    if (header.length > maxHeaderLength) return yield* Result.fail(tooLarge())
    const signature = yield* decodeBase64(header.trim())
    const verified = Cms.verify(signature, { detached: body, digests: mdmSignatureDigests, maxCertificates: 8 })
    const { signer, certificates } = yield* Result.mapError(verified, fromCms)
    return { certificate: signer, intermediates: certificates }
  })

/**
 * The `Mdm-Signature` of a body, as a simulated device sends it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toMdmSignature = (
  body: Uint8Array,
  identity: Certificate.KeyedCertificate,
  options: { readonly digest?: Cms.Digest; readonly withoutAttributes?: boolean } = {},
): Result.Result<string, Cms.CmsError> =>
  Result.map(Cms.sign({ ...options, content: body, signer: identity, detached: true }), (cms) =>
    Buffer.from(cms).toString("base64"),
  )

/** `Client-Cert` of RFC 9440 § 2.2: a Byte Sequence of structured fields, `:base64:`, without parameters. */
const byteSequence = /^:([A-Za-z0-9+/]+={0,2}):$/

/** Envoy's `X-Forwarded-Client-Cert`: one element of `key=value` pairs, of which `Cert` is quoted, URL-escaped PEM. */
const forwarded = /(?:^|[;,])\s*Cert="([^"]*)"/gi

/** The most certificates that are read from one header. */
const maxHeaderCertificates = 8
const pemLabel = "-----BEGIN CERTIFICATE-----"

/** The certificate in a header that is URL-escaped PEM (nginx), or the base64 inside such PEM and nothing else (Traefik). */
const fromEscaped = (value: string): Result.Result<PresentedIdentity, IdentityError> =>
  Result.gen(function* () {
    const text = yield* Result.try({ try: () => decodeURIComponent(value), catch: () => malformed("Not URL-escaped") })
    const parts = text.includes(pemLabel)
      ? text
          .split(pemLabel)
          .slice(1)
          .map((block) => Certificate.fromPem(`${pemLabel}${block}`))
      : // Traefik joins the certificates of a chain with commas, the client's own first.
        text.split(",").map((part) => Result.flatMap(decodeBase64(part), Certificate.fromDer))
    const [own, ...rest] = parts.slice(0, maxHeaderCertificates)
    if (own === undefined) return yield* Result.fail(malformed("Not a certificate"))
    const certificate = yield* Result.mapError(own, () => malformed("Not a certificate"))
    // An unreadable intermediate certificate only matters if the chain needs it.
    return { certificate, intermediates: rest.flatMap((one) => (Result.isSuccess(one) ? [one.success] : [])) }
  })

/**
 * The certificate in a proxy's header:
 *
 * - RFC 9440 `Client-Cert`: `:base64 of DER:`;
 * - URL-escaped PEM: nginx `$ssl_client_escaped_cert`;
 * - base64 of DER: Traefik `X-Forwarded-Tls-Client-Cert`; the first is the client's, the others are its intermediates;
 * - `…;Cert="URL-escaped PEM"`: Envoy `X-Forwarded-Client-Cert`. A header with more than one `Cert` is invalid: it
 *   does not show which proxy wrote which element.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromHeader = (value: string): Result.Result<PresentedIdentity, IdentityError> =>
  Result.gen(function* () {
    if (value.length > maxHeaderLength) return yield* Result.fail(tooLarge())
    const trimmed = value.trim()
    if (trimmed.startsWith(":")) {
      const inside = byteSequence.exec(trimmed)?.[1]
      if (inside === undefined) return yield* Result.fail(malformed("Not one byte sequence"))
      const der = yield* decodeBase64(inside)
      const certificate = yield* Result.mapError(Certificate.fromDer(der), () => malformed("Not a certificate"))
      return { certificate, intermediates: [] }
    }
    const elements = [...trimmed.matchAll(forwarded)]
    if (elements.length > 1) return yield* Result.fail(malformed("More than one forwarded certificate"))
    return yield* fromEscaped(elements[0]?.[1] ?? trimmed)
  })

/**
 * The value of an RFC 9440 `Client-Cert` header.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toHeader = (certificate: Certificate.Certificate): string =>
  `:${Buffer.from(certificate.der).toString("base64")}:`
