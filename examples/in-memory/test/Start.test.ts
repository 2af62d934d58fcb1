/**
 * `npm start` in a process of its own, on free ports.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { ExchangeEvent } from "@espalier/devices"
import type { Exchange } from "@espalier/schema"
import { Schema } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const environment = { PATH: process.env["PATH"], ESPALIER_BACKEND_PORT: "0", ESPALIER_SERVER_PORT: "0" }

interface Run {
  readonly child: ChildProcess
  readonly output: () => string
  readonly errors: () => string
  /** The exit code, once all is written. */
  readonly ended: Promise<number | null>
}

const start = (flags: ReadonlyArray<string> = [], env: Record<string, string> = {}): Run => {
  const child = spawn(process.execPath, ["--conditions=@espalier/source", main, ...flags], {
    env: { ...environment, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  let errors = ""
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk
  })
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  return { child, output: () => output, errors: () => errors, ended }
}

interface Place {
  readonly backend: string
  readonly key: string
  readonly server: string
  readonly link: string
}

/** The links, once it has printed them. */
const ready = (run: Run): Promise<Place> =>
  new Promise((resolve, reject) => {
    const look = () => {
      const [, backend = "", key = ""] = /^ {2}dashboard {3}(\S+)\/dashboard#key=(ek_\S+)$/m.exec(run.output()) ?? []
      const [, link = "", server = ""] = /^ {2}enroll {6}((http:\/\/[^/]+)\S+)$/m.exec(run.output()) ?? []
      if (run.output().includes("Ctrl-C")) resolve({ backend, key, server, link })
    }
    look()
    run.child.stdout?.on("data", look)
    run.ended.then(() => reject(new Error(run.output() + run.errors())))
  })

const api = ({ backend, key }: Place) => ({
  get: async (path: string): Promise<unknown> => {
    const response = await fetch(`${backend}/api/workspaces/example/${path}`, {
      headers: { authorization: `Bearer ${key}` },
    })
    return response.json()
  },
  post: async (path: string, body: object) => {
    const response = await fetch(`${backend}/api/workspaces/example/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    })
    return Schema.decodeUnknownSync(Schema.Struct({ commandUUID: Schema.String }))(await response.json())
  },
})

const decode = Schema.decodeUnknownSync(ExchangeEvent)

/** Reads exchanges until one matches. */
const until = async (
  { backend, key }: Place,
  isIt: (exchange: Exchange) => boolean,
): Promise<ReadonlyArray<Exchange>> => {
  const abort = new AbortController()
  const headers = { authorization: `Bearer ${key}` }
  const { body } = await fetch(`${backend}/api/workspaces/example/exchanges`, { headers, signal: abort.signal })
  const all: Array<Exchange> = []
  let buffered = ""
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (buffered + piece).split("\n\n")
    buffered = blocks.pop() ?? ""
    for (const block of blocks) {
      const [, id, data] = /^id: (.*)\ndata: (.*)$/s.exec(block) ?? []
      if (id === undefined) continue
      const event = decode({ event: "message", id, data })
      if (event.event !== "message") continue
      all.push(event.data)
      if (isIt(event.data)) {
        abort.abort()
        return all
      }
    }
  }
  throw new Error("The stream ended")
}

const tokenUpdateOf = (udid: string, users: ReadonlyArray<object>) =>
  expect.objectContaining({ udid, status: "enrolled", users: users.map((user) => expect.objectContaining(user)) })

describe("npm start", () => {
  const temporary = mkdtempSync(join(tmpdir(), "espalier-start-"))
  const run = start([], { TMPDIR: temporary })
  let place: Place
  beforeAll(async () => {
    place = await ready(run)
  }, 60_000)
  afterAll(() => {
    run.child.kill("SIGKILL")
    rmSync(temporary, { recursive: true, force: true })
  })

  it("prints the links to the dashboard and to enroll, and how to stop it", () => {
    expect(
      run
        .output()
        .replaceAll(/:\d+\//g, ":PORT/")
        .replace(/ek_\S+/, "KEY")
        .replace(/token=\S+/, "token=TOKEN"),
    ).toBe(
      `The sample product is running.

  dashboard   http://localhost:PORT/dashboard#key=KEY
  enroll      http://localhost:PORT/mdm/apple/enroll?token=TOKEN

It has three simulated devices: an iPhone, a Mac and a Shared iPad. Stop it with Ctrl-C; all data is deleted then.
`,
    )
  })

  it("has three devices that enroll, answer commands, synchronize, and put off a command while they are locked", async () => {
    const all = await until(place, ({ message }) => message === "NotNow")
    const sendersOf = (message: string) => new Set(all.flatMap((one) => (one.message === message ? [one.udid] : [])))
    const udids = [...sendersOf("Authenticate")]
    expect(udids).toHaveLength(3)
    for (const message of ["TokenUpdate", "Idle", "Acknowledged", "DeclarativeManagement status"]) {
      expect([message, [...sendersOf(message)].toSorted()]).toEqual([message, udids.toSorted()])
    }
    expect(all.filter(({ message }) => message === "PKIOperation")).toHaveLength(3)
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200))

    const [phone = "", mac = "", pad = ""] = udids
    expect(await api(place).get("devices")).toEqual({
      devices: [
        tokenUpdateOf(phone, []),
        tokenUpdateOf(mac, [{ userShortName: "ada" }, { userShortName: "grace" }]),
        tokenUpdateOf(pad, [{ userShortName: "mary@example.com" }, { userShortName: "dorothy@example.com" }]),
      ],
      total: 3,
    })
  })

  it("runs a queued command at once, and delivers all notifications", async () => {
    const [first] = await until(place, ({ message }) => message === "TokenUpdate")
    expect(first?.message).toBe("enroll")
    const all = await until(place, ({ message }) => message === "NotNow")
    const udid = all.find(({ message }) => message === "Authenticate")?.udid
    const { commandUUID } = await api(place).post(`devices/${udid}/commands`, { requestType: "SecurityInfo" })
    await until(
      place,
      ({ message, request }) => message === "Acknowledged" && request?.text?.includes(commandUUID) === true,
    )
    expect(await api(place).get(`commands/${commandUUID}`)).toMatchObject({ state: "acknowledged" })
    expect(await api(place).get("integrations")).toMatchObject([
      { url: `${place.backend.replace("localhost", "127.0.0.1")}/demo/receiver` },
    ])
    expect(await api(place).get("deliveries?state=delivered")).toMatchObject({
      deliveries: expect.arrayContaining([
        expect.objectContaining({ name: "enrollment_token_created" }),
        expect.objectContaining({ name: "device_enrolled" }),
        expect.objectContaining({ name: "device_added_mdm_user" }),
        expect.objectContaining({ name: "inventory_item" }),
      ]),
    })
  })

  it("rejects requests without a device identity or an API key", async () => {
    const all = await until(place, ({ message }) => message === "Idle")
    const udid = all.find(({ message }) => message === "Idle")?.udid
    const response = await fetch(`${place.server}/mdm/apple/mdm`, {
      method: "PUT",
      headers: { "content-type": "application/x-apple-aspen-mdm" },
      body: `<plist version="1.0"><dict><key>UDID</key><string>${udid}</string><key>Status</key><string>Idle</string></dict></plist>`,
    })
    expect(response.status).toBe(403)
    expect((await fetch(`${place.backend}/api/workspaces/example/devices`)).status).toBe(401)
  })

  it("redirects / to the dashboard", async () => {
    const response = await fetch(`${place.backend}/`, { redirect: "manual" })
    expect([response.status, response.headers.get("location")]).toEqual([302, "/dashboard"])
  })

  it("explains what to do when a port is in use or a flag is unknown", async () => {
    const taken = start([], { ESPALIER_SERVER_PORT: new URL(place.server).port })
    const misspelt = start(["--nodemo"])
    expect(await taken.ended).toBe(1)
    expect(taken.errors()).toMatch(/^Cannot start: .*EADDRINUSE.*\nSet ESPALIER_BACKEND_PORT and ESPALIER_SERVER_PORT/)
    expect(await misspelt.ended).toBe(1)
    expect(misspelt.errors()).toBe("Cannot start: npm start takes one flag, --no-demo: npm start -- --no-demo\n")
    expect(taken.errors()).not.toContain("    at ")
  })

  it("stops with Ctrl-C while a stream is open, and deletes its data", async () => {
    expect(readdirSync(temporary)).toHaveLength(1)
    const looking = expect(until(place, () => false)).rejects.toThrow("ended")
    await until(place, ({ message }) => message === "Idle")
    run.child.kill("SIGINT")
    expect(await run.ended).toBe(130)
    await looking
    expect(run.errors().replace(/^The dashboard is not built.*\n/, "")).toBe("")
    expect(readdirSync(temporary)).toEqual([])
  })
})

describe("npm start -- --no-demo", () => {
  const run = start(["--no-demo"], { ESPALIER_SAMPLE_KEY: "ek_a-key-of-my-own-choice" })
  afterAll(() => run.child.kill("SIGKILL"))

  it("has no devices, and serves enrollment profiles", async () => {
    const place = await ready(run)
    expect(run.output()).toContain("\n\nStop it with Ctrl-C; all data is deleted then.\n")
    expect(place.key).toBe("ek_a-key-of-my-own-choice")
    expect(await api(place).get("devices")).toEqual({ devices: [], total: 0 })
    expect(await api(place).get("integrations")).toEqual([])
    const profile = await fetch(place.link, { headers: { accept: "application/x-apple-aspen-config" } })
    expect(profile.status).toBe(200)
    expect(await profile.text()).toContain("com.apple.mdm")
  })
})
