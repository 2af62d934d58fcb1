/** Enrollment of organization-owned devices: MachineInfo, account-driven discovery, Return to Service. */
import { describe, expect, it } from "@effect/vitest"
import { MachineInfo } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Result } from "effect"
import { authority } from "./Authority.ts"
import { enrolled, unboxed } from "./Device.ts"
import { type Answer, listen, type MdmServer } from "./MdmServer.ts"

/** The authority of devices is the test's; a device's own certificate is that authority's here. */
const options = { kind: "iPhone" as const, appleIdentity: authority }
const described = (cms: Uint8Array) =>
  Result.getOrThrow(MachineInfo.fromCms(cms, { roots: [authority.certificate] })).machineInfo

const enrollPath = "/mdm/apple/enroll"
const profile = (server: MdmServer): Answer => ({ body: server.profile() })

const payloadsOf = ({ PayloadContent }: Plist.Dictionary): ReadonlyArray<Plist.Value> =>
  Array.isArray(PayloadContent) ? PayloadContent : []

describe("automated enrollment", () => {
  it.live("sends the signed MachineInfo as the body of a POST", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      const device = yield* unboxed(options)
      const seen: Array<unknown> = []
      server.routes.set(enrollPath, ({ method, headers }, body) => {
        seen.push(method, headers["content-type"], described(body))
        return profile(server)
      })
      yield* device.enroll(`${server.url}${enrollPath}`, { machineInfo: "body" })
      const { udid, serialNumber, productName, buildVersion, osVersion } = device.profile
      // Apple, "MachineInfo".
      expect(seen).toEqual([
        "POST",
        "application/pkcs7-signature",
        {
          UDID: udid,
          SERIAL: serialNumber,
          PRODUCT: productName,
          VERSION: buildVersion,
          OS_VERSION: osVersion,
          LANGUAGE: "en",
          MDM_CAN_REQUEST_SOFTWARE_UPDATE: true,
        },
      ])
      expect(server.operation()).toEqual(["Authenticate", "TokenUpdate"])
    }),
  )

  it.live("sends it in a header to a server with a web page first", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      const device = yield* unboxed(options)
      server.routes.set(enrollPath, ({ method, headers }) => {
        const header = String(headers["x-apple-aspen-deviceinfo"])
        expect(method).toBe("GET")
        expect(described(Buffer.from(header, "base64"))["SERIAL"]).toBe(device.profile.serialNumber)
        return profile(server)
      })
      yield* device.enroll(`${server.url}${enrollPath}`, { machineInfo: "header" })
      expect((yield* device.state).enrollment).toBeDefined()
    }),
  )

  it.live("fails with the version that the server requires", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      const device = yield* unboxed(options)
      // Apple, mdm/errors/softwareupdate.required.
      const body = JSON.stringify({ code: "com.apple.softwareupdate.required", details: { OSVersion: "26.1" } })
      server.routes.set(enrollPath, () => ({ status: 403, headers: { "content-type": "application/json" }, body }))
      const error = yield* Effect.flip(device.enroll(`${server.url}${enrollPath}`, { machineInfo: "body" }))
      expect(error).toMatchObject({ reason: "SoftwareUpdateRequired", status: 403, osVersion: "26.1" })
    }),
  )

  it.live("needs a certificate from Apple", () =>
    Effect.gen(function* () {
      const device = yield* unboxed()
      const error = yield* Effect.flip(device.enroll("http://localhost:1/", { machineInfo: "body" }))
      expect(error).toMatchObject({ reason: "Unsupported" })
    }),
  )
})

describe("account-driven enrollment", () => {
  const wellKnown = "/.well-known/com.apple.remotemanagement"

  it.live("finds the server of the domain, signs in and enrolls", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      const device = yield* unboxed(options)
      const queries: Array<string> = []
      server.routes.set(wellKnown, ({ url }) => {
        queries.push(url ?? "")
        const servers = [
          { Version: "mdm-byod", BaseURL: `${server.url}/byod` },
          { Version: "mdm-adde", BaseURL: `${server.url}/adde` },
        ]
        return { headers: { "content-type": "application/json" }, body: JSON.stringify({ Servers: servers }) }
      })
      server.routes.set("/adde", ({ headers }) =>
        headers.authorization === "Bearer token-1"
          ? profile(server)
          : { status: 401, headers: { "www-authenticate": 'Bearer method="apple-as-web", url="https://id.example/"' } },
      )
      const challenges: Array<string> = []
      const signIn = (challenge: string) => {
        challenges.push(challenge)
        return Effect.succeed("Bearer token-1")
      }
      yield* device.enrollAccount({ account: "ada@example.com", origin: server.url, signIn })
      expect(queries).toEqual([`${wellKnown}?user-identifier=ada%40example.com&model-family=iPhone`])
      expect(challenges).toEqual(['Bearer method="apple-as-web", url="https://id.example/"'])
      expect(server.operation()).toEqual(["Authenticate", "TokenUpdate"])
    }),
  )

  // Apple, "AuthenticateRequest", "MachineInfo": forbidden in a User Enrollment are UDID, serial number and IMEI.
  it.live("hides what identifies a personal device", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      const device = yield* unboxed(options)
      server.routes.set(wellKnown, () => ({
        body: JSON.stringify({ Servers: [{ Version: "mdm-byod", BaseURL: `${server.url}/byod` }] }),
      }))
      server.editProfile = (made) => ({
        ...made,
        PayloadContent: payloadsOf(made).map((payload) =>
          Plist.isDictionary(payload) && payload["PayloadType"] === "com.apple.mdm"
            ? { ...payload, EnrollmentMode: "BYOD", AssignedManagedAppleID: "ada@example.com" }
            : payload,
        ),
      })
      server.routes.set("/byod", (_, body) => {
        expect(Object.keys(described(body))).not.toEqual(expect.arrayContaining(["UDID"]))
        expect(described(body)["SERIAL"]).toBeUndefined()
        return profile(server)
      })
      yield* device.enrollAccount({ account: "ada@example.com", origin: server.url, mode: "byod" })
      const [first] = server.received
      const enrollmentId = first?.message["EnrollmentID"]
      expect(enrollmentId).toMatch(/^[0-9A-F-]{36}$/)
      for (const { message } of server.received) expect(message["EnrollmentID"]).toBe(enrollmentId)
      for (const key of ["UDID", "SerialNumber", "IMEI"]) expect(first?.message).not.toHaveProperty(key)
    }),
  )

  it.live.each<readonly [name: string, answer: Answer, reason: string]>([
    ["a domain without a server", { status: 404 }, "UnexpectedStatus"],
    ["a list that is not JSON", { body: "<html>" }, "InvalidResponse"],
    ["a list without organization-owned devices", { body: '{"Servers":[]}' }, "InvalidResponse"],
  ])("fails for %s", ([, answer, reason]) =>
    Effect.gen(function* () {
      const server = yield* listen()
      const device = yield* unboxed(options)
      server.routes.set(wellKnown, () => answer)
      const error = yield* Effect.flip(device.enrollAccount({ account: "ada@example.com", origin: server.url }))
      expect(error).toMatchObject({ reason })
    }),
  )
})

describe("Return to Service", () => {
  it.live("erases the device and enrolls it with the profile of the answer", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.intercept = ({ message }) =>
        message["MessageType"] === "ReturnToService"
          ? {
              body: Result.getOrThrow(
                Plist.toXml({ ReturnToService: { Enabled: true, MDMProfileData: Uint8Array.from(server.profile()) } }),
              ),
            }
          : undefined
      expect(yield* device.returnToService()).toBe(true)
      expect(server.operation()).toEqual([
        "Authenticate",
        "TokenUpdate",
        "ReturnToService",
        "Authenticate",
        "TokenUpdate",
      ])
    }),
  )

  it.live("stays enrolled where the server does not enable it", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.intercept = ({ message }) =>
        message["MessageType"] === "ReturnToService"
          ? { body: Result.getOrThrow(Plist.toXml({ ReturnToService: { Enabled: false } })) }
          : undefined
      expect(yield* device.returnToService()).toBe(false)
      expect((yield* device.state).enrollment).toBeDefined()
    }),
  )
})
