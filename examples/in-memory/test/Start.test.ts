import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

/** The sample product as a person starts it, on ports that are free. */
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const environment = { PATH: process.env["PATH"], ESPALIER_BACKEND_PORT: "0", ESPALIER_SERVER_PORT: "0" }
const start = (env: Record<string, string | undefined>) =>
  spawn(process.execPath, ["--conditions=@espalier/source", main], { env, stdio: ["ignore", "pipe", "pipe"] })

const transcript = `
A recorded Mac talks to the server, the server asks the backend:

  Authenticate: I want to enroll             → 200  taken
  TokenUpdate: push me here                  → 200  taken
  Idle: anything for me?                     → 200  nothing to do

  operator: queue DeviceInformation
  Idle: anything for me?                     → 200  command DeviceInformation
  Acknowledged: here is what you asked       → 200  nothing to do

  operator: queue SecurityInfo, while the Mac is locked
  Idle: anything for me?                     → 200  command SecurityInfo
  NotNow: ask me later                       → 200  nothing to do
  Idle: later, anything for me?              → 200  command SecurityInfo
  Acknowledged: here is what you asked       → 200  nothing to do

  operator: declare a passcode policy, and put up a wallpaper
  Idle: anything for me?                     → 200  command DeclarativeManagement
  Acknowledged: I will synchronise           → 200  nothing to do
  DDM tokens: what is current?               → 200  {"SyncTokens":
  DDM declaration-items: which are there?    → 200  {"Declarations":{"Activations":[{"Identifier":"com.example.activation"
  DDM declaration: give me that one          → 200  {"Type":"com.apple.configuration.passcode.settings","Identifier":"com.example.passcode"
  GET asset: wallpaper                       → 200  19 bytes of image/png
  DDM status: it is active                   → 200  taken

  a user logs in on the Mac
  TokenUpdate: Ada can be pushed to, too     → 200  taken
  Idle: anything for Ada?                    → 200  nothing to do

  the management profile is removed
  CheckOut: goodbye                          → 200  taken
`

describe("npm start", () => {
  const child = start(environment)
  let output = ""
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk
  })
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk
  })

  beforeAll(
    () =>
      new Promise<void>((resolve, reject) => {
        child.stdout.on("data", () => output.includes("Still running") && resolve())
        child.once("exit", () => reject(new Error(output)))
      }),
  )
  afterAll(() => child.kill())

  it("prints one ready line with both URLs", () => {
    expect(output.match(/^ready: backend http:\/\/127\.0\.0\.1:\d+, server http:\/\/127\.0\.0\.1:\d+$/gm)).toHaveLength(
      1,
    )
  })

  it("plays the recorded conversation", () => {
    const said = output.split("\n")
    for (const line of transcript.trim().split("\n")) {
      expect(
        said.some((actual) => actual.startsWith(line)),
        line,
      ).toBe(true)
    }
  })

  it("keeps running, with what happened to look at", async () => {
    const backend = /backend (\S+),/.exec(output)?.[1]
    const devices = await fetch(`${backend}/api/devices`).then((response) => response.json())
    expect(devices).toMatchObject([{ udid: "DEVICE-UDID" }, { udid: "7C5F4A7E-30E6-5C51-9A53-8A2B6C3D9E10" }])
    expect(child.exitCode).toBe(null)
  })

  it("says what to do when a port is taken", async () => {
    const port = /server http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1]
    const second = start({ ...environment, ESPALIER_SERVER_PORT: port })
    let said = ""
    second.stderr.on("data", (chunk: Buffer) => {
      said += chunk
    })
    const code = await new Promise((resolve) => second.once("close", resolve))
    expect(code).toBe(1)
    expect(said).toContain("Set ESPALIER_BACKEND_PORT and ESPALIER_SERVER_PORT")
    expect(said).not.toContain("    at ")
  })
})
