/**
 * Given a set-up that is wrong in one place, the doctor names that place, and says of the others what they are.
 */
import { createPublicKey, generateKeyPairSync } from "node:crypto"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, layer } from "@effect/vitest"
import { Certificate } from "@espalier/apple"
import * as Backend from "@espalier/example-in-memory/Backend"
import { WebhookVerifier } from "@espalier/handler"
import { Server } from "@espalier/server"
import { Database } from "@espalier/sql"
import * as apns from "@espalier/testing/Apns"
import * as Postgres from "@espalier/testing/Postgres"
import { Context, Duration, Effect, Fiber, Layer, Option, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { examine } from "../src/Doctor.ts"
import * as BackendCheck from "../src/doctor/Backend.ts"
import * as Certificates from "../src/doctor/Certificates.ts"
import * as Finding from "../src/doctor/Finding.ts"
import * as Network from "../src/doctor/Network.ts"
import * as Storage from "../src/doctor/Storage.ts"
import type { ServeOptions } from "../src/ServeFlags.ts"
import { run } from "./Run.ts"

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const otherSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

/** What the flags say when none but these is given. */
const optionsOf = (given: Partial<ServeOptions>): ServeOptions => ({
  webhookUrl: "http://127.0.0.1:1",
  webhookSecret: [],
  webhookTimeout: Duration.seconds(15),
  dataDirectory: ".espalier",
  databaseUrl: Option.none(),
  origin: [],
  host: Option.some("127.0.0.1"),
  port: 0,
  maxConnections: 10_000,
  tlsCertificate: Option.none(),
  tlsKey: Option.none(),
  identity: "required",
  identityUnknown: "reject",
  renewIdentities: false,
  deviceRoot: [],
  identityRoot: [],
  identityHeader: "x-device-identity-certificate",
  identityProxy: [],
  enrollment: "token",
  organization: Option.none(),
  displayName: Option.none(),
  description: Option.none(),
  consentText: Option.none(),
  profileCertificate: Option.none(),
  profileKey: Option.none(),
  profileRoot: [],
  pushCertificate: [],
  pushUrl: Option.none(),
  pushRoot: [],
  apiKey: [],
  otlpUrl: Option.none(),
  logFormat: "pretty",
  ...given,
})

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "espalier-doctor-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

/** An HTTP server on loopback, with what it was asked. */
const listening = (answer: (request: IncomingMessage, response: ServerResponse) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
        const server = createServer((request, response) => {
          request.resume()
          request.once("end", () => answer(request, response))
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" && address !== null ? address.port : 0
          resume(Effect.succeed({ port, close: () => server.close() }))
        })
      }),
      ({ close }) => Effect.sync(close),
    ),
    ({ port }) => ({ port, url: `http://127.0.0.1:${port}` }),
  )

const sampleBackend = Effect.map(
  Layer.build(Backend.layer({ port: 0, verifier: WebhookVerifier.layer({ secrets: [secret] }) })),
  Context.get(Backend.BackendUrl),
)

/** A data directory that a server has used. */
const used = Effect.gen(function* () {
  const dataDirectory = join(yield* folder, "data")
  yield* Effect.scoped(Layer.build(Server.state({ dataDirectory })))
  return dataDirectory
})

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
const keyPem = (key = privateKey) => key.export({ type: "pkcs8", format: "pem" }).toString()
const now = new Date()
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000)

/** A certificate with alternative names, and its key: `localhost` and 127.0.0.1. */
const named = (name: "server" | "server.key") => apns.fileOf(name)

/** A certificate without alternative names that ends in so many days. */
const certificatePem = (days: number, at = inDays(days - 90)) =>
  Certificate.toPem(
    Result.getOrThrow(
      Certificate.issue({
        authority: {
          certificate: Result.getOrThrow(
            Certificate.selfSignedCa({
              privateKey,
              subject: { commonName: "authority" },
              at: inDays(-400),
              days: 4000,
            }),
          ),
          privateKey,
        },
        publicKey: createPublicKey(privateKey),
        subject: { commonName: "localhost" },
        at,
        days: 90,
      }),
    ),
  )

const verdicts = (findings: Finding.Findings) => findings.map(({ check, verdict }) => `${check} ${verdict}`)
const of = (check: string, findings: Finding.Findings) => findings.filter((one) => one.check === check)

describe("examine", () => {
  it.live("reports a correct configuration as good in every check", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const file = (name: string, text: string) => {
        writeFileSync(join(place, name), text, { mode: 0o600 })
        return join(place, name)
      }
      const { cert, key } = apns.certificate("topic-one")
      const options = optionsOf({
        webhookUrl: yield* sampleBackend,
        webhookSecret: [Redacted.make(secret)],
        dataDirectory: yield* used,
        origin: ["https://localhost"],
        tlsCertificate: Option.some(named("server")),
        tlsKey: Option.some(named("server.key")),
        profileCertificate: Option.some(file("profile.pem", certificatePem(60))),
        profileKey: Option.some(file("profile.key.pem", keyPem())),
        pushCertificate: [file("push.pem", `${cert}${Redacted.value(key)}`)],
        pushUrl: Option.some((yield* apns.start()).url),
        pushRoot: [file("apns.pem", apns.authority)],
      })
      const findings = yield* examine(options)
      expect(findings.filter(({ verdict }) => verdict !== "good")).toEqual([])
      expect(findings.map(({ check }) => check)).toEqual(
        `backend secret webhook unsigned clock data-directory authority database origin tls port
         identity enrollment roots profile push apns`.split(/\s+/),
      )
      expect(of("push", findings)[0]?.detail).toContain(apns.topicOne)
    }),
  )

  it.live("reports every error of a wrong configuration: no check stops another", () =>
    Effect.gen(function* () {
      const place = yield* folder
      writeFileSync(join(place, "file"), "no directory")
      const nowhere = join(place, "nowhere.pem")
      const findings = yield* examine(
        optionsOf({
          webhookSecret: [Redacted.make("abc")],
          dataDirectory: join(place, "file"),
          databaseUrl: Option.some(Redacted.make("mysql://root:hunter2@localhost/x")),
          origin: ["mdm.example.com"],
          port: 8080,
          host: Option.some("192.0.2.1"),
          tlsCertificate: Option.some(nowhere),
          identity: "optional",
          enrollment: "open",
          identityRoot: [nowhere],
          profileCertificate: Option.some(nowhere),
          profileKey: Option.some(nowhere),
          pushCertificate: [nowhere],
          pushUrl: Option.some("http://localhost/x"),
        }),
      )
      expect(verdicts(findings)).toEqual([
        "backend bad",
        "secret bad",
        "data-directory bad",
        "authority bad",
        "database bad",
        "origin bad",
        "tls bad",
        "port bad",
        "identity warning",
        "enrollment warning",
        "roots bad",
        "profile bad",
        "push bad",
        "apns bad",
      ])
      expect(findings.every(({ advice }) => advice !== undefined)).toBe(true)
      expect(JSON.stringify(findings)).not.toContain("hunter2")
    }),
  )
})

describe("a check", () => {
  it.effect("that never ends is stopped by its time limit", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Finding.bounded("database", Effect.never))
      yield* TestClock.adjust("1 minute")
      expect(verdicts(yield* Fiber.join(fiber))).toEqual(["database bad"])
    }),
  )

  it.effect("that fails unexpectedly is a finding without details of the failure", () =>
    Effect.gen(function* () {
      const findings = yield* Finding.bounded("database", Effect.die(new Error("postgres://u:hunter2@h")))
      expect(verdicts(findings)).toEqual(["database bad"])
      expect(JSON.stringify(findings)).not.toContain("hunter2")
    }),
  )
})

describe("backend", () => {
  const json = { "content-type": "application/json" }
  const html = { "content-type": "text/html; charset=utf-8" }
  const typed = (tag: string) => JSON.stringify({ _tag: tag })

  it.live.each([
    ["a manifest", 200, json, typed("Idle"), "good", undefined],
    ["UnknownDevice", 404, json, typed("UnknownDevice"), "good", undefined],
    ["ManagementNotSupported", 501, json, typed("ManagementNotSupported"), "good", undefined],
    ["InternalServerError", 500, json, typed("InternalServerError"), "warning", /backend's log/],
    ["InvalidSignature", 401, json, typed("InvalidSignature"), "bad", /set its secret as --webhook-secret/],
    ["a bare 401", 401, {}, "", "bad", /--webhook-secret/],
    ["UnknownWebhook", 404, json, typed("UnknownWebhook"), "bad", /--webhook-url/],
    ["InvalidRequest", 400, json, typed("InvalidRequest"), "bad", /same version/],
    ["a bare 404", 404, {}, "Not found", "bad", /--webhook-url/],
    ["a web page", 200, html, "<!doctype html>", "bad", /--webhook-url/],
    ["a page that says 404", 404, html, "<!doctype html>", "bad", /--webhook-url/],
    ["JSON of another kind", 200, json, "[1]", "bad", /checkin/],
    ["too much", 200, json, `${typed("Idle")}${" ".repeat(2_000_000)}`, "bad", /checkin/],
    ["an error under 200", 200, json, typed("UnknownDevice"), "bad", /checkin/],
    ["a redirect", 308, { location: "https://elsewhere.example/x?token=t" }, "", "bad", /--webhook-url/],
    ["503", 503, {}, "", "bad", /proxies in between/],
  ] as const)("that answers %s", ([, status, headers, body, verdict, advice]) =>
    Effect.gen(function* () {
      const { url } = yield* listening((_, response) => response.writeHead(status, headers).end(body))
      const findings = yield* BackendCheck.check(optionsOf({ webhookUrl: url }))
      expect(verdicts(findings)).toEqual(["backend good", "secret warning", `webhook ${verdict}`, "clock good"])
      const [webhook] = of("webhook", findings)
      if (advice === undefined) expect(webhook?.advice).toBeUndefined()
      else expect(webhook?.advice).toMatch(advice)
      expect(webhook?.detail).not.toContain("token=t")
    }),
  )

  it.live("that has another secret", () =>
    Effect.gen(function* () {
      const webhookUrl = yield* sampleBackend
      const findings = yield* BackendCheck.check(optionsOf({ webhookUrl, webhookSecret: [Redacted.make(otherSecret)] }))
      expect(verdicts(findings)).toEqual(["backend good", "secret good", "webhook bad", "clock good"])
      expect(of("webhook", findings)[0]?.advice).toContain("secret or clock differ")
    }),
  )

  it.live("that does not verify signatures", () =>
    Effect.gen(function* () {
      const { url } = yield* listening((_, response) => response.writeHead(200, json).end(typed("Idle")))
      const findings = yield* BackendCheck.check(
        optionsOf({ webhookUrl: url, webhookSecret: [Redacted.make(secret), Redacted.make(otherSecret)] }),
      )
      expect(verdicts(findings)).toEqual([
        "backend good",
        "secret good",
        "webhook good",
        "unsigned warning",
        "clock good",
      ])
    }),
  )

  it.live("is called at its path", () =>
    Effect.gen(function* () {
      const paths: Array<string | undefined> = []
      const { url } = yield* listening((request, response) => {
        paths.push(request.url)
        response.writeHead(200, json).end(typed("Idle"))
      })
      yield* BackendCheck.check(optionsOf({ webhookUrl: `${url}/tenant-a/` }))
      expect(paths).toEqual(["/tenant-a/webhook/apple/checkin"])
    }),
  )

  it.live("that never answers", () =>
    Effect.gen(function* () {
      const { url } = yield* listening(() => {})
      const findings = yield* BackendCheck.check(optionsOf({ webhookUrl: url, webhookTimeout: Duration.millis(200) }))
      expect(verdicts(findings)).toEqual(["backend good", "secret warning", "webhook bad"])
    }),
  )

  it.live.each([
    ["a minute", 60, "good"],
    ["three minutes", 180, "warning"],
    ["minus three minutes", -180, "warning"],
  ] as const)("whose clock is %s ahead", ([, seconds, verdict]) =>
    Effect.gen(function* () {
      const { url } = yield* listening((_, response) => {
        const date = new Date(Date.now() + seconds * 1000).toUTCString()
        response.writeHead(200, { ...json, date }).end(typed("Idle"))
      })
      const [clock] = of("clock", yield* BackendCheck.check(optionsOf({ webhookUrl: url })))
      expect(clock?.verdict).toBe(verdict)
      expect(clock?.detail).toContain(seconds > 0 ? "behind" : "ahead of")
    }),
  )
})

describe("storage", () => {
  it.live("that does not exist is not created", () =>
    Effect.gen(function* () {
      const options = optionsOf({ dataDirectory: join(yield* folder, "a", "b") })
      expect(verdicts(yield* Storage.directory(options))).toEqual(["data-directory warning"])
      expect(verdicts(yield* Storage.database(options))).toEqual(["database good"])
      expect(existsSync(options.dataDirectory)).toBe(false)
    }),
  )

  it.live("that exists is not changed", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* used
      const before = readdirSync(dataDirectory)
      const options = optionsOf({ dataDirectory })
      const findings = [...(yield* Storage.directory(options)), ...(yield* Storage.database(options))]
      expect(verdicts(findings)).toEqual(["data-directory good", "authority good", "database good"])
      expect(readdirSync(dataDirectory)).toEqual(before)
    }),
  )

  it.live("without its authority or its database", () =>
    Effect.gen(function* () {
      const [first, second] = [yield* used, yield* used]
      rmSync(join(first, "scep-ca.json"))
      expect(verdicts(yield* Storage.directory(optionsOf({ dataDirectory: first })))).toEqual([
        "data-directory good",
        "authority bad",
      ])
      for (const name of readdirSync(second)) if (name.startsWith("espalier.db")) rmSync(join(second, name))
      expect(verdicts(yield* Storage.database(optionsOf({ dataDirectory: second })))).toEqual(["database warning"])
    }),
  )

  it.live.each([
    ["is readable for other users", (path: string) => chmodSync(path, 0o644), "chmod 600"],
    ["has other contents", (path: string) => writeFileSync(path, "{}"), "--data-directory"],
  ] as const)("whose authority %s", ([, spoil, advice]) =>
    Effect.gen(function* () {
      const dataDirectory = yield* used
      spoil(join(dataDirectory, "scep-ca.json"))
      const [authority] = of("authority", yield* Storage.directory(optionsOf({ dataDirectory })))
      expect(authority?.verdict).toBe("bad")
      expect(authority?.advice).toContain(advice)
    }),
  )

  it.live("whose database a newer version has migrated", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* used
      yield* Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`INSERT INTO espalier_server_migrations (migration_id, name) VALUES (999, 'future')`,
      ).pipe(Effect.provide(Database.layer({ url: Server.databaseUrl({ dataDirectory }) })))
      const [database] = yield* Storage.database(optionsOf({ dataDirectory }))
      expect(database?.verdict).toBe("bad")
      expect(database?.detail).toContain("newer version")
    }),
  )

  it.live("whose directory or server is missing", () =>
    Effect.gen(function* () {
      const place = yield* folder
      mkdirSync(join(place, "there"))
      const at = (url: string) => Storage.database(optionsOf({ databaseUrl: Option.some(Redacted.make(url)) }))
      expect(verdicts(yield* at(`sqlite://${place}/there/x.db`))).toEqual(["database good"])
      expect(verdicts(yield* at(`sqlite://${place}/not-there/x.db`))).toEqual(["database bad"])
      expect(verdicts(yield* at("postgres://u:p@127.0.0.1:1/x"))).toEqual(["database bad"])
    }),
  )

  layer(Postgres.layer, { timeout: 60_000, excludeTestServices: true })((it) => {
    it.effect("in PostgreSQL is tested and not changed", () =>
      Effect.gen(function* () {
        const url = yield* (yield* Postgres.Postgres).freshSchema
        const [database] = yield* Storage.database(optionsOf({ databaseUrl: Option.some(url) }))
        expect(database?.verdict).toBe("good")
        expect(database?.detail).toMatch(/the next start runs \d+ migrations/)
        const tables = yield* Effect.flatMap(
          SqlClient.SqlClient,
          (sql) => sql`SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`,
        ).pipe(Effect.provide(Database.layer({ url })))
        expect(tables).toEqual([])
      }),
    )
  })
})

describe("certificates", () => {
  const tls = Effect.fnUntraced(function* (certificate: string, key: string, origin: ReadonlyArray<string> = []) {
    const place = yield* folder
    writeFileSync(join(place, "certificate.pem"), certificate)
    writeFileSync(join(place, "key.pem"), key)
    return yield* Certificates.tls(
      optionsOf({
        origin,
        tlsCertificate: Option.some(join(place, "certificate.pem")),
        tlsKey: Option.some(join(place, "key.pem")),
      }),
    )
  })

  it.live.each([
    ["that are valid", () => tls(certificatePem(60), keyPem()), "tls good"],
    ["that expire soon", () => tls(certificatePem(10), keyPem()), "tls warning"],
    ["that have expired", () => tls(certificatePem(-1), keyPem()), "tls bad"],
    ["that are not valid yet", () => tls(certificatePem(0, inDays(5)), keyPem()), "tls bad"],
    [
      "of another key",
      () => tls(certificatePem(60), keyPem(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey)),
      "tls bad",
    ],
  ] as const)("for TLS %s", ([, found, verdict]) =>
    Effect.gen(function* () {
      expect(verdicts(yield* found())).toEqual([verdict])
    }),
  )

  it.live("for TLS that do not name an origin", () =>
    Effect.gen(function* () {
      const given = {
        origin: ["https://localhost:8443", "https://127.0.0.1", "https://127.0.0.2", "https://mdm.example.com"],
        tlsCertificate: Option.some(named("server")),
        tlsKey: Option.some(named("server.key")),
      }
      const findings = yield* Certificates.tls(optionsOf(given))
      expect(verdicts(findings)).toEqual(["tls good", "tls bad", "tls bad"])
      expect(findings.map(({ detail }) => detail).join()).toMatch(/127\.0\.0\.2.*mdm\.example\.com/)
    }),
  )

  it.live("for TLS with only a common name", () =>
    Effect.gen(function* () {
      expect(verdicts(yield* tls(certificatePem(60), keyPem(), ["https://localhost"]))).toEqual(["tls good", "tls bad"])
    }),
  )

  it.effect.each([
    [31, "push good"],
    [30, "push warning"],
    [0, "push warning"],
    [-1, "push bad"],
  ] as const)("for push with %i days left", ([days, verdict]) =>
    Effect.gen(function* () {
      const { cert, key } = apns.certificate("topic-one")
      const path = join(yield* folder, "push.pem")
      writeFileSync(path, `${cert}${Redacted.value(key)}`)
      const end = Result.getOrThrow(Certificate.fromPem(cert)).x509.validToDate.getTime()
      yield* TestClock.setTime(end - (days + 0.5) * 86_400_000)
      const { url } = yield* apns.start()
      const findings = yield* Certificates.push(optionsOf({ pushCertificate: [path], pushUrl: Option.some(url) }))
      expect(verdicts(findings)).toEqual([verdict, "apns good"])
    }),
  )

  it.live("for push that are invalid or have the same topic, with APNs unreachable", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const file = (name: "topic-one" | "app") => {
        const { cert, key } = apns.certificate(name)
        writeFileSync(join(place, name), `${cert}${Redacted.value(key)}`)
        return join(place, name)
      }
      const findings = yield* Certificates.push(
        optionsOf({
          pushCertificate: [file("topic-one"), file("app"), file("topic-one")],
          pushUrl: Option.some("https://127.0.0.1:1"),
        }),
      )
      expect(verdicts(findings)).toEqual(["push good", "push bad", "push good", "push bad", "apns warning"])
    }),
  )
})

describe("network", () => {
  it.live("warns about origins that devices cannot use", () =>
    Effect.gen(function* () {
      const origin = [
        "https://localhost",
        "http://localhost:8080",
        "http://mdm.example.com",
        "https://no.example.invalid",
      ]
      const findings = yield* Network.origins(optionsOf({ origin }))
      expect(verdicts(findings)).toEqual(["origin good", "origin good", "origin warning", "origin warning"])
      expect(findings[2]?.detail).toContain("does not use https")
      expect(findings[3]?.detail).toContain("no address")
    }),
  )

  it.live("tells a port in use by another process from a running server", () =>
    Effect.gen(function* () {
      const other = yield* listening((_, response) =>
        response.writeHead(404, { "content-type": "application/json" }).end(),
      )
      const server = yield* listening(({ url }, response) =>
        response.writeHead(url === "/health" ? 200 : 404, { "content-type": "application/json" }).end("{}"),
      )
      expect(verdicts(yield* Network.port(optionsOf({ port: other.port })))).toEqual(["port bad"])
      expect(verdicts(yield* Network.port(optionsOf({ port: server.port })))).toEqual(["port good"])
    }),
  )
})

describe("espalier doctor", () => {
  it("prints one line for each check with its advice and exits with 1", async () => {
    const { code, output } = await run(["doctor"], {
      ESPALIER_WEBHOOK_URL: "http://127.0.0.1:1",
      ESPALIER_WEBHOOK_SECRET: secret,
      ESPALIER_DATA_DIRECTORY: join(tmpdir(), "espalier-doctor-nowhere"),
      ESPALIER_PORT: "0",
    })
    expect(code).toBe(1)
    expect(output).toMatch(/^✗ backend: 127\.0\.0\.1:1 refuses connections.*\n {4}→ start your backend/m)
    expect(output).toMatch(/^! push: push notifications are not configured\n {4}→ set --push-certificate$/m)
    expect(output).toMatch(/\d+ good, \d+ need attention, 1 must be corrected\n$/)
    expect(output).not.toContain(secret.slice(6))
    expect(output).not.toContain("    at ")
  })

  it.live("prints JSON and exits with 0 when no check is bad", () =>
    Effect.gen(function* () {
      const webhookUrl = yield* sampleBackend
      const dataDirectory = yield* used
      const { code, output } = yield* Effect.promise(() =>
        run(["doctor", "--json", "--webhook-url", webhookUrl, "--data-directory", dataDirectory, "--port", "0"], {
          ESPALIER_WEBHOOK_SECRET: secret,
        }),
      )
      expect(code).toBe(0)
      expect(JSON.parse(output)).toMatchObject({
        ok: true,
        findings: expect.arrayContaining([
          { check: "webhook", verdict: "good", detail: expect.any(String) },
          { check: "push", verdict: "warning", detail: expect.any(String), advice: expect.any(String) },
        ]),
      })
    }),
  )
})
