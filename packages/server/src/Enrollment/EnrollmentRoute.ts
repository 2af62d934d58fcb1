/**
 * `GET` and `POST /mdm/apple/enroll`: the enrollment profile; in a browser, a page with the profile behind one button.
 *
 * **Details**
 *
 * In an automated enrollment the device describes itself with `MachineInfo`, signed by Apple's device authority: as the body of a `POST`, or in the header
 * `x-apple-aspen-deviceinfo` of a `GET`. `POST /mdm/apple/enroll/byod` and `/adde` are the account-driven enrollments, see `Discovery`. Only verified
 * `MachineInfo` reaches the backend.
 */
import { EnrollmentProfile, MachineInfo } from "@espalier/apple"
import { Effect, Result } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as InvalidResponse from "../Backend/InvalidResponse.ts"
import * as Body from "../Http/Body.ts"
import * as DeviceResponse from "../Http/DeviceResponse.ts"
import { Origins } from "../Http/Origins.ts"
import * as Telemetry from "../Http/Telemetry.ts"
import * as ErrorReply from "../Mdm/ErrorReply.ts"
import * as PropertyList from "../Mdm/PropertyList.ts"
import * as StoreReply from "../Store/StoreReply.ts"
import * as Admission from "./Admission.ts"
import * as EnrollmentPage from "./EnrollmentPage.ts"
import { EnrollmentSettings } from "./EnrollmentSettings.ts"
import * as Profile from "./Profile.ts"

type EnrollmentMode = "BYOD" | "ADDE"

/**
 * The routes.
 *
 * @category routes
 * @since 0.1.0
 */
export const layer = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const admit = yield* Admission.make
    const originOf = yield* Origins
    const profile = yield* Profile.make
    const { deviceRoots } = yield* EnrollmentSettings

    /** The device's description of itself, where it is signed by its authority. */
    const machineInfoOf = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
      const options = deviceRoots === undefined ? {} : { roots: deviceRoots }
      const header = request.headers[MachineInfo.header]
      const verified =
        request.method === "POST"
          ? MachineInfo.fromCms(yield* Body.read(request), options)
          : header === undefined
            ? undefined
            : MachineInfo.fromHeader(header, options)
      if (verified === undefined) return undefined
      if (Result.isSuccess(verified)) return yield* PropertyList.toJson(verified.success.machineInfo)
      yield* Effect.logInfo(`MachineInfo is ignored: ${verified.failure.message}`)
      return undefined
    })

    const respond = (enrollmentMode: EnrollmentMode | undefined) =>
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const mdmOrigin = yield* originOf(request.headers["host"])
        const query = new URLSearchParams(request.url.split("?", 2)[1] ?? "")
        const token = query.get("token") ?? undefined
        const machineInfo = yield* machineInfoOf(request)
        const { "user-agent": userAgent, authorization } = request.headers
        const decision = yield* admit({
          mdmOrigin,
          ...(token === undefined ? {} : { token }),
          ...(userAgent === undefined ? {} : { userAgent }),
          ...(machineInfo === undefined ? {} : { machineInfo }),
          ...(authorization === undefined ? {} : { authorization }),
          ...(enrollmentMode === undefined ? {} : { enrollmentMode }),
        })
        if (decision._tag === "Reply") return DeviceResponse.fromReply(decision.reply)
        const { branding, token: claims, managedAppleId } = decision
        // The page's button, devices and scripts request the profile.
        if (isBrowser(request) && !query.has("profile")) return EnrollmentPage.invitation(branding, token)
        if (enrollmentMode !== undefined && managedAppleId === undefined) {
          return yield* InvalidResponse.make("An account-driven enrollment needs a managedAppleId")
        }
        const assigned =
          enrollmentMode === undefined || managedAppleId === undefined ? undefined : { managedAppleId, enrollmentMode }
        return HttpServerResponse.uint8Array(yield* profile({ mdmOrigin, branding, token: claims, assigned }), {
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

    yield* router.add("GET", "/mdm/apple/enroll", respond(undefined))
    yield* router.add("POST", "/mdm/apple/enroll", respond(undefined))
    yield* router.add("POST", "/mdm/apple/enroll/byod", respond("BYOD"))
    yield* router.add("POST", "/mdm/apple/enroll/adde", respond("ADDE"))
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
