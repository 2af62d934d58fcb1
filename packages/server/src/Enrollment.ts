/**
 * `GET /mdm/apple/enroll`: the enrollment profile, and for people in a browser a page with the profile behind one button.
 *
 * Who may have one is decided by an enrollment token in the link (or by nobody, `open`) and by the backend's optional `enroll` webhook, which
 * may also word the profile. The profile carries a SCEP challenge of its own: signed, short-lived, good for one device.
 */
import { type Certificate, Cms, EnrollmentProfile } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { EnrollAnswer, type EnrollmentBranding, type MdmOrigin } from "@espalier/schema"
import { Clock, Context, Duration, Effect, Redacted, Result } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Authority } from "./Authority.ts"
import { ManagementBackend } from "./Backend/index.ts"
import { badAnswer } from "./BadAnswer.ts"
import * as DeviceResponse from "./DeviceResponse.ts"
import * as EnrollmentPage from "./EnrollmentPage.ts"
import { observed, refused } from "./Observation.ts"
import { Origins } from "./Origins.ts"
import { Refusal } from "./Refusal.ts"
import * as SignedToken from "./SignedToken.ts"
import { Store } from "./Store/index.ts"
import * as StoreResponse from "./StoreResponse.ts"

/**
 * How devices come to their profile.
 *
 * @category options
 * @since 0.1.0
 */
export interface EnrollmentOptions {
  /** `token`: only with a link that carries an enrollment token. `open`: whoever finds the address. */
  readonly mode: "token" | "open"
  /** What the person reads, where the backend words nothing. */
  readonly branding: EnrollmentBranding
  /** The push topic of the profile, that of the push certificate. */
  readonly topic: string
  /** Signs the profile, so that the device shows it as verified; with the chain. */
  readonly signer:
    | { readonly identity: Certificate.KeyedCertificate; readonly chain: ReadonlyArray<Certificate.Certificate> }
    | undefined
  /** Authorities that the device is to trust for this server's TLS, where that is not public. */
  readonly tlsRoots: ReadonlyArray<Certificate.Certificate>
}

/**
 * @category services
 * @since 0.1.0
 */
export class EnrollmentSettings extends Context.Service<EnrollmentSettings, EnrollmentOptions>()(
  "@espalier/server/EnrollmentSettings",
) {}

/** How long a profile may lie around before it is installed. */
const challengeValidity = Duration.hours(1)

/**
 * The route.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const authority = yield* Authority
    const backend = yield* ManagementBackend
    const originOf = yield* Origins
    const settings = yield* EnrollmentSettings
    const store = yield* Store
    const challenges = SignedToken.make(authority.privateKey, "scep-challenge")
    const tokens = SignedToken.make(authority.privateKey, "enrollment-token")

    /** The claims of the link's token, if it still counts. */
    const invited = Effect.fnUntraced(function* (token: string | undefined) {
      if (settings.mode === "open" && token === undefined) return undefined
      const read = tokens.read(token ?? "", yield* Clock.currentTimeMillis)
      if (Result.isFailure(read)) return yield* notInvited
      if (!(yield* store.mayEnroll(read.success.id, read.success.limit))) return yield* notInvited
      return read.success
    })

    const challengeFor = Effect.fnUntraced(function* (invitation: SignedToken.Claims | undefined) {
      const expiresAt = Math.ceil(((yield* Clock.currentTimeMillis) + Duration.toMillis(challengeValidity)) / 1000)
      return challenges.sign({
        id: crypto.randomUUID(),
        expiresAt,
        ...(invitation === undefined ? {} : { enrollmentToken: invitation.id }),
        ...(invitation?.limit === undefined ? {} : { limit: invitation.limit }),
      })
    })

    /** A backend that has no such webhook lets everybody in. */
    const wording = (mdmOrigin: MdmOrigin, token: string | undefined, userAgent: string | undefined) =>
      backend
        .enroll({
          mdmOrigin,
          ...(token === undefined ? {} : { token }),
          ...(userAgent === undefined ? {} : { userAgent }),
        })
        .pipe(
          Effect.catchTag("ManagementNotSupported", () => Effect.succeed<EnrollAnswer>({ _tag: "Allow" })),
          Effect.flatMap(
            EnrollAnswer.match({
              Allow: ({ profile }) => Effect.succeed({ ...said(settings.branding), ...said(profile) }),
              Deny: ({ message }) =>
                Effect.fail(new Refusal({ status: 403, detail: message ?? "This device may not enroll" })),
              SoftwareUpdateRequired: ({ osVersion }) =>
                Effect.fail(new Refusal({ status: 403, detail: `Update this device to ${osVersion}, then enroll it` })),
              PlatformSsoRequired: () =>
                Effect.fail(
                  new Refusal({ status: 403, detail: "Enroll this device in Setup Assistant, with Platform SSO" }),
                ),
            }),
          ),
        )

    const profile = Effect.fnUntraced(function* (
      mdmOrigin: MdmOrigin,
      branding: EnrollmentBranding,
      invitation: SignedToken.Claims | undefined,
    ) {
      const base = new URL("/mdm/apple/", mdmOrigin.url)
      const xml = Plist.toXml(
        EnrollmentProfile.make({
          serverUrl: new URL("mdm", base),
          topic: settings.topic,
          scep: {
            url: new URL("scep", base),
            challenge: Redacted.make(yield* challengeFor(invitation)),
            caFingerprint: new Uint8Array(
              Buffer.from(authority.certificate.x509.fingerprint.replaceAll(":", ""), "hex"),
            ),
          },
          ...(invitation === undefined ? {} : { enrollmentKey: invitation.id }),
          ...(settings.tlsRoots.length === 0 ? {} : { rootCertificates: settings.tlsRoots.map(({ der }) => der) }),
          organization: branding.organization ?? "Espalier",
          displayName: branding.displayName ?? "Device management",
          ...(branding.description === undefined ? {} : { description: branding.description }),
          ...(branding.consentText === undefined ? {} : { consentText: branding.consentText }),
        }),
      )
      const unwritable = () => badAnswer("The profile's words have characters in them that no profile can carry")
      const bytes = new TextEncoder().encode(yield* Effect.mapError(Effect.fromResult(xml), unwritable))
      if (settings.signer === undefined) return bytes
      const { identity, chain } = settings.signer
      return yield* Effect.orDie(Effect.fromResult(Cms.sign({ content: bytes, signer: identity, certificates: chain })))
    })

    const answer = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const mdmOrigin = yield* originOf(request)
      const query = new URLSearchParams(request.url.split("?", 2)[1] ?? "")
      const token = query.get("token") ?? undefined
      const invitation = yield* invited(token)
      const branding = yield* wording(mdmOrigin, token, request.headers["user-agent"])
      // The button, a device and a script ask for the profile.
      if (isBrowser(request) && !query.has("profile")) {
        return EnrollmentPage.invitation(branding, token)
      }
      return HttpServerResponse.uint8Array(yield* profile(mdmOrigin, branding, invitation), {
        contentType: EnrollmentProfile.contentType,
        headers: { "content-disposition": 'attachment; filename="enroll.mobileconfig"', "cache-control": "no-store" },
      })
    }).pipe(
      DeviceResponse.orElse("authenticate"),
      Effect.catchTag("StoreError", StoreResponse.make),
      observed("enroll"),
      Effect.catchTag("Refusal", (refusal) =>
        Effect.flatMap(refused(refusal), (response) => readable(response, refusal.detail)),
      ),
      Effect.flatMap((response) =>
        readable(response, "Enrollment is not possible at the moment: try again in a few minutes"),
      ),
    )

    yield* router.add("GET", "/mdm/apple/enroll", answer)
  }),
)

/** A browser asks for HTML. */
const isBrowser = ({ headers }: HttpServerRequest.HttpServerRequest) =>
  headers["accept"]?.includes("text/html") === true

/** What went wrong, for a person as a page. */
const readable = (response: HttpServerResponse.HttpServerResponse, detail: string) =>
  Effect.map(HttpServerRequest.HttpServerRequest, (request) =>
    response.status < 400 || response.headers["content-type"]?.startsWith("text/html") === true || !isBrowser(request)
      ? response
      : EnrollmentPage.refusal(response, detail),
  )

/** Without the words that are none. */
const said = ({
  organization,
  displayName,
  description,
  consentText,
}: EnrollmentBranding = {}): EnrollmentBranding => ({
  ...(organization ? { organization } : {}),
  ...(displayName ? { displayName } : {}),
  ...(description ? { description } : {}),
  ...(consentText ? { consentText } : {}),
})

const notInvited = new Refusal({
  status: 403,
  detail: "This enrollment link is not valid, has expired, or has been used up: ask your administrator for a new one",
})
