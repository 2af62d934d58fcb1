/**
 * Decides who gets an enrollment profile: by the enrollment token in the link, and by the backend's `enroll` webhook.
 *
 * **Details**
 *
 * - A link with a token: the token must be valid. A backend without the webhook allows it.
 * - A device that sent verified `MachineInfo`, and every account-driven enrollment: the backend must allow it. Without the webhook it is denied.
 * - Any other request: allowed where enrollment is `open`, unless the backend denies it.
 */
import { Problem } from "@espalier/http"
import {
  EnrollAnswer,
  type EnrollmentBranding,
  type EnrollRequest,
  type PlatformSsoRequired,
  type SoftwareUpdateRequired,
} from "@espalier/schema"
import { Clock, Data, Effect, Result } from "effect"
import { type BackendError, ManagementBackend } from "../Backend/index.ts"
import { Authority } from "../Identity/Authority.ts"
import * as MdmReply from "../Mdm/MdmReply.ts"
import { Store, type StoreError } from "../Store/index.ts"
import { EnrollmentSettings } from "./EnrollmentSettings.ts"
import * as SignedToken from "./SignedToken.ts"

/**
 * The decision: a profile with these texts, for this token and account, or another reply to the device.
 *
 * @category models
 * @since 0.1.0
 */
export type Decision = Data.TaggedEnum<{
  Allowed: {
    readonly branding: EnrollmentBranding
    readonly token: SignedToken.Claims | undefined
    readonly managedAppleId: string | undefined
  }
  Reply: { readonly reply: MdmReply.MdmReply }
}>
const { Allowed, Reply } = Data.taggedEnum<Decision>()

/**
 * Makes the function that decides.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.gen(function* () {
  const authority = yield* Authority
  const backend = yield* ManagementBackend
  const settings = yield* EnrollmentSettings
  const store = yield* Store
  const tokens = SignedToken.make(authority.privateKey, "enrollment-token")

  const claimsOf = Effect.fnUntraced(function* (token: string) {
    const read = tokens.read(token, yield* Clock.currentTimeMillis)
    if (Result.isFailure(read)) return yield* invalidLink
    if (!(yield* store.isTokenUsable(read.success.id, read.success.limit))) return yield* invalidLink
    return read.success
  })

  return Effect.fnUntraced(function* (
    request: EnrollRequest,
  ): Effect.fn.Return<Decision, BackendError | Problem.Problem | StoreError> {
    const token = request.token === undefined ? undefined : yield* claimsOf(request.token)
    const isBackends = request.machineInfo !== undefined || request.enrollmentMode !== undefined
    if (token === undefined && settings.mode === "token" && !isBackends) return yield* invalidLink
    const withoutWebhook: EnrollAnswer =
      token === undefined && (settings.mode === "token" || request.enrollmentMode !== undefined)
        ? { _tag: "Deny", message: "The backend does not support this kind of enrollment" }
        : { _tag: "Allow" }
    const answer = yield* Effect.catchTag(backend.enroll(request), "ManagementNotSupported", () =>
      Effect.succeed(withoutWebhook),
    )
    return yield* EnrollAnswer.match(answer, {
      Allow: ({ profile, managedAppleId }): Effect.Effect<Decision, Problem.Problem> =>
        Effect.succeed(
          Allowed({
            branding: { ...withoutEmptyTexts(settings.branding), ...withoutEmptyTexts(profile) },
            token,
            managedAppleId,
          }),
        ),
      Deny: ({ message }) => Effect.fail(denied(message ?? "This device may not enroll")),
      SoftwareUpdateRequired: (error) =>
        request.machineInfo === undefined
          ? Effect.fail(denied(`Update this device to ${error.osVersion}, then enroll it`))
          : Effect.succeed(Reply({ reply: softwareUpdateRequired(error) })),
      PlatformSsoRequired: (error) =>
        request.machineInfo === undefined
          ? Effect.fail(denied("Enroll this device in Setup Assistant, with Platform SSO"))
          : Effect.succeed(Reply({ reply: platformSsoRequired(error) })),
      SignInRequired: ({ challenge }) =>
        Effect.succeed(Reply({ reply: MdmReply.status(401, { "www-authenticate": challenge }) })),
    })
  })
})

/** Apple, "Error Code Software Update Required". */
const softwareUpdateRequired = ({ osVersion, buildVersion }: SoftwareUpdateRequired) =>
  MdmReply.json(
    {
      code: "com.apple.softwareupdate.required",
      details: { OSVersion: osVersion, ...(buildVersion === undefined ? {} : { BuildVersion: buildVersion }) },
    },
    403,
  )

/** Apple, "Error Code Platform SSO Required" (macOS 26). Data is base64 in JSON. */
const platformSsoRequired = ({ profileURL, authURL, package: app }: PlatformSsoRequired) =>
  MdmReply.json(
    {
      code: "com.apple.psso.required",
      details: {
        ProfileURL: profileURL,
        AuthURL: authURL,
        Package: {
          ManifestURL: app.manifestURL,
          ...(app.pinningCerts === undefined ? {} : { PinningCerts: app.pinningCerts }),
          ...(app.pinningRevocationCheckRequired === undefined
            ? {}
            : { PinningRevocationCheckRequired: app.pinningRevocationCheckRequired }),
        },
      },
    },
    403,
  )

const withoutEmptyTexts = ({
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

const denied = (detail: string) => new Problem.Problem({ status: 403, detail })

const invalidLink = denied(
  "This enrollment link is not valid, has expired, or was used up: ask your administrator for a new one",
)
