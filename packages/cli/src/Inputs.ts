/**
 * What flags name, read and understood: secrets, certificates, keys. Whatever is wrong becomes a sentence that names the flag.
 */
import type { Certificate } from "@espalier/apple"
import { Secret } from "@espalier/signing"
import { Array, Effect, Option, Redacted, Result } from "effect"
import * as Files from "./Files.ts"
import type { ServeOptions } from "./ServeFlags.ts"

/** The flags that come in pairs. */
type CertificateFlags = Pick<ServeOptions, "tlsCertificate" | "tlsKey" | "profileCertificate" | "profileKey">

/**
 * The secrets that sign every call.
 *
 * @category inputs
 * @since 0.1.0
 */
export const signingSecrets = (texts: ReadonlyArray<Redacted.Redacted>) =>
  Effect.mapError(
    Effect.fromResult(Result.all(texts.map((text) => Secret.parseSigning(Redacted.value(text))))),
    (error) => Files.refuse(`--webhook-secret: ${error.message}`),
  )

/**
 * The certificates of several files, in their order.
 *
 * @category inputs
 * @since 0.1.0
 */
export const allCertificates = (
  flag: string,
  paths: ReadonlyArray<string>,
): Effect.Effect<ReadonlyArray<Certificate.Certificate>, Files.Refusal> =>
  Effect.map(
    Effect.forEach(paths, (path) => Files.certificates(flag, path)),
    Array.flatten,
  )

/**
 * A push certificate and its key are kept together: they are renewed together.
 *
 * @category inputs
 * @since 0.1.0
 */
export const pushCertificate = (path: string) =>
  Effect.map(Files.text("push-certificate", path), (pem) => ({ cert: pem, key: Redacted.make(pem) }))

/**
 * The files of a certificate and its key: both flags, or neither.
 *
 * @category inputs
 * @since 0.1.0
 */
export const pair = (options: CertificateFlags, name: "tls" | "profile") => {
  const certificate = name === "tls" ? options.tlsCertificate : options.profileCertificate
  const key = name === "tls" ? options.tlsKey : options.profileKey
  if (Option.isSome(certificate) && Option.isSome(key)) {
    return Effect.succeed({ certificate: certificate.value, key: key.value })
  }
  return Option.isSome(certificate) || Option.isSome(key)
    ? Effect.fail(Files.refuse(`--${name}-certificate and --${name}-key go together: set both`))
    : Effect.undefined
}

/**
 * A certificate with its key, and its chain.
 *
 * @category models
 * @since 0.1.0
 */
export interface Signer {
  readonly identity: Certificate.KeyedCertificate
  readonly chain: ReadonlyArray<Certificate.Certificate>
}

/**
 * Who signs enrollment profiles, if anybody does.
 *
 * @category inputs
 * @since 0.1.0
 */
export const profileSigner = Effect.fnUntraced(function* (
  options: CertificateFlags,
): Effect.fn.Return<Signer | undefined, Files.Refusal> {
  const files = yield* pair(options, "profile")
  if (files === undefined) return undefined
  const [certificate, ...chain] = yield* Files.certificates("profile-certificate", files.certificate)
  const privateKey = yield* Files.privateKey("profile-key", files.key)
  if (certificate === undefined || !certificate.x509.checkPrivateKey(privateKey)) {
    return yield* Files.refuse("--profile-key is not the key of --profile-certificate")
  }
  return { identity: { certificate, privateKey }, chain }
})
