/**
 * The complete backend of the README runs: as the text says, in 25 lines, and it answers signed calls only.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Secret, WebhookId, WebhookSignature } from "@espalier/signing"
import { inMarkdown } from "@espalier/testing/CodeBlocks"
import { Effect } from "effect"
import { afterAll, beforeAll, expect, test } from "vitest"
import { root } from "./rules/Workspace.ts"

const code =
  inMarkdown("README.md", readFileSync(join(root, "README.md"), "utf8"))
    .map((block) => block.code.trim())
    .find((text) => text.includes("Handler.layer(")) ?? ""

const secret = Effect.runSync(Secret.generateHmac)
const place = mkdtempSync(join(tmpdir(), "espalier-readme-"))
let child: ReturnType<typeof spawn> | undefined
let url = ""

beforeAll(async () => {
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"))
  writeFileSync(join(place, "package.json"), JSON.stringify({ private: true, type: "module" }))
  // Any free port, so that the test runs beside whatever uses 3000.
  writeFileSync(join(place, "backend.ts"), code.replace("port: 3000", "port: 0"))
  const running = spawn(process.execPath, ["--conditions=@espalier/source", "backend.ts"], {
    cwd: place,
    env: { ...process.env, WEBHOOK_SECRET: Secret.format(secret) },
    stdio: ["ignore", "pipe", "inherit"],
  })
  child = running
  url = await new Promise<string>((resolve, reject) => {
    let output = ""
    running.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk
      const port = /Listening on \S+:(\d+)/.exec(output)?.[1]
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`)
    })
    running.once("exit", () => reject(new Error(`The README's backend ended:\n${output}`)))
  })
})

afterAll(async () => {
  if (child?.exitCode === null && child.kill("SIGKILL")) await once(child, "exit")
  rmSync(place, { recursive: true, force: true })
})

const scope = { _tag: "device", udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } }

const call = async (webhook: string, request: object, isSigned = true) => {
  const body = JSON.stringify({ scope, ...request })
  const id = Effect.runSync(WebhookId.make)
  const signature = Effect.runSync(
    WebhookSignature.signNow({ id, body: new TextEncoder().encode(body), secrets: [secret] }),
  )
  const response = await fetch(`${url}/webhook/apple/${webhook}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(isSigned ? signature : {}) },
    body,
  })
  const text = await response.text()
  return [response.status, text === "" ? undefined : JSON.parse(text)._tag]
}

test("fits in 25 lines", () => {
  expect(code.split("\n").length).toBeLessThanOrEqual(25)
})

test("a device enrolls, checks in and unenrolls", async () => {
  const tokenUpdate = { _tag: "TokenUpdate", pushToken: "cHVzaA==", pushMagic: "m", topic: "t", channel: "device" }
  expect(await call("checkin", {})).toEqual([404, "UnknownDevice"])
  expect(await call("event", { event: { _tag: "Authenticate", model: "MacBookPro" } })).toEqual([204, undefined])
  expect(await call("event", { event: tokenUpdate })).toEqual([204, undefined])
  expect(await call("checkin", {})).toEqual([200, "Idle"])
  expect(await call("declaration-tokens", {})).toEqual([501, "ManagementNotSupported"])
  expect(await call("event", { event: { _tag: "CheckOut" } })).toEqual([204, undefined])
  expect(await call("checkin", {})).toEqual([404, "UnknownDevice"])
})

test("an unsigned call is rejected", async () => {
  expect(await call("checkin", {}, false)).toEqual([401, "InvalidSignature"])
})
