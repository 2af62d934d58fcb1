/**
 * `GET /mdm/apple/enroll`: the enrollment profile; in a browser, a page with the profile behind one button.
 *
 * An enrollment token in the link (unless enrollment is `open`) and the backend's optional `enroll` webhook decide who gets a profile. The webhook can also
 * set its texts.
 */
import { EnrollmentProfile } from "@espalier/apple"
import { Problem } from "@espalier/http"
import { EnrollAnswer, type EnrollmentBranding, type MdmOrigin } from "@espalier/schema"
import { Clock, Effect, Result } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { ManagementBackend } from "../Backend/index.ts"
import * as DeviceResponse from "../Http/DeviceResponse.ts"
import { Origins } from "../Http/Origins.ts"
import * as Telemetry from "../Http/Telemetry.ts"
import { Authority } from "../Identity/Authority.ts"
import * as ErrorReply from "../Mdm/ErrorReply.ts"
import { Store } from "../Store/index.ts"
import * as StoreReply from "../Store/StoreReply.ts"
import * as EnrollmentPage from "./EnrollmentPage.ts"
import { EnrollmentSettings } from "./EnrollmentSettings.ts"
import * as Profile from "./Profile.ts"
import * as SignedToken from "./SignedToken.ts"

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
    const profile = yield* Profile.make
    const tokens = SignedToken.make(authority.privateKey, "enrollment-token")

    /** The claims of the link's token; `undefined` where enrollment is open and there is none. */
    const claimsOf = Effect.fnUntraced(function* (token: string | undefined) {
      if (settings.mode === "open" && token === undefined) return undefined
      const read = tokens.read(token ?? "", yield* Clock.currentTimeMillis)
      if (Result.isFailure(read)) return yield* invalidLink
      if (!(yield* store.isTokenUsable(read.success.id, read.success.limit))) return yield* invalidLink
      return read.success
    })

    /** The texts of the profile, from the backend. Without the webhook, every device is allowed. */
    const brandingFor = (mdmOrigin: MdmOrigin, token: string | undefined, userAgent: string | undefined) =>
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
              Allow: ({ profile }) =>
                Effect.succeed({ ...withoutEmptyTexts(settings.branding), ...withoutEmptyTexts(profile) }),
              Deny: ({ message }) => Effect.fail(denied(message ?? "This device may not enroll")),
              SoftwareUpdateRequired: ({ osVersion }) =>
                Effect.fail(denied(`Update this device to ${osVersion}, then enroll it`)),
              PlatformSsoRequired: () =>
                Effect.fail(denied("Enroll this device in Setup Assistant, with Platform SSO")),
            }),
          ),
        )

    const respond = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const mdmOrigin = yield* originOf(request.headers["host"])
      const query = new URLSearchParams(request.url.split("?", 2)[1] ?? "")
      const text = query.get("token") ?? undefined
      const token = yield* claimsOf(text)
      const branding = yield* brandingFor(mdmOrigin, text, request.headers["user-agent"])
      // The page's button, devices and scripts request the profile.
      if (isBrowser(request) && !query.has("profile")) return EnrollmentPage.invitation(branding, text)
      return HttpServerResponse.uint8Array(yield* profile({ mdmOrigin, branding, token }), {
        contentType: EnrollmentProfile.contentType,
        headers: { "content-disposition": 'attachment; filename="enroll.mobileconfig"', "cache-control": "no-store" },
      })
    }).pipe(
      ErrorReply.orElse("authenticate", (reply) => DeviceResponse.fromReply(reply)),
      Effect.catchTag("StoreError", (error) => Effect.map(StoreReply.make(error), DeviceResponse.fromReply)),
      Telemetry.response("enroll"),
      Effect.catchTag("Problem", (problem) =>
        Effect.flatMap(Telemetry.problemResponse(problem), (response) => pageFor(response, problem.detail ?? "")),
      ),
      Effect.flatMap((response) =>
        pageFor(response, "Enrollment is not possible at the moment: try again in a few minutes"),
      ),
    )

    yield* router.add("GET", "/mdm/apple/enroll", respond)
  }),
)

/** A browser accepts HTML. */
const isBrowser = ({ headers }: HttpServerRequest.HttpServerRequest) =>
  headers["accept"]?.includes("text/html") === true

/** An error as a page, where a browser made the request. */
const pageFor = (response: HttpServerResponse.HttpServerResponse, detail: string) =>
  Effect.map(HttpServerRequest.HttpServerRequest, (request) =>
    response.status < 400 || response.headers["content-type"]?.startsWith("text/html") === true || !isBrowser(request)
      ? response
      : EnrollmentPage.problem(response, detail),
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
