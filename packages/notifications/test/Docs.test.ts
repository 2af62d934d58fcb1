/**
 * What docs/notifications.md says is so: its programs accept what we sign and nothing else, its payloads and its schedule are ours.
 */
import { execFile, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { NotificationEvent, notificationEvents, OperationalEvent, subscriptionOf } from "@espalier/schema"
import { Secret, WebhookId, WebhookSignature } from "@espalier/signing"
import { inMarkdown } from "@espalier/testing/CodeBlocks"
import { enrolled } from "@espalier/testing/Events"
import { Effect, Predicate, Result, Schema } from "effect"
import { describe, expect, onTestFinished, test } from "vitest"
import { RetrySchedule } from "../src/index.ts"
import * as ApiHarness from "./ApiHarness.ts"

const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8")

const guide = read("../../../docs/notifications.md")

const blocks = (language: string) => inMarkdown("docs/notifications.md", guide, [language]).map(({ code }) => code)

/** The only block of its language that speaks of something. */
const block = (language: string, of = ""): string => {
  const [code = "", ...more] = blocks(language).filter((code) => code.includes(of))
  expect(more).toEqual([])
  return code
}

const runs = (program: string, ...args: ReadonlyArray<string>) => spawnSync(program, args).status === 0

/** A secret with bytes that a shell, a terminal or a text would trip over, and one whose base64 has all kinds of signs. */
const secrets = [
  `whsec_${Buffer.from([0, 10, 13, 32, 39, 92, 255, ...Array.from({ length: 25 }, (_, index) => index * 10)]).toString("base64")}`,
  `whsec_${Buffer.alloc(64, 0xfb).toString("base64")}`,
]
const [secret = "", other = ""] = secrets

const body = JSON.stringify(enrolled('Zoë\'s "MacBook" 🍏 \\ $HOME `id`'))

const signed = (by: ReadonlyArray<string> = [secret], timestamp = Math.floor(Date.now() / 1000)) => {
  const [first, ...more] = by.map((text) => Result.getOrThrow(Secret.parseSigning(text)))
  if (first === undefined) throw new Error("no secret")
  return WebhookSignature.sign({ id: WebhookId.WebhookId.make("msg_1"), timestamp, body, secrets: [first, ...more] })
}

interface Given {
  readonly secret: string
  readonly headers: WebhookSignature.SignatureHeaders
  readonly body: string
}

const genuine: ReadonlyArray<readonly [string, Given]> = [
  ["a genuine request", { secret, headers: signed(), body }],
  ["one of another secret", { secret: other, headers: signed([other]), body }],
  ["one with two signatures, the first its own", { secret, headers: signed([secret, other]), body }],
  ["one with two signatures, the second its own", { secret, headers: signed([other, secret]), body }],
]
const forged: ReadonlyArray<readonly [string, Given]> = [
  ["a body with one letter changed", { secret, headers: signed(), body: body.replace("ada@", "bda@") }],
  ["a body with a line's end more", { secret, headers: signed(), body: `${body}\n` }],
  ["another secret", { secret: other, headers: signed(), body }],
  ["another id", { secret, headers: { ...signed(), "webhook-id": WebhookId.WebhookId.make("msg_2") }, body }],
  [
    "another timestamp",
    { secret, headers: { ...signed(), "webhook-timestamp": String(Math.floor(Date.now() / 1000) + 1) }, body },
  ],
  ["no signature that is one", { secret, headers: { ...signed(), "webhook-signature": "v1," }, body }],
  [
    "a signature of another version",
    { secret, headers: { ...signed(), "webhook-signature": `x${signed()["webhook-signature"]}` }, body },
  ],
  [
    "part of a signature",
    { secret, headers: { ...signed(), "webhook-signature": signed()["webhook-signature"].slice(0, -1) }, body },
  ],
]

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "espalier-guide-"))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const run = promisify(execFile)

describe.skipIf(!runs("python3", "--version"))("the Python", () => {
  const program = `${block("python")}

import sys
given = json.load(open("given.json"))
try:
    print(json.dumps(verify(given["secret"], given["headers"], given["body"].encode())))
except ValueError as error:
    sys.exit(f"refused: {error}")
`
  const verify = async (given: Given) => {
    const cwd = folder()
    writeFileSync(join(cwd, "given.json"), JSON.stringify(given))
    writeFileSync(join(cwd, "program.py"), program)
    return (await run("python3", ["program.py"], { cwd })).stdout
  }

  test.each(genuine)("accepts %s", async (_, given) => {
    expect(JSON.parse(await verify(given))).toEqual(JSON.parse(body))
  })
  test.each(forged)("rejects %s", async (_, given) => {
    await expect(verify(given)).rejects.toThrow("refused: no signature matches")
  })
  test.each([
    ["an old one", -301],
    ["one from the future", 310],
  ])("rejects %s", async (_, seconds) => {
    const headers = signed([secret], Math.floor(Date.now() / 1000) + seconds)
    await expect(verify({ secret, headers, body })).rejects.toThrow("refused: the timestamp is too old")
  })
})

test.skipIf(!runs("curl", "--version"))("a backend publishes with curl", async () => {
  const program = Effect.gen(function* () {
    const { origin, key } = yield* ApiHarness.make({ worker: false })
    const code = block("bash", "curl").replace("https://notifications.example.com", origin)
    expect(code).toContain(origin)
    const env = { PATH: process.env["PATH"], KEY: key }
    return yield* Effect.promise(() => run("bash", ["-euo", "pipefail", "-c", code], { env }))
  })
  const { stdout } = await Effect.runPromise(Effect.scoped(program))
  expect(JSON.parse(stdout)).toMatchObject({ deliveries: 0, duplicate: false })
})

describe.skipIf(!runs("openssl", "version") || !runs("bash", "--version"))("the shell", () => {
  const verify = async ({ secret, headers, body }: Given) => {
    const cwd = folder()
    writeFileSync(join(cwd, "body.json"), body)
    const env = {
      PATH: process.env["PATH"],
      WEBHOOK_SECRET: secret,
      WEBHOOK_ID: headers["webhook-id"],
      WEBHOOK_TIMESTAMP: headers["webhook-timestamp"],
      WEBHOOK_SIGNATURE: headers["webhook-signature"],
    }
    return (await run("bash", ["-euo", "pipefail", "-c", block("bash", "openssl")], { cwd, env })).stdout
  }

  test.each(genuine)("accepts %s", async (_, given) => {
    expect(await verify(given)).toContain("signed with this secret")
  })
  test.each(forged)("rejects %s", async (_, given) => {
    await expect(verify(given)).rejects.toMatchObject({ code: 1, stdout: "not signed with this secret\n" })
  })
})

describe("the guide", () => {
  test("shows one payload of every event", () => {
    const decode = Schema.decodeUnknownSync(NotificationEvent)
    const encode = Schema.encodeSync(NotificationEvent)
    const decodeOperational = Schema.decodeUnknownSync(OperationalEvent)
    const names = blocks("json").flatMap((code) => {
      const json: unknown = JSON.parse(code)
      if (Predicate.hasProperty(json, "type")) {
        expect(decodeOperational(json).type).toBe(json.type)
        return []
      }
      expect(encode(decode(json))).toEqual(json)
      return [subscriptionOf(decode(json))]
    })
    expect(names).toEqual(Object.keys(notificationEvents))
    for (const name of names) expect(guide).toContain(`\n\`${name}\`: `)
  })

  test("shows the retry schedule", () => {
    const units = new Map([
      ["s", 1000],
      ["min", 60_000],
      ["h", 3_600_000],
    ])
    const millis = (text: string) =>
      [...text.matchAll(/(\d+) (s|min|h)/g)].reduce(
        (sum, [, count, unit = ""]) => sum + Number(count) * (units.get(unit) ?? Number.NaN),
        0,
      )
    const rows = [...guide.matchAll(/^\| (\d+) \| ([^|]+) \| ([^|]*)\|$/gm)]
    expect(rows.map(([, number]) => Number(number))).toEqual(RetrySchedule.standard.map((_, index) => index + 1))
    expect(rows.map(([, , wait = ""]) => millis(wait))).toEqual(RetrySchedule.standard)
    let sum = 0
    for (const [index, [, , , after = ""]] of rows.entries()) {
      sum += RetrySchedule.standard[index] ?? 0
      expect(Math.abs(millis(after) - sum), after).toBeLessThan(10_000)
    }
  })

  test.each(["SqlIdempotencyStore.ts", "NodeReceiver.ts"])("shows %s as it is tested", (name) => {
    const code = read(`./${name}`).replace("../src/Receiver/index.ts", "@espalier/notifications/receiver").trim()
    const lines = (text: string) => text.split("\n").toSorted()
    // Imports stand in another order there, since the name is another.
    expect(blocks("ts").map(lines)).toContainEqual(lines(code))
  })
})
