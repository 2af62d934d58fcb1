import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import { type AddressInfo, createServer as createTcpServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { layer } from "@effect/vitest"
import * as Postgres from "@espalier/testing/Postgres"
import { Effect, Redacted } from "effect"
import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { type Running, run, runUntil } from "./Run.ts"
import { selfSigned } from "./SelfSigned.ts"

const directories: Array<string> = []
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

/** Variables with a new data directory; receivers on this machine are allowed. */
const fresh = () => {
  const directory = mkdtempSync(join(tmpdir(), "espalier-notifications-"))
  directories.push(directory)
  return {
    ESPALIER_DATA_DIRECTORY: directory,
    ESPALIER_ALLOW_ADDRESS: "127.0.0.0/8",
    ESPALIER_ALLOW_HTTP: "true",
    ESPALIER_HOST: "127.0.0.1",
    ESPALIER_PORT: "0",
  }
}
type Env = ReturnType<typeof fresh>

const serving = (env: Env, ...args: ReadonlyArray<string>) =>
  runUntil(/ready: (http:\/\/127\.0\.0\.1:\d+)/, ["notifications", "serve", ...args], env)

const newKey = async (env: Env, ...args: ReadonlyArray<string>) => {
  const { code, output } = await run(["notifications", "key", "create", ...args], env)
  expect(code, output).toBe(0)
  const [, key = "", id = ""] = /^(ek_([0-9a-f]{16})_[\w-]{43})\n/.exec(output) ?? []
  return { key, id }
}

/** A client of the API. */
const api =
  (service: Running, key: string) =>
  async (method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly json: never }> => {
    const response = await fetch(`${service.found[1]}/api/workspaces/acme${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, json: (await response.json()) as never }
  }

/** A receiver that hands each request to the test, which responds. */
const receiver = async () => {
  const waiting: Array<(received: Received) => void> = []
  const unread: Array<Received> = []
  const server = createServer(async (request, response) => {
    const one = { id: String(request.headers["webhook-id"]), body: JSON.parse(await text(request)), response }
    const next = waiting.shift()
    if (next === undefined) unread.push(one)
    else next(one)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    next: () =>
      new Promise<Received>((resolve) => {
        const one = unread.shift()
        if (one === undefined) waiting.push(resolve)
        else resolve(one)
      }),
  }
}
interface Received {
  readonly id: string
  readonly body: Record<string, unknown>
  readonly response: ServerResponse
}

const organization = { id: "o", name: "Acme", url: "https://dashboard.example.com/acme" }
const enrolled = (productName: string) => ({
  action: "adm_device_enrolled",
  organization,
  admDevice: { productName, url: "https://dashboard.example.com/devices/1" },
  mdmUser: { id: "u", email: "ada@example.com", url: "https://dashboard.example.com/users/u" },
})

describe("espalier notifications serve", { timeout: 60_000 }, () => {
  it("delivers published events and finishes its attempts on SIGTERM", async () => {
    const env = fresh()
    const service = await serving(env)
    expect(service.output()).toContain("The API has no key. Create one with: espalier notifications key create")
    const { key, id } = await newKey(env, "--workspace", "acme", "--note", "for a test")
    const call = api(service, key)
    const { url, next } = await receiver()
    const made = await call("POST", "/integrations", { url, events: ["device_enrolled"] })
    expect(made).toMatchObject({ status: 201, json: { secret: expect.stringMatching(/^whsec_/) } })
    const published = await call("POST", "/events", enrolled("Mac"))
    expect(published).toMatchObject({ status: 202, json: { deliveries: 1 } })
    const received = await next()
    expect(received).toMatchObject({ id: (published.json as { id: string }).id, body: enrolled("Mac") })

    const ended = service.stop()
    // It has received the signal when it no longer listens.
    while (await call("GET", "/health").then(Boolean, () => false));
    received.response.writeHead(204).end()
    const { code, output } = await ended
    expect(code).toBe(0)
    const secrets = [key, (made.json as { secret: string }).secret]
    for (const secret of secrets) expect(output).not.toContain(secret.slice(-43))
    expect(output).not.toContain("ada@example.com")

    const again = await serving(env, "--no-worker")
    expect(again.output()).not.toContain("The API has no key")
    const after = await api(again, key)("GET", "/deliveries")
    expect(after.json).toMatchObject({ deliveries: [{ state: "delivered", attempts: 1 }] })

    // A revoked key is invalid immediately.
    expect(await run(["notifications", "key", "revoke", id], env)).toMatchObject({ code: 0 })
    expect(await api(again, key)("GET", "/deliveries")).toMatchObject({ status: 401 })
    const list = await run(["notifications", "key", "list"], env)
    expect(list.output).toMatch(new RegExp(`^${id}  revoked  \\d{4}-\\S+Z  acme  for a test\\n$`))
    await again.stop()
  })

  it("delivers every accepted event after SIGKILL", async () => {
    const env = fresh()
    const { key } = await newKey(env, "--all-workspaces")
    const { url, next } = await receiver()
    const first = await serving(env, "--no-worker")
    const call = api(first, key)
    await call("POST", "/integrations", { url, events: ["device_enrolled"] })
    const ids = await Promise.all(
      ["a", "b", "c", "d"].map(async (name) => {
        const { status, json } = await call("POST", "/events", enrolled(name))
        expect(status).toBe(202)
        return (json as { id: string }).id
      }),
    )
    await first.kill()

    const second = await serving(env)
    const received = await Promise.all(ids.map(() => next()))
    for (const { response } of received) response.writeHead(204).end()
    expect(received.map(({ id }) => id).sort()).toEqual([...ids].sort())
    expect((await second.stop()).code).toBe(0)
  })

  it("sends an event before a push certificate expires", async () => {
    const env = fresh()
    const { key } = await newKey(env, "--workspace", "acme")
    const { url, next } = await receiver()
    const before = await serving(env, "--no-worker")
    await api(before, key)("POST", "/integrations", { url, events: ["apple_push_certification_renovation"] })
    await before.stop()
    const file = join(env.ESPALIER_DATA_DIRECTORY, "push.pem")
    const { cert, key: privateKey } = selfSigned("push")
    writeFileSync(file, `${cert}${privateKey}`)
    const service = await serving(
      env,
      ...["--push-certificate", file, "--apple-id", "push@example.com", "--workspace", "acme"],
      ...["--organization-id", "o", "--organization-name", "Acme", "--organization-url", organization.url],
    )
    const { body, response } = await next()
    response.writeHead(204).end()
    expect(body).toEqual({
      action: "apple_push_certification_renovation",
      organization,
      numDays: "3",
      appleId: "push@example.com",
    })
    await service.stop()
  })

  it("serves health, readiness, metrics and the OpenAPI document", async () => {
    const service = await serving(fresh())
    const get = async (path: string) => {
      const response = await fetch(`${service.found[1]}${path}`)
      return [response.status, await response.text()] as const
    }
    expect(await get("/health")).toEqual([200, '{"status":"ok"}'])
    expect(await get("/ready")).toEqual([200, '{"status":"ready","checks":[{"name":"database","ok":true}]}'])
    expect(await get("/api/notifications/openapi.json")).toMatchObject([200, expect.stringContaining("webhooks")])
    const long = "é".repeat(255)
    expect((await get(`/api/workspaces/${encodeURIComponent(long)}/integrations`))[0]).toBe(401)
    expect(await get("/metrics")).toMatchObject([
      200,
      expect.stringMatching(/espalier_notifications_requests_total\{[^}]*status="401"[^}]*\} 1/),
    ])
    const { output } = await service.stop()
    expect(output).not.toContain("/health")
  })
})

const sealingKey = Buffer.alloc(32).toString("base64")

layer(Postgres.layer, { timeout: 60_000, excludeTestServices: true })("two services on one PostgreSQL", (it) => {
  it.effect("deliver each event once, whichever accepted it", () =>
    Effect.gen(function* () {
      const url = yield* (yield* Postgres.Postgres).freshSchema
      yield* Effect.promise(async () => {
        const keyless = await run(["notifications", "serve"], {
          ...fresh(),
          ESPALIER_DATABASE_URL: Redacted.value(url),
        })
        expect(keyless).toMatchObject({
          code: 1,
          output: expect.stringContaining("--secrets-key-file: required with --database-url; create one with:"),
        })
        const env = { ...fresh(), ESPALIER_DATABASE_URL: Redacted.value(url), ESPALIER_SECRETS_KEY: sealingKey }
        const { key } = await newKey(env, "--workspace", "acme")
        const services = await Promise.all([serving(env), serving(env)])
        const calls = services.map((service) => api(service, key))
        const { url: at, next } = await receiver()
        expect(await calls[0]?.("POST", "/integrations", { url: at, events: ["device_enrolled"] })).toMatchObject({
          status: 201,
        })
        const published = Array.from({ length: 20 }, async (_, n) => {
          const answer = await calls[n % 2]?.("POST", "/events", enrolled(`Mac ${n}`))
          return String(Object(answer?.json).id)
        })
        const ids = await Promise.all(published)
        const received: Array<string> = []
        while (received.length < ids.length) {
          const { id, response } = await next()
          received.push(id)
          response.writeHead(204).end()
        }
        expect(received.sort()).toEqual(ids.sort())
        for (const { code } of await Promise.all(services.map((service) => service.stop()))) expect(code).toBe(0)
      })
    }),
  )
})

describe("espalier notifications", () => {
  const push = ["serve", "--push-certificate"]
  const who = [
    ...["--apple-id", "a", "--workspace", "acme"],
    ...["--organization-id", "o", "--organization-name", "Acme", "--organization-url", "https://x.example"],
  ]
  it.each([
    ["an invalid address range", ["serve", "--allow-address", "10/8"], "--allow-address: 10/8 is not an address range"],
    [
      "an invalid page origin",
      ["serve", "--page-origin", "https://dashboard.example.com/"],
      "is not an origin such as",
    ],
    ["an invalid database URL", ["serve", "--database-url", "x"], "--database-url: A database URL starts with"],
    ["a push certificate without its Apple ID", [...push, "push.pem"], "--apple-id: required together"],
    ["an invalid push certificate", [...push, "package.json", ...who], "--push-certificate: The push certificate"],
    ["a missing push certificate file", [...push, "/nowhere.pem", ...who], "--push-certificate: /nowhere.pem"],
    [
      "a data directory below a file",
      ["serve", "--data-directory", "package.json/x"],
      "--data-directory: package.json/x",
    ],
    ["a key without a workspace", ["key", "create"], "--workspace: set either"],
    [
      "a key for one and all workspaces",
      ["key", "create", "--all-workspaces", "--workspace", "a"],
      "--workspace: set either",
    ],
    ["an empty workspace name", ["key", "create", "--workspace", ""], "--workspace: the name of a workspace"],
    ["an unknown key", ["key", "revoke", "x"], "No API key has the ID x"],
  ])("rejects %s with one sentence", async (_, args, message) => {
    const { code, output } = await run(["notifications", ...args], fresh())
    expect(code).toBe(1)
    expect(output).toContain(message)
    expect(output).not.toContain("    at ")
  })

  it("reports that the port is in use", async () => {
    const taken = createTcpServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => taken.once("listening", resolve))
    onTestFinished(() => void taken.close())
    const port = String((taken.address() as AddressInfo).port)
    const { code, output } = await run(["notifications", "serve", "--port", port], fresh())
    expect(code).toBe(1)
    expect(output).toContain("The port is in use: choose another with --port")
  })
})
