/**
 * The enrollment profile of a device. It contains a SCEP challenge of its own: signed, expiring, usable for one device.
 */
import { Cms, EnrollmentProfile } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import type { EnrollmentBranding, MdmOrigin } from "@espalier/schema"
import { Clock, Duration, Effect, Redacted } from "effect"
import * as InvalidResponse from "../Backend/InvalidResponse.ts"
import type { BackendUnavailable } from "../Backend/index.ts"
import { Authority } from "../Identity/Authority.ts"
import { EnrollmentSettings } from "./EnrollmentSettings.ts"
import * as ServerCapabilities from "./ServerCapabilities.ts"
import * as SignedToken from "./SignedToken.ts"

/** A profile must be installed within this time. */
const challengeValidity = Duration.hours(1)

/**
 * What the profile is made for. `token` are the claims of the enrollment token, where one was used.
 *
 * @category models
 * @since 0.1.0
 */
export interface ProfileRequest {
  readonly mdmOrigin: MdmOrigin
  readonly branding: EnrollmentBranding
  readonly token: SignedToken.Claims | undefined
  /** The Managed Apple Account of an account-driven enrollment, and whether the device is a personal one. */
  readonly assigned?: { readonly managedAppleId: string; readonly enrollmentMode: "BYOD" | "ADDE" } | undefined
  /** The UDID of the enrolled device that renews its identity with this profile. */
  readonly device?: string | undefined
}

/**
 * Makes the function that writes a profile, signed where the server has a certificate for that.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.gen(function* () {
  const authority = yield* Authority
  const settings = yield* EnrollmentSettings
  const capabilities = yield* ServerCapabilities.make
  const challenges = SignedToken.make(authority.privateKey, "scep-challenge")

  const challengeFor = Effect.fnUntraced(function* (token: SignedToken.Claims | undefined, udid: string | undefined) {
    const expiresAt = Math.ceil(((yield* Clock.currentTimeMillis) + Duration.toMillis(challengeValidity)) / 1000)
    return challenges.sign({
      id: crypto.randomUUID(),
      expiresAt,
      ...(token === undefined ? {} : { enrollmentToken: token.id }),
      ...(token?.limit === undefined ? {} : { limit: token.limit }),
      ...(udid === undefined ? {} : { udid }),
    })
  })

  return Effect.fnUntraced(function* ({
    mdmOrigin,
    branding,
    token,
    assigned,
    device = token?.udid,
  }: ProfileRequest): Effect.fn.Return<Uint8Array, BackendUnavailable> {
    const base = new URL("/mdm/apple/", mdmOrigin.url)
    const xml = Plist.toXml(
      EnrollmentProfile.make({
        serverUrl: new URL("mdm", base),
        topic: settings.topic,
        scep: {
          url: new URL("scep", base),
          challenge: Redacted.make(yield* challengeFor(token, device)),
          caFingerprint: new Uint8Array(Buffer.from(authority.certificate.x509.fingerprint.replaceAll(":", ""), "hex")),
        },
        ...(device === undefined && token === undefined ? {} : { enrollmentKey: device ?? token?.id ?? "" }),
        serverCapabilities: yield* capabilities,
        ...(settings.tlsRoots.length === 0 ? {} : { rootCertificates: settings.tlsRoots.map(({ der }) => der) }),
        ...(assigned === undefined ? {} : { assigned }),
        organization: branding.organization ?? "Espalier",
        displayName: branding.displayName ?? "Device management",
        ...(branding.description === undefined ? {} : { description: branding.description }),
        ...(branding.consentText === undefined ? {} : { consentText: branding.consentText }),
      }),
    )
    const invalidText = () =>
      InvalidResponse.make("The profile's texts contain characters that a profile cannot contain")
    const bytes = new TextEncoder().encode(yield* Effect.mapError(Effect.fromResult(xml), invalidText))
    if (settings.signer === undefined) return bytes
    const { identity, chain } = settings.signer
    return yield* Effect.orDie(Effect.fromResult(Cms.sign({ content: bytes, signer: identity, certificates: chain })))
  })
})
