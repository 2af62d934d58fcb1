/**
 * Reads configuration profiles, plain or CMS-signed, with the MDM and SCEP payloads of an enrollment profile.
 *
 * A signature must be valid, but any signer is accepted: a real device shows the profile of an unknown signer as unverified
 * and installs it anyway. Source: Apple, "TopLevel", "MDM", "SCEP".
 */

import { Certificate, Cms } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Redacted, Result, Schema } from "effect"
import { type SimulatorError, simulatorError } from "./SimulatorError.ts"

/**
 * An installed profile.
 *
 * @category models
 * @since 0.1.0
 */
export interface Installed {
  readonly identifier: string
  readonly uuid: string
  readonly displayName: string
  readonly payloads: ReadonlyArray<{ readonly type: string; readonly identifier: string; readonly uuid: string }>
  /** The original bytes, including a signature. */
  readonly bytes: Uint8Array
}

/**
 * The managing server: the MDM payload.
 *
 * @category models
 * @since 0.1.0
 */
export interface Server {
  readonly serverUrl: string
  readonly checkInUrl: string
  readonly topic: string
  readonly signMessage: boolean
  readonly checkOutWhenRemoved: boolean
  /** The identifier of the enrollment profile; `undefined` without a profile. */
  readonly profileIdentifier: string | undefined
  /** A User Enrollment (`BYOD`): the device hides what identifies it, and has an `EnrollmentID` instead of a `UDID`. */
  readonly userEnrollment: boolean
}

/**
 * The source of the identity: the SCEP payload.
 *
 * @category models
 * @since 0.1.0
 */
export interface Scep {
  readonly url: string
  readonly name: string | undefined
  /** DER of the name to request. */
  readonly subject: Uint8Array
  readonly challenge: Redacted.Redacted<string> | undefined
  readonly keySize: number
  /** Of the authority's certificate: MD5, SHA-1, SHA-256 or SHA-512, distinguished by its length. */
  readonly caFingerprint: Uint8Array | undefined
  readonly retries: number
  /** Seconds. */
  readonly retryDelay: number
}

/**
 * The contents of a profile.
 *
 * @category models
 * @since 0.1.0
 */
export interface Profile {
  readonly installed: Installed
  readonly server: Server | undefined
  readonly scep: Scep | undefined
  /** Authorities in the profile. */
  readonly roots: ReadonlyArray<Certificate.Certificate>
}

const text = Schema.optionalKey(Schema.String)

const TopLevel = Schema.Struct({
  PayloadType: Schema.Literal("Configuration"),
  PayloadIdentifier: Schema.NonEmptyString,
  PayloadUUID: Schema.NonEmptyString,
  PayloadDisplayName: text,
  PayloadContent: Schema.optionalKey(Schema.Array(Plist.Value)),
})

const Payload = Schema.Struct({ PayloadType: Schema.String, PayloadIdentifier: text, PayloadUUID: text })

const MdmPayload = Schema.Struct({
  PayloadType: Schema.Literal("com.apple.mdm"),
  ServerURL: Schema.String,
  CheckInURL: text,
  Topic: Schema.NonEmptyString,
  IdentityCertificateUUID: text,
  SignMessage: Schema.optionalKey(Schema.Boolean),
  CheckOutWhenRemoved: Schema.optionalKey(Schema.Boolean),
  EnrollmentMode: text,
})

const ScepPayload = Schema.Struct({
  PayloadType: Schema.Literal("com.apple.security.scep"),
  PayloadUUID: Schema.String,
  PayloadContent: Schema.Struct({
    URL: Schema.String,
    Name: text,
    Subject: Schema.optionalKey(Schema.Array(Schema.Array(Schema.Tuple([Schema.String, Schema.String])))),
    Challenge: text,
    Keysize: Schema.optionalKey(Schema.Literals([1024, 2048, 4096])),
    CAFingerprint: Schema.optionalKey(Schema.Uint8Array),
    Retries: Schema.optionalKey(Schema.Int),
    RetryDelay: Schema.optionalKey(Schema.Int),
  }),
})

const RootPayload = Schema.Struct({
  PayloadType: Schema.Literals(["com.apple.security.root", "com.apple.security.pkcs1"]),
  PayloadContent: Schema.Uint8Array,
})

const topLevel = Schema.decodeUnknownResult(TopLevel)
const isPayload = Schema.is(Payload)
const isMdm = Schema.is(MdmPayload)
const isScep = Schema.is(ScepPayload)
const isRoot = Schema.is(RootPayload)

const invalidProfile = (message: string): SimulatorError => simulatorError("InvalidProfile", message)

const scepOf = (payload: typeof ScepPayload.Type): Result.Result<Scep, SimulatorError> => {
  const content = payload.PayloadContent
  const invalidSubject = () => invalidProfile("The SCEP payload's Subject is not a distinguished name")
  return Result.mapBoth(Certificate.encodeName(content.Subject ?? []), {
    onFailure: invalidSubject,
    onSuccess: (subject): Scep => ({
      url: content.URL,
      name: content.Name,
      subject,
      challenge: content.Challenge === undefined ? undefined : Redacted.make(content.Challenge),
      // The default of the payload is 1024, which authorities no longer certify.
      keySize: Math.max(content.Keysize ?? 2048, 2048),
      caFingerprint: content.CAFingerprint,
      retries: Math.min(Math.max(content.Retries ?? 3, 0), 100),
      retryDelay: Math.min(Math.max(content.RetryDelay ?? 10, 0), 86_400),
    }),
  })
}

const unsigned = (bytes: Uint8Array): Result.Result<Uint8Array, SimulatorError> =>
  bytes[0] === 0x30
    ? Result.mapBoth(Cms.verify(bytes, { digests: ["sha1", ...Cms.modernDigests] }), {
        onSuccess: ({ content }) => content,
        onFailure: () => invalidProfile("The profile's signature is invalid"),
      })
    : Result.succeed(bytes)

/**
 * Reads a profile. The MDM payload is optional; if present, it must be complete.
 *
 * @category decoding
 * @since 0.1.0
 */
export const read = (bytes: Uint8Array): Result.Result<Profile, SimulatorError> =>
  Result.gen(function* () {
    const value = yield* Result.mapError(Plist.parse(yield* unsigned(bytes)), () =>
      invalidProfile("Not a property list"),
    )
    const profile = yield* Result.mapError(topLevel(value), () => invalidProfile("Not a configuration profile"))
    const payloads = profile.PayloadContent ?? []
    const mdm = payloads.filter(isMdm)
    const [own] = mdm
    const named = payloads.some((payload) => isPayload(payload) && payload.PayloadType === "com.apple.mdm")
    if (mdm.length > 1 || (named && own === undefined)) {
      return yield* Result.fail(invalidProfile("The MDM payload is incomplete or repeated"))
    }
    const identity = own?.IdentityCertificateUUID
    const scep = payloads.filter(isScep).find(({ PayloadUUID }) => PayloadUUID === identity)
    if (identity !== undefined && scep === undefined) {
      return yield* Result.fail(invalidProfile("The MDM payload names an identity without a SCEP payload"))
    }
    return {
      installed: {
        identifier: profile.PayloadIdentifier,
        uuid: profile.PayloadUUID,
        displayName: profile.PayloadDisplayName ?? profile.PayloadIdentifier,
        payloads: payloads.filter(isPayload).map((payload) => ({
          type: payload.PayloadType,
          identifier: payload.PayloadIdentifier ?? "",
          uuid: payload.PayloadUUID ?? "",
        })),
        bytes,
      },
      server:
        own === undefined
          ? undefined
          : {
              serverUrl: own.ServerURL,
              checkInUrl: own.CheckInURL ?? own.ServerURL,
              topic: own.Topic,
              signMessage: own.SignMessage ?? false,
              checkOutWhenRemoved: own.CheckOutWhenRemoved ?? false,
              profileIdentifier: profile.PayloadIdentifier,
              userEnrollment: own.EnrollmentMode === "BYOD",
            },
      scep: scep === undefined ? undefined : yield* scepOf(scep),
      roots: payloads
        .filter(isRoot)
        .flatMap(({ PayloadContent }) =>
          Result.match(Certificate.parse(PayloadContent), { onSuccess: (root) => [root], onFailure: () => [] }),
        ),
    }
  })
