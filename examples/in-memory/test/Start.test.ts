import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

/** The sample product as a person starts it, on ports that are free. */
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const environment = { PATH: process.env["PATH"], ESPALIER_BACKEND_PORT: "0", ESPALIER_SERVER_PORT: "0" }
const start = (env: Record<string, string | undefined>) =>
  spawn(process.execPath, ["--conditions=@espalier/source", main], { env, stdio: ["ignore", "pipe", "pipe"] })

const transcript = `
  a Mac opens its enrollment link
    profile                                            → 200 a property list
    GetCACaps                                          → 200 58 bytes
    GetCACert                                          → 200 1
    PKCSReq                                            → 200 3
    Authenticate                                       → 200
    TokenUpdate                                        → 200

  an operator queues DeviceInformation, and the Mac is woken
    Idle                                               → 200 command DeviceInformation
    Acknowledged                                       → 200

  an operator sends a profile, but the Mac is locked
    Idle                                               → 200 command InstallProfile
    NotNow                                             → 200

  somebody unlocks it
    Idle                                               → 200 command InstallProfile
    Acknowledged                                       → 200

  an operator declares a passcode policy, and settings that are an asset
    Idle                                               → 200 command DeclarativeManagement
    Acknowledged                                       → 200
    DDM tokens                                         → 200 {"SyncTokens":
    DDM declaration-items                              → 200 {"Declarations
    DDM declaration/activation/com.example.activation  → 200 {"Type":"com.a
    DDM declaration/asset/com.example.sudoers          → 200 {"Type":"com.a
    DDM declaration/configuration/com.example.passcode → 200 {"Type":"com.a
    DDM declaration/configuration/com.example.sudo     → 200 {"Type":"com.a
    asset                                              → 200 20 bytes
    DDM status                                         → 200

  Ada logs in: a user has a channel of her own
    ada: TokenUpdate                                   → 200
    ada: Idle                                          → 200

  the Mac escrows its bootstrap token
    SetBootstrapToken                                  → 200

  its certificate is renewed
    GetCACaps                                          → 200 58 bytes
    GetCACert                                          → 200 1
    RenewalReq                                         → 200 3

  the management profile is removed
    CheckOut                                           → 200
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

  it("shows a Mac's life, an exchange a line", () => {
    const shown = output.split("\n").slice(1)
    const expected = transcript.trimEnd().split("\n")
    // Lengths and tokens differ from run to run: what is expected is how each line begins.
    expect(shown.slice(0, expected.length).map((line, index) => line.slice(0, expected[index]?.length))).toEqual(
      expected,
    )
  })

  it("keeps running, with what happened to look at", async () => {
    const backend = /backend (\S+),/.exec(output)?.[1]
    const devices = await fetch(`${backend}/api/devices`).then((response) => response.json())
    expect(devices).toMatchObject([
      { udid: "DEVICE-UDID" },
      { about: { deviceName: "Ada's MacBook Pro" }, status: "checkedOut" },
    ])
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
