/**
 * The settings of integrations: what is stored, what is never returned, and what arrives at a receiver.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, layer, type Vitest } from "@effect/vitest"
import { Secret, WebhookSignature } from "@espalier/signing"
import { memory, postgres, server, type TestDatabase } from "@espalier/testing/TestDatabase"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Deliveries, type IntegrationInput, Integrations } from "../src/index.ts"
import { publish, settled, start, tester, workspace } from "./DeliveryHarness.ts"

const url = "http://127.0.0.1:1999/"
const events = ["device_enrolled"]
const own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const confidential = ["s3cr3t-header", "s3cr3t-password", "s3cr3t-token"]

const contract = <R>(it: Vitest.MethodsNonLive<R>, database: TestDatabase<R>): void => {
  const test = tester(it, database)

  test("stores them, and returns no value of a header and no credentials", () =>
    Effect.gen(function* () {
      const { create, get, edit } = yield* Integrations
      const sql = yield* SqlClient.SqlClient
      const { integration, secret } = yield* create(workspace, {
        url,
        events,
        secret: own,
        name: "Service desk",
        description: "Opens tickets",
        metadata: { customer: "42", region: "eu" },
        headers: { "X-Api-Key": "s3cr3t-header", "x-tenant": "acme" },
        credentials: { type: "basic", username: "ada", password: "s3cr3t-password" },
        ed25519: true,
        timeout: 5000,
        retryDelays: [1000, 60_000],
        rateLimit: 5,
      })
      const { id } = integration
      expect(Redacted.value(secret)).toBe(own)
      expect(integration).toEqual({
        id,
        workspace,
        type: "webhook",
        url,
        events,
        enabled: true,
        name: "Service desk",
        description: "Opens tickets",
        metadata: { customer: "42", region: "eu" },
        headerNames: ["x-api-key", "x-tenant"],
        credentials: "basic",
        publicKey: expect.stringMatching(/^whpk_/),
        timeout: 5000,
        retryDelays: [1000, 60_000],
        rateLimit: 5,
        createdAt: start,
        updatedAt: start,
      })
      expect(yield* get(workspace, id)).toEqual(integration)

      const edited = yield* edit(workspace, id, {
        name: null,
        metadata: { customer: null, plan: "pro" },
        headers: { "x-API-key": null, "x-new": "1" },
        credentials: { type: "bearer", token: "s3cr3t-token" },
        retryDelays: null,
      })
      const { name, retryDelays, ...rest } = integration
      expect(edited).toEqual({
        ...rest,
        metadata: { region: "eu", plan: "pro" },
        headerNames: ["x-tenant", "x-new"],
        credentials: "bearer",
      })
      const stored = JSON.stringify(yield* sql`SELECT * FROM espalier_integration`)
      for (const text of [...confidential, own.slice(6), "whsk_", "s3cr3t"]) expect(stored).not.toContain(text)

      const plain = yield* edit(workspace, id, { metadata: null, headers: null, credentials: null, ed25519: false })
      expect(Object.keys(plain)).toEqual(
        expect.not.arrayContaining(["metadata", "headerNames", "credentials", "publicKey"]),
      )
      expect(yield* sql`SELECT sealed_settings FROM espalier_integration`).toEqual([{ sealed_settings: null }])
    }))

  test("rejects what a sender may not send, and what the operator does not allow, and changes nothing", () =>
    Effect.gen(function* () {
      const { create, edit, get, list } = yield* Integrations
      const { integration } = yield* create(workspace, { url, events, name: "before" })
      const ee = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
      const inputs: ReadonlyArray<readonly [Partial<IntegrationInput>, member: string]> = [
        [{ name: "" }, "name"],
        [{ description: "x".repeat(1001) }, "description"],
        [{ metadata: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`m${n}`, ""])) }, "metadata"],
        [{ metadata: { x: "y".repeat(501) } }, "metadata"],
        [{ headers: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x-${n}`, ""])) }, "headers"],
        [{ headers: { "x y": "1" } }, "headers.x y"],
        [{ headers: { "x-a": "1\r\nx-b: 2" } }, "headers.x-a"],
        [{ headers: { Authorization: "Bearer s3cr3t-token" } }, "headers.authorization"],
        ...["Host", "Connection", "Transfer-Encoding", "TE", "Upgrade", "Expect", "User-Agent"].map(
          (name) => [{ headers: { [name]: "s3cr3t-header" } }, `headers.${name.toLowerCase()}`] as const,
        ),
        ...["Content-Type", "content-length", "Webhook-Id", "webhook-signature"].map(
          (name) => [{ headers: { [name]: "s3cr3t-header" } }, `headers.${name.toLowerCase()}`] as const,
        ),
        [{ credentials: { type: "basic", username: "a:b", password: "" } }, "credentials.username"],
        [{ credentials: { type: "basic", username: "a", password: "s3cr3t-password\n" } }, "credentials.password"],
        [{ credentials: { type: "bearer", token: "s3cr3t-token x" } }, "credentials.token"],
        [{ timeout: 999 }, "timeout"],
        [{ timeout: 30_001 }, "timeout"],
        [{ retryDelays: [999] }, "retryDelays"],
        [{ retryDelays: [86_400_001] }, "retryDelays"],
        [{ retryDelays: Array.from({ length: 21 }, () => 1000) }, "retryDelays"],
        [{ rateLimit: 0 }, "rateLimit"],
        [{ rateLimit: 1001 }, "rateLimit"],
        [{ ca: "" }, "ca"],
        [{ ca: ee }, "ca"],
        [{ ca: `${ee} and more` }, "ca"],
      ]
      for (const [input, member] of inputs) {
        const created = yield* Effect.flip(create(workspace, { url: "http://127.0.0.1:1999/other", events, ...input }))
        const edited = yield* Effect.flip(edit(workspace, integration.id, input))
        for (const error of [created, edited]) {
          expect(error, JSON.stringify(input)).toMatchObject({ _tag: "InvalidSetting", member })
          for (const text of confidential) expect(JSON.stringify(error)).not.toContain(text)
        }
      }
      for (const secret of ["whsec_short", "whsk_AAAA", own.slice(6)]) {
        const error = yield* Effect.flip(create(workspace, { url: "http://127.0.0.1:1999/other", events, secret }))
        expect(error).toMatchObject({ _tag: "InvalidSetting", member: "secret" })
        expect(JSON.stringify(error)).not.toContain(secret)
      }
      expect(yield* list(workspace)).toEqual([integration])
      expect(yield* get(workspace, integration.id)).toEqual(integration)
    }))

  test("sends headers and credentials, and signs with the ed25519 key, too", (receiver) =>
    Effect.gen(function* () {
      const { create, rotateSecret } = yield* Integrations
      const { integration, secret } = yield* create(workspace, {
        url: receiver.url("/"),
        events,
        headers: { "X-Api-Key": "s3cr3t-header" },
        credentials: { type: "basic", username: "ada", password: "pässword" },
        ed25519: true,
      })
      yield* rotateSecret(workspace, integration.id)
      yield* publish("1")
      const { headers, body } = yield* receiver.next
      expect(headers["x-api-key"]).toBe("s3cr3t-header")
      expect(headers.authorization).toBe(`Basic ${Buffer.from("ada:pässword", "utf8").toString("base64")}`)
      expect(
        String(headers["webhook-signature"])
          .split(" ")
          .map((one) => one.split(",")[0]),
      ).toEqual(["v1", "v1", "v1a"])
      for (const text of [integration.publicKey ?? "", Redacted.value(secret)]) {
        const secrets = [yield* Effect.fromResult(Secret.parse(text))]
        const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
        yield* WebhookSignature.verify({ headers: lower, body, secrets })
      }
    }))

  test("subscribes to every event with *", (receiver) =>
    Effect.gen(function* () {
      const { create, sendTest } = yield* Integrations
      const { integration } = yield* create(workspace, { url: receiver.url("/"), events: ["*"] })
      expect(integration.events).toEqual(["*"])
      expect((yield* publish("1")).deliveries).toBe(1)
      yield* receiver.next
      yield* sendTest(workspace, integration.id)
      yield* receiver.next
      const both = yield* Effect.flip(create(workspace, { url, events: ["*", "device_enrolled"] }))
      expect(both).toMatchObject({ _tag: "InvalidSubscriptions" })
    }))

  test("retries after its own delays, and then no more", (receiver) =>
    Effect.gen(function* () {
      receiver.answers = (response) => response.writeHead(500).end()
      const { create } = yield* Integrations
      yield* create(workspace, { url: receiver.url("/"), events, retryDelays: [3_600_000] })
      yield* publish("1")
      const first = yield* settled(1)
      expect(first.state).toBe("pending")
      expect(first.dueAt - start).toBeGreaterThanOrEqual(3_600_000)
      expect(first.dueAt - start).toBeLessThanOrEqual(3_960_000)
      const { create: another } = yield* Integrations
      yield* another(workspace, {
        url: receiver.url("/once"),
        events: ["inventory_item", "device_enrolled"],
        retryDelays: [],
      })
      yield* publish("2")
      const { list } = yield* Deliveries
      while (!(yield* list(workspace)).deliveries.some(({ state }) => state === "dead")) {
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2)))
      }
    }))

  test("makes no more attempts in a second than its rate limit", (receiver) =>
    Effect.gen(function* () {
      const { create } = yield* Integrations
      yield* create(workspace, { url: receiver.url("/"), events, rateLimit: 2 })
      for (const name of ["1", "2", "3", "4", "5"]) yield* publish(name)
      const seconds: Array<number> = []
      while (seconds.length < 5) {
        const { headers } = yield* receiver.next.pipe(
          Effect.timeoutOrElse({ duration: "1 minute", orElse: () => Effect.die("nothing arrived") }),
          TestClock.withLive,
          Effect.raceFirst(Effect.forever(TestClock.adjust("100 millis").pipe(Effect.andThen(Effect.yieldNow)))),
        )
        seconds.push(Number(headers["webhook-timestamp"]))
      }
      const first = seconds.filter((second) => second === start / 1000)
      expect(first.length).toBeLessThanOrEqual(3)
      expect((seconds[4] ?? 0) - start / 1000).toBeGreaterThanOrEqual(1)
    }))

  test("ends an attempt after its own time-out", (receiver) =>
    Effect.gen(function* () {
      receiver.answers = () => {}
      const { create } = yield* Integrations
      const { attempts } = yield* Deliveries
      yield* create(workspace, { url: receiver.url("/"), events, timeout: 1000 })
      yield* publish("1")
      const { id } = yield* settled(1)
      const [attempt] = yield* attempts(workspace, id)
      expect(attempt?.error).toBe("Timeout")
      expect(attempt?.duration).toBeGreaterThanOrEqual(990)
      expect(attempt?.duration).toBeLessThan(10_000)
    }))
}

describe("SQLite", () => contract(it, memory))
layer(server, { timeout: "60 seconds" })("PostgreSQL", (it) => contract(it, postgres))

describe("an integration with a private authority", () => {
  const directory = mkdtempSync(join(tmpdir(), "espalier-ca-"))
  const path = (name: string) => join(directory, name)
  const openssl = (...args: ReadonlyArray<string>) => execFileSync("openssl", args, { cwd: directory, stdio: "pipe" })
  const authority = (name: string) =>
    openssl(
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"],
      ...["-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`],
    )

  tester(it, memory)("trusts receivers of this authority only", () =>
    Effect.gen(function* () {
      authority("good")
      authority("other")
      writeFileSync(path("san"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE")
      openssl(
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=receiver",
        ...["-keyout", "leaf.key", "-out", "leaf.csr"],
      )
      openssl(
        "x509",
        "-req",
        "-in",
        "leaf.csr",
        "-CA",
        "good.pem",
        "-CAkey",
        "good.key",
        "-days",
        "30",
        ...["-extfile", "san", "-out", "leaf.pem"],
      )
      const pem = (name: string) => readFileSync(path(name), "utf8")
      const tls = yield* Effect.acquireRelease(
        Effect.promise(
          () =>
            new Promise<ReturnType<typeof createServer>>((resolve) => {
              const started = createServer({ key: pem("leaf.key"), cert: pem("leaf.pem") }, (_, response) =>
                response.writeHead(204).end(),
              ).listen(0, "127.0.0.1", () => resolve(started))
            }),
        ),
        (started) =>
          Effect.sync(() => {
            started.close()
            started.closeAllConnections()
            rmSync(directory, { recursive: true })
          }),
      )
      const bound = tls.address()
      const port = typeof bound === "object" && bound !== null ? bound.port : 0
      const { create, edit } = yield* Integrations
      const { attempts } = yield* Deliveries
      const notAnAuthority = yield* Effect.flip(
        create(workspace, { url: `https://127.0.0.1:${port}/`, events, ca: pem("leaf.pem") }),
      )
      expect(notAnAuthority).toMatchObject({ _tag: "InvalidSetting", member: "ca" })

      const { integration } = yield* create(workspace, {
        url: `https://127.0.0.1:${port}/`,
        events,
        ca: pem("good.pem"),
      })
      expect(integration.ca).toBe(pem("good.pem"))
      yield* publish("1")
      expect((yield* settled(1)).state).toBe("delivered")
      // The connection that the right authority verified is not used for another one.
      yield* edit(workspace, integration.id, { ca: pem("other.pem") })
      yield* publish("2")
      const second = yield* settled(1)
      expect(second.state).toBe("pending")
      expect((yield* attempts(workspace, second.id))[0]?.error).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED/)
      yield* edit(workspace, integration.id, { ca: null })
      yield* publish("3")
      expect((yield* settled(1)).state).toBe("pending")
    }),
  )
})
