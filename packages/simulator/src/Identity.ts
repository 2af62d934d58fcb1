/**
 * Obtains and renews the identity of a device: SCEP over HTTP (RFC 8894), with a new RSA key each time.
 *
 * `GetCACaps`, `GetCACert` (checked against the profile's fingerprint), `PKIOperation`. After a PENDING response the device sends the
 * request again, with the number and delay of retries of the profile.
 */
import { createHash } from "node:crypto"
import { type Certificate, Scep } from "@espalier/apple"
import { DateTime, Duration, Effect, type Result, Schedule } from "effect"
import type * as DeviceContext from "./DeviceContext.ts"
import type * as Profile from "./Profile.ts"
import { invalidResponse, type SimulatorError, simulatorError } from "./SimulatorError.ts"
import type * as Transport from "./Transport.ts"

const ask = Effect.fnUntraced(function* (
  { transport, profile }: DeviceContext.DeviceContext,
  operation: string,
  request: Pick<Transport.Request, "method" | "url" | "body">,
): Effect.fn.Return<Uint8Array, SimulatorError> {
  const headers = { "user-agent": profile.userAgent }
  const answer = yield* transport.send({ channel: "device", operation, headers, ...request })
  if (answer.status === 200) return answer.body
  return yield* simulatorError("UnexpectedStatus", `SCEP: the server responded ${answer.status}`, {
    status: answer.status,
  })
})

const operationUrl = (scep: Profile.Scep, name: string, message?: string): string => {
  const joint = scep.url.includes("?") ? "&" : "?"
  const about = message === undefined ? "" : `&message=${encodeURIComponent(message)}`
  return `${scep.url}${joint}operation=${name}${about}`
}

const digests = new Map([
  [16, "md5"],
  [20, "sha1"],
  [32, "sha256"],
  [64, "sha512"],
])

const matches = (certificate: Certificate.Certificate, fingerprint: Uint8Array): boolean => {
  const digest = digests.get(fingerprint.length)
  return digest !== undefined && createHash(digest).update(certificate.der).digest().equals(fingerprint)
}

/** The certificate to which requests are encrypted: that of a registration authority, if the response contains one. */
const authorityOf = Effect.fnUntraced(function* (context: DeviceContext.DeviceContext, scep: Profile.Scep) {
  const url = operationUrl(scep, "GetCACert", scep.name)
  const bytes = yield* ask(context, "GetCACert", { method: "GET", url })
  const certificates = yield* Effect.mapError(Effect.fromResult(Scep.readCaCertificates(bytes)), () =>
    invalidResponse("an authority's certificate"),
  )
  const fingerprint = scep.caFingerprint
  if (fingerprint !== undefined && !certificates.some((certificate) => matches(certificate, fingerprint))) {
    return yield* simulatorError("Untrusted", "The SCEP authority does not match the fingerprint in the profile")
  }
  const authority = certificates.find(({ x509 }) => !x509.ca) ?? certificates[0]
  return authority ?? (yield* invalidResponse("an authority's certificate"))
})

const failed = (message: string) => simulatorError("ScepFailed", message)

const cannot = () => failed("The profile and the key do not make a valid request")

type Build = (options: Scep.RequestOptions, at: Date) => Result.Result<Scep.Pending, Scep.ClientError>

const certified = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  scep: Profile.Scep,
  kind: "PKCSReq" | "RenewalReq",
  build: Build,
): Effect.fn.Return<Certificate.KeyedCertificate, SimulatorError> {
  const caps = yield* ask(context, "GetCACaps", { method: "GET", url: operationUrl(scep, "GetCACaps", scep.name) })
  const capabilities = Scep.parseCapabilities(Buffer.from(caps).toString("latin1"))
  const standard = capabilities.has("SCEPStandard")
  const authority = yield* authorityOf(context, scep)
  const privateKey = yield* context.newKey(scep.keySize)
  const options = {
    privateKey,
    subject: scep.subject,
    authority,
    cipher: standard || capabilities.has("AES") ? ("aes-128-cbc" as const) : ("des-ede3-cbc" as const),
    digest: standard || capabilities.has("SHA-256") ? ("sha256" as const) : ("sha1" as const),
    ...(scep.challenge === undefined ? {} : { challengePassword: scep.challenge }),
  }
  const at = yield* DateTime.nowAsDate
  const pending = yield* Effect.mapError(Effect.fromResult(build(options, at)), cannot)
  const { message } = pending
  const request =
    standard || capabilities.has("POSTPKIOperation")
      ? {
          method: "POST" as const,
          url: operationUrl(scep, "PKIOperation"),
          body: { bytes: message, contentType: Scep.contentTypes.message },
        }
      : { method: "GET" as const, url: operationUrl(scep, "PKIOperation", Buffer.from(message).toString("base64")) }

  const send = Effect.gen(function* () {
    const bytes = yield* ask(context, kind, request)
    const reply = yield* Effect.mapError(Effect.fromResult(Scep.readCertRep(bytes, pending)), () =>
      invalidResponse("a CertRep for this request"),
    )
    switch (reply._tag) {
      case "Success":
        return { certificate: reply.certificate, privateKey }
      case "Failure":
        return yield* failed(`The SCEP authority rejected the request: ${reply.failInfo ?? "no failInfo"}`)
      case "Pending":
        return yield* stillPending
    }
  })
  return yield* Effect.retry(send, { while: (error) => error === stillPending, schedule: pendingSchedule(scep) })
})

const stillPending = failed("The SCEP authority still answers PENDING")

/** Apple, "SCEP", `RetryDelay`: "The first retry is attempted without this delay." */
const pendingSchedule = ({ retries, retryDelay }: Profile.Scep) =>
  Schedule.addDelay(Schedule.recurs(retries), ({ attempt }) =>
    Effect.succeed(Duration.seconds(attempt === 1 ? 0 : retryDelay)),
  )

/**
 * Obtains a first identity with the challenge of the profile.
 *
 * @category identities
 * @since 0.1.0
 */
export const obtain = (
  context: DeviceContext.DeviceContext,
  scep: Profile.Scep,
): Effect.Effect<Certificate.KeyedCertificate, SimulatorError> =>
  Effect.flatMap(signerOf(context, scep), (signer) =>
    certified(context, scep, "PKCSReq", (options, at) => Scep.pkcsReq({ ...options, at, ...signer })),
  )

/** A Mac signs its request with another key than the one to be certified, under this name. */
const signerOf = ({ profile, newKey }: DeviceContext.DeviceContext, scep: Profile.Scep) =>
  profile.kind === "Mac"
    ? Effect.map(newKey(scep.keySize), (privateKey) => ({
        signer: { privateKey, subject: { country: "US", commonName: "MDM SCEP SIGNER" } },
      }))
    : Effect.succeed({})

/**
 * Renews an identity with the current one, without a challenge.
 *
 * @category identities
 * @since 0.1.0
 */
export const renew = (
  context: DeviceContext.DeviceContext,
  scep: Profile.Scep,
  present: Certificate.KeyedCertificate,
): Effect.Effect<Certificate.KeyedCertificate, SimulatorError> =>
  certified(context, { ...scep, challenge: undefined }, "RenewalReq", (options) =>
    // The subject stays the same: an authority may identify the device by it.
    Scep.renewalReq({ ...options, subject: present.certificate.subject, present }),
  )
