/**
 * Reads and validates what flags name: secrets, certificates, keys. An error message names the flag.
 */
import type { Certificate } from "@espalier/apple"
import { Secret } from "@espalier/signing"
import { Array, Effect, Option, Redacted, Result } from "effect"
import * as Files from "./Files.ts"
import type { ServeOptions } from "./ServeFlags.ts"
import * as UserError from "./UserError.ts"

/** The flags that come in pairs. */
type CertificateFlags = Pick<ServeOptions, "tlsCertificate" | "tlsKey" | "profileCertificate" | "profileKey">

/**
 * The secrets that sign the calls to the backend.
 *
 * @category inputs
 * @since 0.1.0
 */
export const signingSecrets = (texts: ReadonlyArray<Redacted.Redacted>) =>
  Effect.mapError(
    Effect.fromResult(Result.all(texts.map((text) => Secret.parseSigning(Redacted.value(text))))),
    (error) => UserError.make(`--webhook-secret: ${error.message}`),
  )

/**
 * The certificates of several files in their order.
 *
 * @category inputs
 * @since 0.1.0
 */
export const allCertificates = (
  flag: string,
  paths: ReadonlyArray<string>,
): Effect.Effect<ReadonlyArray<Certificate.Certificate>, UserError.UserError> =>
  Effect.map(
    Effect.forEach(paths, (path) => Files.certificates(flag, path)),
    Array.flatten,
  )

/**
 * A push certificate and its private key, from one file: they are renewed together.
 *
 * @category inputs
 * @since 0.1.0
 */
export const pushCertificate = (path: string) =>
  Effect.map(Files.text("push-certificate", path), (pem) => ({ cert: pem, key: Redacted.make(pem) }))

/**
 * The files of a certificate and its private key: both flags, or neither.
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
    ? Effect.fail(UserError.make(`--${name}-certificate and --${name}-key must be set together`))
    : Effect.undefined
}

/**
 * A certificate with its private key and its chain.
 *
 * @category models
 * @since 0.1.0
 */
export interface Signer {
  readonly identity: Certificate.KeyedCertificate
  readonly chain: ReadonlyArray<Certificate.Certificate>
}

/**
 * The signer of enrollment profiles, if one is configured.
 *
 * @category inputs
 * @since 0.1.0
 */
export const profileSigner = Effect.fnUntraced(function* (
  options: CertificateFlags,
): Effect.fn.Return<Signer | undefined, UserError.UserError> {
  const files = yield* pair(options, "profile")
  if (files === undefined) return undefined
  const [certificate, ...chain] = yield* Files.certificates("profile-certificate", files.certificate)
  const privateKey = yield* Files.privateKey("profile-key", files.key)
  if (certificate === undefined || !certificate.x509.checkPrivateKey(privateKey)) {
    return yield* UserError.make("--profile-key does not match --profile-certificate")
  }
  return { identity: { certificate, privateKey }, chain }
})
