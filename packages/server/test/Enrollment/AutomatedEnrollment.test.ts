/**
 * Enrollment of devices that an organization owns, or that a user enrolls with an account: MachineInfo, the errors of Setup Assistant, discovery, sign-in. Names and
 * statuses: Apple, "MachineInfo", "Error Code Software Update Required", "Error Code Platform SSO Required", "Discover Authentication Servers".
 */
import { describe, expect, it } from "@effect/vitest"
import { MachineInfo } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Result } from "effect"
import type { Server } from "../../src/index.ts"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import { launch } from "../support/Launch.ts"
import { expectProblem } from "../support/Refusals.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const route = "/mdm/apple/enroll"
const profileType = "application/x-apple-aspen-config"
const info = { UDID: "U-1", SERIAL: "C02X", PRODUCT: "Mac16,1", VERSION: "25A1", MDM_CAN_REQUEST_SOFTWARE_UPDATE: true }

/** The tests' authority stands in for Apple's. */
const signed = (by = Devices.identity()) => Result.getOrThrow(MachineInfo.toCms(info, by))
const trusting = { deviceRoots: [Devices.authority.certificate] }

const given = Effect.fnUntraced(function* (
  enrollment: NonNullable<Server.ServerOptions["enrollment"]>,
  enroll?: Backend.Reply,
) {
  const backend = yield* Backend.start(enroll === undefined ? {} : { enroll })
  return { backend, server: yield* launch(backend, { enrollment }) }
})

const post = (server: Whitelabel.Whitelabel, path: string, body: Uint8Array, headers = {}) =>
  Whitelabel.ask(server, {
    method: "POST",
    path,
    headers: { "content-type": "application/pkcs7-signature", ...headers },
    body,
  })

const allow = Backend.json({ _tag: "Allow" })

describe("MachineInfo", () => {
  it.live.each(["body", "header"])("in the %s is verified and passed to the backend", (place) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ mode: "token", ...trusting }, allow)
      const cms = signed()
      const answer =
        place === "body"
          ? yield* post(server, route, cms)
          : yield* Whitelabel.ask(server, {
              path: route,
              headers: { "x-apple-aspen-deviceinfo": Buffer.from(cms).toString("base64") },
            })
      expect(answer).toMatchObject({ status: 200, headers: { "content-type": profileType } })
      expect(backend.heardBy("enroll")).toEqual([{ mdmOrigin: { url: server.origin }, machineInfo: info }])
    }),
  )

  it.live.each<readonly [string, () => Uint8Array]>([
    ["signed by another authority", () => signed(Devices.identity({ by: Devices.stranger }))],
    ["that is not signed", () => new TextEncoder().encode(Whitelabel.xml(info))],
  ])("%s gets no profile where a token is required, and the backend is not called", ([, body]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ mode: "token", ...trusting }, allow)
      expectProblem(yield* post(server, route, body()), 403)
      expect(backend.heard()).toEqual([])
    }),
  )

  it.live("of another authority is ignored where enrollment is open", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ mode: "open", ...trusting }, allow)
      const answer = yield* post(server, route, signed(Devices.identity({ by: Devices.stranger })))
      expect(answer.status).toBe(200)
      expect(backend.heardBy("enroll")).toEqual([{ mdmOrigin: { url: server.origin } }])
    }),
  )

  it.live("by the test's authority is not accepted in place of Apple's", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ mode: "token" }, allow)
      expectProblem(yield* post(server, route, signed()), 403)
    }),
  )

  it.live("does not replace a token when the backend has no enroll webhook", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ mode: "token", ...trusting })
      expectProblem(yield* post(server, route, signed()), 403)
    }),
  )

  it.live("does not replace a token that is invalid", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ mode: "token", ...trusting }, allow)
      expectProblem(yield* post(server, `${route}?token=invalid`, signed()), 403)
      expect(backend.heard()).toEqual([])
    }),
  )
})

describe("the errors of Setup Assistant", () => {
  const update = { _tag: "SoftwareUpdateRequired", osVersion: "26.1", buildVersion: "23B85" }
  const sso = {
    _tag: "PlatformSsoRequired",
    profileURL: "https://mdm.example.com/psso.mobileconfig",
    authURL: "https://idp.example.com/authenticate",
    package: { manifestURL: "https://mdm.example.com/app.plist", pinningCerts: ["AAEC"] },
  }

  it.live.each<readonly [string, object, object]>([
    [
      "SoftwareUpdateRequired",
      update,
      { code: "com.apple.softwareupdate.required", details: { OSVersion: "26.1", BuildVersion: "23B85" } },
    ],
    [
      "PlatformSsoRequired",
      sso,
      {
        code: "com.apple.psso.required",
        details: {
          ProfileURL: sso.profileURL,
          AuthURL: sso.authURL,
          Package: { ManifestURL: sso.package.manifestURL, PinningCerts: ["AAEC"] },
        },
      },
    ],
  ])("%s is 403 with Apple's code in JSON", ([, answer, expected]) =>
    Effect.gen(function* () {
      const { server } = yield* given({ mode: "token", ...trusting }, Backend.json(answer))
      const response = yield* post(server, route, signed())
      expect(response).toMatchObject({ status: 403, headers: { "content-type": "application/json" } })
      expect(JSON.parse(response.text)).toEqual(expected)
    }),
  )

  it.live("are texts for a device that did not send MachineInfo", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ mode: "open" }, Backend.json(update))
      const answer = yield* Whitelabel.ask(server, { path: route })
      expectProblem(answer, 403)
      expect(answer.text).toContain("26.1")
    }),
  )
})

describe("account-driven enrollment", () => {
  it.live("is found at the well-known address", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ mode: "token" })
      const answer = yield* Whitelabel.ask(server, {
        path: "/.well-known/com.apple.remotemanagement?user-identifier=ada%40example.com&model-family=iPhone",
      })
      expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/json" } })
      expect(JSON.parse(answer.text)).toEqual({
        Servers: [
          { Version: "mdm-byod", BaseURL: `${server.origin}${route}/byod` },
          { Version: "mdm-adde", BaseURL: `${server.origin}${route}/adde` },
        ],
      })
    }),
  )

  it.live.each(["byod", "adde"])("/%s lets the user sign in, then the profile names the account", (mode) =>
    Effect.gen(function* () {
      const challenge = 'Bearer method="apple-as-web", url="https://idp.example.com/authenticate"'
      const { backend, server } = yield* given(
        { mode: "token", ...trusting },
        Backend.inTurn(
          Backend.json({ _tag: "SignInRequired", challenge }),
          Backend.json({ _tag: "Allow", managedAppleId: "ada@example.com" }),
        ),
      )
      const first = yield* post(server, `${route}/${mode}`, signed())
      expect(first).toMatchObject({ status: 401, headers: { "www-authenticate": challenge } })
      const second = yield* post(server, `${route}/${mode}`, signed(), { authorization: "Bearer access" })
      expect(second.status).toBe(200)
      expect(Result.getOrThrow(Plist.parse(second.bytes))).toMatchObject({
        PayloadContent: [{}, { AssignedManagedAppleID: "ada@example.com", EnrollmentMode: mode.toUpperCase() }],
      })
      expect(backend.heardBy("enroll")).toMatchObject([
        { enrollmentMode: mode.toUpperCase(), machineInfo: info },
        { enrollmentMode: mode.toUpperCase(), authorization: "Bearer access" },
      ])
    }),
  )

  it.live("is denied by a server whose backend has no enroll webhook, also where enrollment is open", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ mode: "open", ...trusting })
      expectProblem(yield* post(server, `${route}/byod`, signed()), 403)
    }),
  )

  it.live("returns 503 when the backend allows it without a managedAppleId", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ mode: "token", ...trusting }, allow)
      expect((yield* post(server, `${route}/byod`, signed())).status).toBe(503)
    }),
  )
})
