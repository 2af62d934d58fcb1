/**
 * The server's own TLS: devices prove themselves by it, and its certificate is renewed while it runs.
 */
import { readFileSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { request } from "node:https"
import { join } from "node:path"
import { connect, type TLSSocket } from "node:tls"
import { describe, expect, it } from "@effect/vitest"
import { Certificate } from "@espalier/apple"
import { identityOf } from "@espalier/testing/Pki"
import { Effect, Logger, Result } from "effect"
import { TestClock } from "effect/testing"
import type { Server } from "../../src/index.ts"
import * as Assets from "../support/Assets.ts"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import * as Folder from "../support/Folder.ts"
import { launch } from "../support/Launch.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const pemOf = ({ certificate, privateKey }: Certificate.KeyedCertificate) => ({
  cert: Certificate.toPem(certificate),
  key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
})
const first = Devices.identity({ by: Devices.stranger })
const second = identityOf(Devices.stranger, Devices.otherKey, { at: Devices.now })

const files = Effect.map(Folder.temporary, (path) => {
  const paths = { certificate: join(path, "tls.pem"), key: join(path, "tls.key") }
  const { cert, key } = pemOf(first)
  writeFileSync(paths.certificate, cert)
  writeFileSync(paths.key, key)
  return paths
})

const given = Effect.fnUntraced(function* (options: Partial<Server.ServerOptions> = {}) {
  const backend = yield* Backend.start({ event: Backend.taken, asset: Backend.json(Assets.content) })
  const tls = yield* files
  return { backend, tls, server: yield* launch(backend, { tls, identity: { mode: "required" }, ...options }) }
})

/** One request with TLS, by a device that shows this. */
const ask = (
  { port }: Whitelabel.Whitelabel,
  by: Certificate.KeyedCertificate | undefined,
  { method = "GET", path, headers = {}, body }: Whitelabel.Ask,
) =>
  Effect.callback<{ readonly status: number | undefined; readonly text: string }, Error>((resume) => {
    const shown = by === undefined ? {} : pemOf(by)
    const options = {
      host: "127.0.0.1",
      port,
      method,
      path,
      headers,
      agent: false,
      rejectUnauthorized: false,
      ...shown,
    }
    request(options, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk
      })
      response.on("end", () => resume(Effect.succeed({ status: response.statusCode, text })))
    })
      .on("error", (error) => resume(Effect.fail(error)))
      .end(body)
  })

const body = Whitelabel.xml(Messages.authenticate)
const authenticate: Whitelabel.Ask = {
  method: "PUT",
  path: "/mdm/apple/mdm",
  headers: { "content-type": Whitelabel.checkInType },
  body,
}

describe("mutual TLS that the server ends itself", () => {
  const device = Devices.identity()

  it.live("is an identity: in the scope of events, and of assets", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given()
      const identityCertificate = Certificate.toPem(device.certificate)
      expect(yield* ask(server, device, authenticate)).toEqual({ status: 200, text: "" })
      expect((yield* ask(server, device, { path: Assets.path })).status).toBe(200)
      const mdmOrigin = { url: `https://127.0.0.1:${server.port}` }
      expect(backend.heardBy("event")).toMatchObject([{ scope: { identityCertificate, mdmOrigin } }])
      expect(backend.heardBy("asset")).toEqual([{ identifier: "logo", identityCertificate, mdmOrigin }])
    }),
  )

  const selfSigned = {
    certificate: Result.getOrThrow(
      Certificate.temporary({ privateKey: Devices.key, subject: { commonName: "device" }, at: Devices.now }),
    ),
    privateKey: Devices.key,
  }
  it.live.each<readonly [string, Certificate.KeyedCertificate | undefined]>([
    ["none", undefined],
    ["one of another authority", Devices.identity({ by: Devices.stranger })],
    ["one that has expired", Devices.identity({ at: Devices.inDays(-9), days: 8 })],
    ["one that signed itself", selfSigned],
  ])("with %s is refused, and the backend hears nothing", ([, by]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given()
      const answer = yield* ask(server, by, authenticate)
      expect(answer.status).toBe(403)
      expect(JSON.parse(answer.text)).toMatchObject({ status: 403, title: "Forbidden" })
      expect(backend.heard()).toEqual([])
    }),
  )

  it.live("comes before a signature by somebody else", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given()
      const signed = { ...authenticate.headers, "mdm-signature": Devices.signature(body, Devices.identity()) }
      expect((yield* ask(server, device, { ...authenticate, headers: signed })).status).toBe(200)
      const identityCertificate = Certificate.toPem(device.certificate)
      expect(backend.heardBy("event")).toMatchObject([{ scope: { identityCertificate } }])
      expect((yield* ask(server, selfSigned, { ...authenticate, headers: signed })).status).toBe(403)
    }),
  )

  it.live("is not asked for where a message is signed", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const signed = { ...authenticate.headers, "mdm-signature": Devices.signature(body, device) }
      expect((yield* ask(server, undefined, { ...authenticate, headers: signed })).status).toBe(200)
    }),
  )
})

/** The certificate that the server shows, in a handshake of this version at the most. */
const shownBy = ({ port }: Whitelabel.Whitelabel, maxVersion: "TLSv1.1" | "TLSv1.2" | "TLSv1.3" = "TLSv1.3") =>
  Effect.callback<string, Error>((resume) => {
    const minVersion = maxVersion === "TLSv1.1" ? "TLSv1" : "TLSv1.2"
    // OpenSSL speaks what is older only when told to.
    const ciphers = maxVersion === "TLSv1.1" ? { ciphers: "DEFAULT@SECLEVEL=0" } : {}
    const options = { host: "127.0.0.1", port, rejectUnauthorized: false, minVersion, maxVersion, ...ciphers } as const
    const socket: TLSSocket = connect(options, () => {
      resume(Effect.succeed(socket.getPeerX509Certificate()?.fingerprint256 ?? ""))
      socket.end()
    })
    socket.on("error", (error) => resume(Effect.fail(error)))
  })

const fingerprint = ({ certificate }: Certificate.KeyedCertificate) => certificate.x509.fingerprint256

describe("the server's certificate", () => {
  /** A server with what it logs, and a way to wait until it has looked at its files again and says this. */
  const watched = Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = Logger.map(Logger.formatStructured, ({ message }) => void lines.push(String(message)))
    const backend = yield* Backend.start({})
    const tls = yield* files
    const server = yield* launch(backend, { tls }, [logger])
    const said = (start: string) =>
      Effect.gen(function* () {
        lines.length = 0
        while (!lines.some((line) => line.startsWith(start))) {
          yield* TestClock.adjust("10 seconds")
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        }
      })
    return { server, tls, said }
  })

  it.effect("renewed on the disk, is served without a restart", () =>
    Effect.gen(function* () {
      const { server, tls, said } = yield* watched
      expect(yield* shownBy(server)).toBe(fingerprint(first))
      const { cert, key } = pemOf(second)
      writeFileSync(tls.certificate, cert)
      writeFileSync(tls.key, key)
      yield* said("TLS certificate renewed")
      expect(yield* shownBy(server)).toBe(fingerprint(second))
      expect(yield* shownBy(server, "TLSv1.2")).toBe(fingerprint(second))
    }),
  )

  it.effect("is noticed though its file is older than that of the key", () =>
    Effect.gen(function* () {
      const { server, tls, said } = yield* watched
      const { mtime } = statSync(tls.key)
      // The same key, for another year.
      const next = Devices.identity({ by: Devices.stranger })
      writeFileSync(tls.certificate, pemOf(next).cert)
      const hourAgo = new Date(mtime.getTime() - 3_600_000)
      utimesSync(tls.certificate, hourAgo, hourAgo)
      yield* said("TLS certificate renewed")
      expect(yield* shownBy(server)).toBe(fingerprint(next))
    }),
  )

  it.effect("half renewed, or broken, leaves the old one, until it is whole", () =>
    Effect.gen(function* () {
      const { server, tls, said } = yield* watched
      const { cert, key } = pemOf(second)
      for (const broken of ["", cert, cert.slice(0, 300), "garbage"]) {
        writeFileSync(tls.certificate, broken)
        yield* said("The old TLS certificate stays")
        expect(yield* shownBy(server)).toBe(fingerprint(first))
      }
      writeFileSync(tls.certificate, cert)
      writeFileSync(tls.key, key)
      yield* said("TLS certificate renewed")
      expect(yield* shownBy(server)).toBe(fingerprint(second))
    }),
  )

  it.effect.each(["TLSv1.2", "TLSv1.3"] as const)("is shown by %s", (version) =>
    Effect.gen(function* () {
      const { server } = yield* watched
      expect(yield* shownBy(server, version)).toBe(fingerprint(first))
    }),
  )

  it.effect("is not shown to what is older, neither before nor after it was renewed", () =>
    Effect.gen(function* () {
      const { server, tls, said } = yield* watched
      expect(yield* Effect.flip(shownBy(server, "TLSv1.1"))).toMatchObject({ code: expect.stringMatching(/PROTOCOL/) })
      writeFileSync(tls.certificate, readFileSync(tls.certificate))
      yield* said("TLS certificate renewed")
      expect(yield* Effect.flip(shownBy(server, "TLSv1.1"))).toMatchObject({ code: expect.stringMatching(/PROTOCOL/) })
    }),
  )

  it.live.each<readonly [string, (tls: { readonly certificate: string; readonly key: string }) => void]>([
    ["is empty", ({ certificate }) => writeFileSync(certificate, "")],
    ["has another key", ({ key }) => writeFileSync(key, pemOf(second).key)],
    ["is no key", ({ key }) => writeFileSync(key, "hello")],
  ])("that %s stops the start, in a sentence that names the files", ([, spoil]) =>
    Effect.gen(function* () {
      const tls = yield* files
      spoil(tls)
      const error = yield* Effect.flip(launch(yield* Backend.start({}), { tls }))
      expect(error).toMatchObject({ _tag: "TlsError" })
      expect(error.message).toContain(`${tls.certificate} and ${tls.key} are not a certificate and its key`)
    }),
  )
})

describe("whoever speaks no TLS", () => {
  it.live("gets no answer, and does no harm", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const received = yield* Whitelabel.raw(server, (socket) => {
        socket.write("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
      })
      expect(received).not.toMatch(/^HTTP\/1\.1 2/)
      expect((yield* ask(server, undefined, { path: "/health" })).status).toBe(200)
    }),
  )
})
