/**
 * The same backend in four programs, each run as the README says and called over a real socket: the webhooks and the application's own
 * routes answer, and both use the same devices.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { dirname, join } from "node:path"
import { Secret, WebhookId, WebhookSignature } from "@espalier/signing"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"

const secret = Effect.runSync(Secret.generateHmac)

interface Program {
  readonly url: string
  readonly child: ChildProcess
  readonly ended: Promise<ReadonlyArray<unknown>>
}

const children: Array<ChildProcess> = []
const sources = join(dirname(import.meta.dirname), "src")

const startProgram = async (name: string): Promise<Program> => {
  const child = spawn(process.execPath, ["--conditions=@espalier/source", join(sources, `${name}.ts`)], {
    env: { ...process.env, PORT: "0", WEBHOOK_SECRET: Secret.format(secret) },
    stdio: ["ignore", "pipe", "inherit"],
  })
  children.push(child)
  const ended = once(child, "exit")
  const port = new Promise<string>((resolve, reject) => {
    let output = ""
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk
      const found = /Listening on http:\/\/\S+:(\d+)\s/.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once("exit", () => reject(new Error(`${name} ended before it listened:\n${output}`)))
  })
  return { url: `http://localhost:${await port}`, child, ended }
}

const call = (base: string, webhook: string, body: string, sent = body) => {
  const id = Effect.runSync(WebhookId.make)
  const signed = new TextEncoder().encode(body)
  const signature = Effect.runSync(WebhookSignature.signNow({ id, body: signed, secrets: [secret] }))
  const headers = { "content-type": "application/json", ...signature }
  return new Request(`${base}/webhook/apple/${webhook}`, { method: "POST", headers, body: sent })
}

const scope = { _tag: "device", udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } }
const checkIn = JSON.stringify({ scope })
const authenticate = JSON.stringify({ scope, event: { _tag: "Authenticate", deviceName: "Reception" } })
const checkOut = JSON.stringify({ scope, event: { _tag: "CheckOut" } })

describe.each(["Effect", "Express", "Hono", "Fetch"])("%s", (name) => {
  let program: Program
  beforeAll(async () => {
    program = await startProgram(name)
  })
  afterAll(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL")
  })

  const answer = async (webhook: string, body: string, sent?: string) => {
    const response = await fetch(call(program.url, webhook, body, sent))
    const text = await response.text()
    return [response.status, text === "" ? undefined : JSON.parse(text)]
  }
  const devices = async () => (await fetch(`${program.url}/devices`)).json()

  test("a device enrolls, checks in and unenrolls, and the application lists it meanwhile", async () => {
    expect(await answer("checkin", checkIn)).toMatchObject([404, { _tag: "UnknownDevice" }])
    expect(await answer("event", authenticate)).toEqual([204, undefined])
    expect(await devices()).toEqual([{ udid: "DEVICE-UDID", name: "Reception" }])
    expect(await answer("checkin", checkIn)).toEqual([200, { _tag: "Idle" }])
    expect(await answer("event", checkOut)).toEqual([204, undefined])
    expect(await devices()).toEqual([])
  })

  test.each([
    ["a body that is not JSON", "checkin", "{", 400, "InvalidRequest"],
    ["a body without a scope", "checkin", "{}", 400, "InvalidRequest"],
    ["a webhook that it does not offer", "declaration-items", checkIn, 501, "ManagementNotSupported"],
    ["an unknown webhook", "plum", checkIn, 404, "UnknownWebhook"],
  ])("rejects %s", async (_, webhook, body, status, tag) => {
    expect(await answer(webhook, body)).toMatchObject([status, { _tag: tag }])
  })

  test("rejects a body that was changed after it was signed", async () => {
    expect(await answer("checkin", checkIn, `${checkIn} `)).toMatchObject([401, { _tag: "InvalidSignature" }])
  })

  if (name === "Express") {
    test("still parses the bodies of other routes", async () => {
      const headers = { "content-type": "application/json" }
      const response = await fetch(`${program.url}/echo`, { method: "POST", headers, body: `{"a":1}` })
      expect(await response.json()).toEqual({ a: 1 })
    })
  }

  test("stops on SIGTERM", async () => {
    program.child.kill("SIGTERM")
    // Effect's runtime reports the interruption in its exit code.
    expect(await program.ended).toEqual([name === "Effect" ? 130 : 0, null])
    await expect(fetch(`${program.url}/devices`)).rejects.toThrow()
  })
})

test("the default export of Fetch.ts answers without a server", async () => {
  vi.stubEnv("WEBHOOK_SECRET", Secret.format(secret))
  const module = await import("../src/Fetch.ts")
  const response = await module.default.fetch(call("http://localhost", "checkin", checkIn))
  expect(await response.json()).toMatchObject({ _tag: "UnknownDevice" })
  vi.unstubAllEnvs()
})
