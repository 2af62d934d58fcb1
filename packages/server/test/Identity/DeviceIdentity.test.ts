/**
 * Who is believed: the certificate that a message's signature, or a trusted proxy's header, brings. All others are refused before the
 * backend hears of them: 403, never the 401 that makes older systems unenroll.
 */
import { X509Certificate } from "node:crypto"
import { describe, expect, it } from "@effect/vitest"
import { Certificate, Identity } from "@espalier/apple"
import { identityOf } from "@espalier/testing/Pki"
import { Effect, Result } from "effect"
import type { Server } from "../../src/index.ts"
import * as Assets from "../support/Assets.ts"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import { launch } from "../support/Launch.ts"
import * as Messages from "../support/Messages.ts"
import { expectProblem, expectUnharmed } from "../support/Refusals.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const body = Whitelabel.xml(Messages.authenticate)
const device = Devices.identity()
const pem = Certificate.toPem(device.certificate)
const signed = Devices.signature(body, device)

const given = Effect.fnUntraced(function* (identity: Server.ServerOptions["identity"]) {
  const backend = yield* Backend.start({ event: Backend.taken, asset: Backend.json(Assets.content) })
  return { backend, server: yield* launch(backend, { identity }) }
})

/** The certificates that the backend heard with its events. */
const heard = (backend: Backend.Backend) =>
  backend.heard().map(({ body }) => (body as { readonly scope: { identityCertificate?: string } }).scope)

const serialOf = ({ certificate }: Certificate.KeyedCertificate) =>
  Buffer.from(Certificate.serialNumber(certificate), "hex")

/** A serial number, and so a certificate, may be a byte longer than another. */
const ofLength = (model: Certificate.KeyedCertificate, make: () => Certificate.KeyedCertificate) => {
  let made = make()
  while (made.certificate.der.length !== model.certificate.der.length) made = make()
  return made
}

/** Each of these bytes, which must be there, for others of the same length. */
const replaced = (bytes: Buffer, swaps: ReadonlyArray<readonly [Uint8Array, Uint8Array]>): Buffer => {
  for (const [from, to] of swaps) {
    const at = bytes.indexOf(from)
    expect([at > 0, from.length]).toEqual([true, to.length])
    bytes.set(to, at)
  }
  return bytes
}

const modes = ["required", "optional"] as const

describe("Mdm-Signature", () => {
  it.live.each(modes)("of a certificate of this authority is believed (%s): the backend gets the certificate", (mode) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ mode })
      expect(yield* Devices.put(server, body, { "mdm-signature": signed })).toMatchObject({ status: 200, text: "" })
      expect(heard(backend)).toMatchObject([{ udid: Messages.udid, identityCertificate: pem }])
      expect(new X509Certificate(pem).verify(Devices.authority.certificate.x509.publicKey)).toBe(true)
    }),
  )

  it.live("with SHA-1 and without attributes, as devices of 2021 sign, is believed", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ mode: "required" })
      const bytes = new TextEncoder().encode(body)
      const old = Identity.toMdmSignature(bytes, device, { digest: "sha1", withoutAttributes: true })
      expect((yield* Devices.put(server, body, { "mdm-signature": Result.getOrThrow(old) })).status).toBe(200)
    }),
  )

  it.live("of a configured root's certificate is believed", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ mode: "required", roots: [Devices.stranger.certificate] })
      const other = Devices.identity({ by: Devices.stranger })
      expect((yield* Devices.say(server, Messages.authenticate, other)).status).toBe(200)
      expect(heard(backend)).toMatchObject([{ identityCertificate: Certificate.toPem(other.certificate) }])
      expect((yield* Devices.say(server, { ...Messages.authenticate, UDID: "A-2" }, device)).status).toBe(200)
    }),
  )

  const selfSigned = {
    certificate: Result.getOrThrow(
      Certificate.temporary({ privateKey: Devices.key, subject: { commonName: "device" }, at: Devices.now }),
    ),
    privateKey: Devices.key,
  }
  /** As long as a real one, of another key, with the device's certificate put where the signer's own was. */
  const impostor = ofLength(device, () => identityOf(Devices.authority, Devices.otherKey, { at: Devices.now }))
  const forged = replaced(Buffer.from(Devices.signature(body, impostor), "base64"), [
    [impostor.certificate.der, device.certificate.der],
    [serialOf(impostor), serialOf(device)],
  ]).toString("base64")
  const refused: ReadonlyArray<readonly [string, string]> = [
    ["over another body", Devices.signature(`${body}\n`, device)],
    ["by another key", forged],
    ["cut off", signed.slice(0, -8)],
    ["cut in half", signed.slice(0, signed.length / 2 - ((signed.length / 2) % 4))],
    ["with more behind it", `${signed.replace(/=+$/, "")}AAAA`],
    ["twice", `${signed}, ${signed}`],
    ["of an expired certificate", Devices.signature(body, Devices.identity({ at: Devices.inDays(-9), days: 8 }))],
    ["of a certificate of tomorrow", Devices.signature(body, Devices.identity({ at: Devices.inDays(1) }))],
    ["of another authority of the same name", Devices.signature(body, Devices.identity({ by: Devices.stranger }))],
    ["of a certificate that signed itself", Devices.signature(body, selfSigned)],
    [
      "of a certificate that a device issued",
      Devices.signature(body, identityOf(device, Devices.otherKey, { at: Devices.now })),
    ],
    ["of the body inside itself", Buffer.from(body).toString("base64")],
    ["that is empty", ""],
    ["that is no base64", "a=b"],
    ["of 31 kilobytes of nothing", "A".repeat(31 * 1024)],
  ]
  for (const mode of modes) {
    it.live.each(refused)(`%s is refused (${mode})`, ([, header]) =>
      Effect.gen(function* () {
        const { backend, server } = yield* given({ mode })
        expectProblem(yield* Devices.put(server, body, { "mdm-signature": header }), 403)
        yield* expectUnharmed(server, backend)
      }),
    )
  }

  it.live("of a megabyte does not get as far as that", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ mode: "optional" })
      const received = yield* Whitelabel.raw(server, (socket) => {
        socket.write(`PUT /mdm/apple/mdm HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nMdm-Signature: `)
        socket.write(`${"A".repeat(1024 * 1024)}\r\n\r\n`)
      })
      expect(received === "" || received.startsWith("HTTP/1.1 431 ")).toBe(true)
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live("is asked for where identity is required, before the message is looked at", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ mode: "required" })
      expectProblem(yield* Devices.put(server, body), 403)
      expectProblem(yield* Whitelabel.report(server, Messages.idle), 403)
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live("may be missing where identity is optional: the backend gets no certificate", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ mode: "optional" })
      expect((yield* Devices.put(server, body)).status).toBe(200)
      expect(heard(backend).map((scope) => Object.keys(scope))).toEqual([
        expect.not.arrayContaining(["identityCertificate"]),
      ])
    }),
  )
})

describe("a proxy's header", () => {
  const header = "x-device-identity-certificate"
  const proxy = { header, addresses: new Set(["127.0.0.1"]) }
  const required = { mode: "required", proxy } as const

  it.live.each<readonly [string, string]>([
    ["RFC 9440", Identity.toHeader(device.certificate)],
    ["escaped PEM", encodeURIComponent(pem)],
    ["bare base64", Buffer.from(device.certificate.der).toString("base64")],
    ["Envoy's", `Hash=00;Cert="${encodeURIComponent(pem)}";Subject="CN=device"`],
  ])("from a trusted address is believed (%s)", ([, value]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given(required)
      expect((yield* Devices.put(server, body, { [header]: value })).status).toBe(200)
      expect(heard(backend)).toMatchObject([{ identityCertificate: pem }])
    }),
  )

  it.live("is found however its name is written", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ ...required, proxy: { ...proxy, header: "X-Device-Identity-Certificate" } })
      const value = Identity.toHeader(device.certificate)
      expect((yield* Devices.put(server, body, { "X-DEVICE-IDENTITY-certificate": value })).status).toBe(200)
    }),
  )

  it.live("is believed of an IPv4 address where the server listens on IPv6", () =>
    Effect.gen(function* () {
      const backend = yield* Backend.start({ event: Backend.taken })
      const server = yield* launch(backend, { host: "::", identity: required })
      const value = Identity.toHeader(device.certificate)
      expect((yield* Devices.put(server, body, { [header]: value })).status).toBe(200)
    }),
  )

  it.live("comes before the signature, which may be missing or wrong", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given(required)
      const value = Identity.toHeader(device.certificate)
      expect((yield* Devices.put(server, body, { [header]: value, "mdm-signature": "A" })).status).toBe(200)
      expect(heard(backend)).toMatchObject([{ identityCertificate: pem }])
    }),
  )

  it.live("that is empty says nothing: the signature counts", () =>
    Effect.gen(function* () {
      const { server } = yield* given(required)
      expectProblem(yield* Devices.put(server, body, { [header]: "" }), 403)
      expect((yield* Devices.put(server, body, { [header]: "", "mdm-signature": signed })).status).toBe(200)
    }),
  )

  it.live.each<readonly [string, Server.ServerOptions["identity"]]>([
    ["from another address", { mode: "required", proxy: { header, addresses: new Set(["192.0.2.1", "::1"]) } }],
    ["where no proxy is configured", { mode: "required" }],
    ["of another name", { mode: "required", proxy: { ...proxy, header: "client-cert" } }],
  ])("%s is not looked at", ([, identity]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given(identity)
      const value = Identity.toHeader(device.certificate)
      expectProblem(yield* Devices.put(server, body, { [header]: value }), 403)
      yield* expectUnharmed(server, backend)
      const { backend: free, server: lax } = yield* given({ ...identity, mode: "optional" })
      expect((yield* Devices.put(lax, body, { [header]: value })).status).toBe(200)
      expect(heard(free).map((scope) => scope.identityCertificate)).toEqual([undefined])
    }),
  )

  const value = Identity.toHeader(device.certificate)
  const base64 = Buffer.from(device.certificate.der).toString("base64")
  it.live.each<readonly [string, string]>([
    ["of another authority", Identity.toHeader(Devices.identity({ by: Devices.stranger }).certificate)],
    ["that has expired", Identity.toHeader(Devices.identity({ at: Devices.inDays(-9), days: 8 }).certificate)],
    ["cut off", value.slice(0, -9)],
    ["twice in one", `${value}, ${value}`],
    ["with a parameter", `${value};a=1`],
    ["with a stray percent", "%"],
    ["Envoy's with two certificates", `Cert="${encodeURIComponent(pem)}",Cert="${encodeURIComponent(pem)}"`],
    ["garbage", "(none)"],
  ])("%s is refused, signature or not", ([, value]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given(required)
      expectProblem(yield* Devices.put(server, body, { [header]: value, "mdm-signature": signed }), 403)
      yield* expectUnharmed(server, backend)
    }),
  )

  // Apache httpd writes `(null)` for a variable without a value, nginx `-` in many formats and nothing in a header.
  it.live.each(["", " ", "-", "(null)"])("means no certificate when it is %j: the signature counts", (value) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given(required)
      const answer = yield* Devices.put(server, body, { [header]: value, "mdm-signature": signed })
      expect(answer.status).toBe(200)
      expect(heard(backend).map((scope) => scope.identityCertificate)).toEqual([pem])
      expectProblem(yield* Devices.put(server, body, { [header]: value }), 403)
    }),
  )

  it.live.each([value, base64, encodeURIComponent(pem)])(
    "on two lines, one of them perhaps the device's own, is refused (%#)",
    (value) =>
      Effect.gen(function* () {
        const { backend, server } = yield* given(required)
        const received = yield* Whitelabel.raw(server, (socket) => {
          socket.write(
            [
              "PUT /mdm/apple/mdm HTTP/1.1",
              `Host: 127.0.0.1:${server.port}`,
              `Content-Type: ${Whitelabel.checkInType}`,
              `Content-Length: ${Buffer.byteLength(body)}`,
              `${header}: ${value}`,
              `${header}: ${value}`,
              "Connection: close",
              "",
              body,
            ].join("\r\n"),
          )
        })
        expect(received).toMatch(/^HTTP\/1\.1 403 /)
        yield* expectUnharmed(server, backend)
      }),
  )

  it.live("goes to the asset webhook", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given(required)
      expect((yield* Whitelabel.ask(server, { path: Assets.path, headers: { [header]: value } })).status).toBe(200)
      expect(backend.heardBy("asset")).toEqual([
        { identifier: "logo", identityCertificate: pem, mdmOrigin: { url: server.origin } },
      ])
    }),
  )

  it.live("that is refused keeps an asset back", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given(required)
      expectProblem(yield* Whitelabel.ask(server, { path: Assets.path, headers: { [header]: "x" } }), 403)
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live("is not asked for with an asset, for a GET can sign nothing: the backend hears that there was none", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given(required)
      expect((yield* Whitelabel.ask(server, { path: Assets.path })).status).toBe(200)
      expect(backend.heardBy("asset")).toEqual([{ identifier: "logo", mdmOrigin: { url: server.origin } }])
    }),
  )
})
