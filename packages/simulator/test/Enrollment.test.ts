/** Becoming managed and ceasing to be: profile, SCEP, `Authenticate`, `TokenUpdate`, renewal, `CheckOut`. */
import { createHash } from "node:crypto"
import { describe, expect, it } from "@effect/vitest"
import { Certificate, Cms } from "@espalier/apple"
import type { Plist } from "@espalier/plist"
import { Effect, Result } from "effect"
import { authority, tls } from "./Authority.ts"
import { enrolled, unboxed } from "./Device.ts"
import { listen, MdmServer } from "./MdmServer.ts"

describe("enrolling", () => {
  it.live("downloads a profile, gets a certificate, sends Authenticate and TokenUpdate", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      expect(server.operation()).toEqual(["Authenticate", "TokenUpdate"])
      const [authenticate, tokenUpdate] = server.received
      const { udid, serialNumber, osVersion } = device.profile
      expect(authenticate?.message).toMatchObject({ UDID: udid, SerialNumber: serialNumber, OSVersion: osVersion })
      const [target] = yield* device.pushTargets
      expect(tokenUpdate?.message).toMatchObject({
        PushMagic: target?.magic,
        Topic: "com.apple.mgmt.External.test",
        Token: Uint8Array.from(target?.token ?? []),
        AwaitingConfiguration: false,
      })
      const { enrollment } = yield* device.state
      const certificate = enrollment?.identity?.certificate
      expect(certificate && Certificate.subjectText(certificate)).toBe("O=Acme\nCN=a device")
      expect(certificate && Certificate.fingerprint(certificate)).toBe(authenticate?.signer)
      expect([...(enrollment?.channels.get("device")?.profiles.keys() ?? [])]).toEqual(["localhost.enrollment"])
    }),
  )

  it.live("logs every exchange", () =>
    Effect.gen(function* () {
      const { device } = yield* enrolled()
      const log = yield* device.exchanges.all
      expect(log.map(({ number, operation, method, status }) => `${number} ${method} ${operation} ${status}`)).toEqual([
        "1 GET profile 200",
        "2 GET GetCACaps 200",
        "3 GET GetCACert 200",
        "4 POST PKCSReq 200",
        "5 PUT Authenticate 200",
        "6 PUT TokenUpdate 200",
      ])
      expect(Buffer.from(log[5]?.request ?? []).toString()).toContain("<string>TokenUpdate</string>")
      expect(Buffer.from(log[0]?.response ?? []).toString()).toContain("com.apple.mdm")
    }),
  )

  it.live("installs a signed profile after a redirect", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      server.encodeProfile = (text) => Result.getOrThrow(Cms.sign({ content: Buffer.from(text), signer: authority }))
      const device = yield* unboxed()
      yield* device.enroll(`${server.url}/elsewhere`)
      expect(server.operation()).toEqual(["Authenticate", "TokenUpdate"])
    }),
  )

  it.live("enrolls without profile and certificate", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      server.requireSignature = false
      const device = yield* unboxed()
      yield* device.attach({ serverUrl: `${server.url}/mdm/apple/mdm` })
      expect(server.received.map(({ operation, signer }) => [operation, signer])).toEqual([
        ["Authenticate", undefined],
        ["TokenUpdate", undefined],
      ])
    }),
  )

  it.live("derives the device from the seed", () =>
    Effect.gen(function* () {
      const [a, b, c] = [yield* unboxed({ seed: 1 }), yield* unboxed({ seed: 1 }), yield* unboxed({ seed: 2 })]
      expect(a.profile.udid).toBe(b.profile.udid)
      expect(a.profile.udid).not.toBe(c.profile.udid)
    }),
  )

  it.live("rejects a second enrollment", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      const again = device.enroll(`${server.url}/mdm/apple/enroll`)
      expect(yield* Effect.flip(again)).toMatchObject({ reason: "AlreadyEnrolled" })
      yield* device.erase()
      yield* again
      expect(server.operation()).toEqual(["Authenticate", "TokenUpdate", "Authenticate", "TokenUpdate"])
      const magics = server.received.map(({ message }) => message["PushMagic"]).filter((magic) => magic !== undefined)
      expect(new Set(magics).size).toBe(2)
    }),
  )
})

const editScep =
  (edit: Plist.Dictionary) =>
  (profile: Plist.Dictionary): Plist.Dictionary => {
    const content = profile["PayloadContent"]
    if (!Array.isArray(content)) return profile
    return {
      ...profile,
      PayloadContent: content.map((payload) =>
        payload.PayloadType === "com.apple.security.scep"
          ? { ...payload, PayloadContent: { ...payload.PayloadContent, ...edit } }
          : payload,
      ),
    }
  }

const badPem = Certificate.fromPem(tls.certificate)

describe("a failed enrollment leaves no state after", () => {
  it.live.each<readonly [name: string, reason: string, spoil: (server: MdmServer) => void]>([
    [
      "another authority",
      "Untrusted",
      (server) => {
        server.scepIntercept = (operation) =>
          operation === "GetCACert" ? { body: Result.getOrThrow(badPem).der } : undefined
      },
    ],
    [
      "a wrong challenge",
      "ScepFailed",
      (server) => {
        server.editProfile = editScep({ Challenge: "guessed" })
      },
    ],
    [
      "an answer that is no certificate",
      "InvalidResponse",
      (server) => {
        server.scepIntercept = (operation) => (operation === "PKIOperation" ? { body: "hello" } : undefined)
      },
    ],
    [
      "no SCEP server",
      "UnexpectedStatus",
      (server) => {
        server.scepIntercept = () => ({ status: 404 })
      },
    ],
    [
      "a page in the place of the profile",
      "InvalidProfile",
      (server) => {
        server.encodeProfile = () => Buffer.from("<html>hello</html>")
      },
    ],
    [
      "a profile for something else",
      "InvalidProfile",
      (server) => {
        server.editProfile = (profile) => ({ ...profile, PayloadContent: [] })
      },
    ],
    [
      "a spoiled signature",
      "InvalidProfile",
      (server) => {
        server.encodeProfile = (text) => {
          const signed = Result.getOrThrow(Cms.sign({ content: Buffer.from(text), signer: authority }))
          return signed.with(signed.length - 1, (signed.at(-1) ?? 0) ^ 1)
        }
      },
    ],
    [
      "a server that refuses Authenticate",
      "UnexpectedStatus",
      (server) => {
        server.intercept = ({ operation }) => (operation === "Authenticate" ? { status: 403 } : undefined)
      },
    ],
  ])("%s", ([, reason, spoil]) =>
    Effect.gen(function* () {
      const server = yield* listen()
      spoil(server)
      const device = yield* unboxed()
      expect(yield* Effect.flip(device.enroll(`${server.url}/mdm/apple/enroll`))).toMatchObject({ reason })
      expect((yield* device.state).enrollment).toBeUndefined()
      expect(yield* Effect.flip(device.poll())).toMatchObject({ reason: "NotEnrolled" })
    }),
  )

  it.live("no server", () =>
    Effect.gen(function* () {
      const server = yield* Effect.scoped(listen())
      const device = yield* unboxed()
      expect(yield* Effect.flip(device.enroll(`${server.url}/mdm/apple/enroll`))).toMatchObject({
        reason: "Unreachable",
      })
      expect((yield* device.exchanges.all)[0]?.status).toBeUndefined()
    }),
  )
})

it.live("sends a failed TokenUpdate again before the next poll", () =>
  Effect.gen(function* () {
    const server = yield* listen()
    server.intercept = ({ operation }) => (operation === "TokenUpdate" ? { status: 500 } : undefined)
    const device = yield* unboxed()
    expect(yield* Effect.flip(device.enroll(`${server.url}/mdm/apple/enroll`))).toMatchObject({ status: 500 })
    server.intercept = () => undefined
    yield* device.poll()
    yield* device.poll()
    expect(server.operation()).toEqual(["Authenticate", "TokenUpdate", "TokenUpdate", "Idle", "Idle"])
  }),
)

it.live.each<readonly [name: string, fingerprint: (der: Uint8Array) => Buffer]>([
  ["MD5", (der) => createHash("md5").update(der).digest()],
  ["SHA-1", (der) => createHash("sha1").update(der).digest()],
  ["SHA-512", (der) => createHash("sha512").update(der).digest()],
])("knows the authority by its %s fingerprint", ([, fingerprint]) =>
  Effect.gen(function* () {
    const server = yield* listen()
    const device = yield* unboxed()
    server.editProfile = editScep({ CAFingerprint: fingerprint(authority.certificate.der) })
    yield* device.enroll(`${server.url}/mdm/apple/enroll`)
    expect(server.operation()).toContain("TokenUpdate")
  }),
)

describe("the identity", () => {
  it.live("is renewed with the current one, and the new one is used", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      const first = server.received[0]?.signer
      yield* device.renew()
      expect(server.scepHeard).toEqual(["PKCSReq", "RenewalReq"])
      yield* device.poll()
      const { enrollment } = yield* device.state
      const last = server.received.at(-1)?.signer
      expect(last).not.toBe(first)
      expect(enrollment?.identity && Certificate.fingerprint(enrollment.identity.certificate)).toBe(last)
      expect(enrollment?.identity && Certificate.subjectText(enrollment.identity.certificate)).toContain("CN=a device")
    }),
  )

  it.live("keeps the subject that the authority issued", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      server.issueTo = { commonName: "renamed" }
      const device = yield* unboxed()
      yield* device.enroll(`${server.url}/mdm/apple/enroll`)
      yield* device.renew()
      const { enrollment } = yield* device.state
      expect(enrollment?.identity && Certificate.subjectText(enrollment.identity.certificate)).toBe("CN=renamed")
    }),
  )

  it.live("is presented in TLS to a server whose certificate the profile trusts", () =>
    Effect.gen(function* () {
      const server = yield* listen({ secure: true })
      const unknown = yield* unboxed()
      expect(yield* Effect.flip(unknown.enroll(`${server.url}/mdm/apple/enroll`))).toMatchObject({
        reason: "Unreachable",
      })
      const device = yield* unboxed({ ca: tls.certificate })
      yield* device.enroll(`${server.url}/mdm/apple/enroll`)
      const clients = server.requests.map(({ path, client }) => `${path} ${client.split("\n").at(-1)}`)
      expect(clients.slice(-3)).toEqual([
        "/mdm/apple/scep no certificate",
        "/mdm/apple/mdm CN=a device",
        "/mdm/apple/mdm CN=a device",
      ])
    }),
  )
})

describe("unenrolling", () => {
  it.live("sends CheckOut and deletes the enrollment", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      yield* device.checkOut()
      expect(server.operation().at(-1)).toBe("CheckOut")
      expect((yield* device.state).enrollment).toBeUndefined()
    }),
  )

  it.live("deletes the enrollment even when the server is unreachable", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled()
      server.intercept = () => ({ status: 500 })
      expect(yield* Effect.flip(device.checkOut())).toMatchObject({ reason: "UnexpectedStatus", status: 500 })
      expect((yield* device.state).enrollment).toBeUndefined()
    }),
  )

  it.live("sends no CheckOut when the profile does not require it", () =>
    Effect.gen(function* () {
      const server = yield* listen()
      server.editProfile = (profile) => {
        const content = profile["PayloadContent"]
        if (!Array.isArray(content)) return profile
        return { ...profile, PayloadContent: content.map((payload) => ({ ...payload, CheckOutWhenRemoved: false })) }
      }
      const device = yield* unboxed()
      yield* device.enroll(`${server.url}/mdm/apple/enroll`)
      yield* device.checkOut()
      expect(server.operation()).toEqual(["Authenticate", "TokenUpdate"])
    }),
  )
})

it.live("routes requests to several servers with one name", () =>
  Effect.gen(function* () {
    const shared = new MdmServer()
    const one = yield* listen({ as: shared })
    const first = one.url
    const other = new MdmServer()
    const second = (yield* listen({ as: other })).url
    other.requireSignature = false
    const device = yield* unboxed({ route: (request, url) => (request > 6 && request % 2 === 0 ? second : url) })
    yield* device.enroll(`${first}/mdm/apple/enroll`)
    yield* device.poll()
    yield* device.poll()
    yield* device.poll()
    expect(other.operation()).toEqual(["Idle"])
    expect(other.requests[0]?.host).toBe(new URL(first).host)
    expect(shared.operation().filter((operation) => operation === "Idle")).toHaveLength(2)
  }),
)
