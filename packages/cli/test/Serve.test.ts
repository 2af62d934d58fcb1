import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { get } from "node:https"
import { type AddressInfo, createServer as createTcpServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { afterAll, describe, expect, it } from "vitest"
import { run, runUntil } from "./Run.ts"
import { selfSigned } from "./SelfSigned.ts"

const ready = /ready: http:\/\/\S+?:(\d+) → (\S+)/

/** One data directory for all tests; its contents do not matter here. */
const dataDirectory = mkdtempSync(join(tmpdir(), "espalier-cli-"))
const env = { ESPALIER_DATA_DIRECTORY: dataDirectory }
/** Devices without an identity are accepted. */
const lenient = { ...env, ESPALIER_IDENTITY: "optional" }
afterAll(() => rmSync(dataDirectory, { recursive: true, force: true }))

/** A backend that accepts every event, has no commands and no enroll webhook; it records the requests. */
const backend = async () => {
  const requests: Array<{ path: string | undefined; headers: Record<string, unknown>; body: string }> = []
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => {
      body += chunk
    })
    request.on("end", () => {
      requests.push({ path: request.url, headers: request.headers, body })
      if (request.url?.endsWith("/event")) response.writeHead(204).end()
      else if (request.url?.endsWith("/enroll")) response.writeHead(404).end()
      else response.writeHead(200, { "content-type": "application/json" }).end('{"_tag":"Idle"}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, requests, close: () => server.close() }
}

const idle = `<?xml version="1.0"?><plist version="1.0"><dict><key>Status</key><string>Idle</string><key>UDID</key><string>U-1</string></dict></plist>`

const poll = (port: string | undefined, host?: string) =>
  fetch(`http://127.0.0.1:${port}/mdm/apple/mdm`, {
    method: "PUT",
    headers: { "content-type": "application/x-apple-aspen-mdm", ...(host === undefined ? {} : { host }) },
    body: idle,
  })

describe("espalier", () => {
  it("prints its flags and variables with --help", async () => {
    const { code, output } = await run(["serve", "--help"])
    expect(code).toBe(0)
    for (const flag of ["webhook-url", "webhook-secret", "webhook-timeout", "origin", "host", "port", "log-format"]) {
      expect(output).toContain(`--${flag}`)
      expect(output).toContain(`[env: ESPALIER_${flag.toUpperCase().replaceAll("-", "_")}]`)
    }
  })

  it("prints its version and shell completions", async () => {
    const [version, completions] = await Promise.all([run(["--version"]), run(["--completions", "bash"])])
    expect(version.output).toMatch(/^espalier v\d+\.\d+\.\d+/)
    expect(completions.output).toContain("--webhook-url")
  })

  it.each([
    ["a missing --webhook-url", ["serve"], "Missing required flag: --webhook-url"],
    ["an invalid backend URL", ["serve", "--webhook-url", "backend"], "--webhook-url must be an absolute URL"],
    ["an invalid origin", ["serve", "--webhook-url", "http://b", "--origin", "mdm.example.com"], "is not an origin"],
    [
      "an invalid secret",
      ["serve", "--webhook-url", "http://b", "--webhook-secret", "abc"],
      "--webhook-secret: a webhook secret starts with",
    ],
    ["an invalid port", ["serve", "--webhook-url", "http://b", "--port", "70000"], "70000 is not a port"],
    ["an invalid duration", ["serve", "--webhook-url", "http://b", "--webhook-timeout", "soon"], "--webhook-timeout"],
    ["an unknown flag", ["serve", "--webhook-ulr", "http://b"], "--webhook-ulr"],
  ])("rejects %s with one sentence", async (_, args, message) => {
    const { code, output } = await run(args, env)
    expect(code).toBe(1)
    expect(output).toContain(message)
    expect(output).not.toContain("    at ")
  })

  it("reports that the port is in use", async () => {
    const taken = createTcpServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => taken.once("listening", resolve))
    const port = String((taken.address() as AddressInfo).port)
    const args = ["serve", "--webhook-url", "http://b", "--host", "127.0.0.1", "--port", port]
    const { code, output } = await run(args, env)
    taken.close()
    expect(code).toBe(1)
    expect(output).toContain("The port is in use: choose another with --port")
  })
})

describe("espalier serve", () => {
  it("forwards a device's message to the backend and stops on SIGTERM", async () => {
    const { url, requests, close } = await backend()
    const args = ["serve", "--webhook-url", url, "--host", "127.0.0.1", "--port", "0"]
    const { found, stop } = await runUntil(ready, args, lenient)
    const response = await poll(found[1])
    const { code, output } = await stop()
    close()
    expect(response.status).toBe(200)
    expect(requests.map(({ path }) => path)).toEqual(["/webhook/apple/checkin"])
    expect(JSON.parse(requests[0]?.body ?? "")).toMatchObject({ scope: { _tag: "device", udid: "U-1" } })
    expect(output).toContain("Calls to the backend are not signed: set --webhook-secret")
    expect(output).toContain("Only requests to localhost are accepted: set --origin")
    expect(output).toContain("Devices are not authenticated: set --identity required")
    expect(output).toContain("Idle → 200")
    expect(code).toBe(0)
  })

  it("rejects an unsigned message by default", async () => {
    const { url, requests, close } = await backend()
    const args = ["serve", "--webhook-url", url, "--host", "127.0.0.1", "--port", "0"]
    const { found, stop } = await runUntil(ready, args, env)
    const response = await poll(found[1])
    const { output } = await stop()
    close()
    expect(response.status).toBe(403)
    expect(requests).toEqual([])
    expect(output).not.toContain("--identity required")
  })

  it("uses https origins when it serves TLS and has no --origin", async () => {
    const { url, close } = await backend()
    const { cert, key } = selfSigned("localhost")
    const [certificate, keyFile] = [join(dataDirectory, "tls.pem"), join(dataDirectory, "tls.key.pem")]
    writeFileSync(certificate, cert)
    writeFileSync(keyFile, key)
    const tls = ["--tls-certificate", certificate, "--tls-key", keyFile, "--enrollment", "open"]
    const args = ["serve", "--webhook-url", url, "--host", "127.0.0.1", "--port", "0", ...tls]
    const { found, stop } = await runUntil(/ready: https:\/\/\S+?:(\d+) /, args, env)
    const origin = `https://localhost:${found[1]}`
    const profile = await new Promise<string>((resolve, reject) => {
      get(`${origin}/mdm/apple/enroll`, { ca: cert, agent: false }, (response) => {
        text(response).then(resolve, reject)
      }).once("error", reject)
    })
    const { code } = await stop()
    close()
    expect(profile).toContain(`<string>${origin}/mdm/apple/mdm</string>`)
    expect(code).toBe(0)
  })

  it("reads every flag from the environment and logs no secret", async () => {
    const { url, requests, close } = await backend()
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    const { found, stop } = await runUntil(/"message":"ready: http:\/\/127\.0\.0\.1:(\d+) /, ["serve"], {
      ...env,
      ESPALIER_WEBHOOK_URL: url,
      ESPALIER_WEBHOOK_SECRET: `${secret}, whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD`,
      ESPALIER_WEBHOOK_TIMEOUT: "3 seconds",
      ESPALIER_ORIGIN: "https://mdm.example.com,https://mdm.example.org",
      ESPALIER_HOST: "127.0.0.1",
      ESPALIER_PORT: "0",
      ESPALIER_LOG_FORMAT: "json",
      ESPALIER_LOG_LEVEL: "Debug",
    })
    const otherHost = await poll(found[1])
    const { output } = await stop()
    close()
    expect(otherHost.status).toBe(421)
    expect(requests).toEqual([])
    expect(output).not.toContain(secret.slice(6))
    for (const line of output.trim().split("\n")) expect(() => JSON.parse(line)).not.toThrow()
  })

  it("signs calls with every --webhook-secret", async () => {
    const { url, requests, close } = await backend()
    const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]
    const flags = secrets.flatMap((secret) => ["--webhook-secret", secret])
    const args = ["serve", "--webhook-url", url, "--host", "127.0.0.1", "--port", "0", ...flags]
    const { found, stop } = await runUntil(ready, args, lenient)
    await poll(found[1])
    await stop()
    close()
    expect(String(requests[0]?.headers["webhook-signature"]).split(" ")).toHaveLength(2)
  })
})
