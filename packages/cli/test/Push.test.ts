/**
 * `espalier push` against a fake APNs: each push is reported by its number.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as apns from "@espalier/testing/Apns"
import { Effect, Redacted } from "effect"
import { Command } from "effect/cli"
import { espalier } from "../src/Espalier.ts"
import { run } from "./Run.ts"

const files = Effect.acquireRelease(
  Effect.sync(() => {
    const place = mkdtempSync(join(tmpdir(), "espalier-push-"))
    const file = (name: string, text: string) => {
      writeFileSync(join(place, name), text, { mode: 0o600 })
      return join(place, name)
    }
    const pem = (name: "topic-one" | "topic-two") => {
      const { cert, key } = apns.certificate(name)
      return file(`${name}.pem`, `${cert}${Redacted.value(key)}`)
    }
    return { place, one: pem("topic-one"), two: pem("topic-two"), root: file("root.pem", apns.authority) }
  }),
  ({ place }) => Effect.sync(() => rmSync(place, { recursive: true, force: true })),
)

const push = (args: ReadonlyArray<string>, env?: Record<string, string>) =>
  Effect.promise(() => run(["push", ...args], env))

describe("espalier push", () => {
  it.live("sends a push to each device and reports each outcome", () =>
    Effect.gen(function* () {
      const { one, root } = yield* files
      const dead = Buffer.from("dead").toString("hex")
      const { url, asked } = yield* apns.start(({ token }) =>
        token === dead ? apns.refused(410, "Unregistered") : apns.accepted,
      )
      const devices = ["--token", btoa("live"), "--magic", "MAGIC-1", "--token", btoa("dead"), "--magic", "MAGIC-2"]
      const { code, output } = yield* push(devices, {
        ESPALIER_PUSH_CERTIFICATE: one,
        ESPALIER_PUSH_URL: url,
        ESPALIER_PUSH_ROOT: root,
      })
      expect(output).toMatch(/^1 {2}accepted {2}[\da-f-]{36}\n2 {2}failed {4}InvalidToken: .+\n$/)
      expect(code).toBe(1)
      expect(asked.map(({ token, body, headers }) => [token, body, headers["apns-topic"]]).sort()).toEqual([
        [dead, '{"mdm":"MAGIC-2"}', apns.topicOne],
        [Buffer.from("live").toString("hex"), '{"mdm":"MAGIC-1"}', apns.topicOne],
      ])
      for (const hidden of [btoa("live"), btoa("dead"), dead, "MAGIC"]) expect(output).not.toContain(hidden)
    }),
  )

  it.live("uses the given topic and exits with 0 when APNs accepts all pushes", () =>
    Effect.gen(function* () {
      const { one, two, root } = yield* files
      const { url, asked } = yield* apns.start()
      const where = ["--push-certificate", one, "--push-certificate", two, "--push-url", url, "--push-root", root]
      const device = ["--topic", apns.topicTwo, "--token", btoa("live"), "--magic", "M"]
      const { code, output } = yield* push([...where, ...device])
      expect(output).toMatch(/^1 {2}accepted /)
      expect(code).toBe(0)
      expect(asked.map(({ headers }) => headers["apns-topic"])).toEqual([apns.topicTwo])
    }),
  )

  it.live("rejects invalid flags with one sentence", () =>
    Effect.gen(function* () {
      const { one, two } = yield* files
      const device = ["--token", btoa("live"), "--magic", "M"]
      const cases: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
        [device, "--push-certificate: at least one file is required"],
        [["--push-certificate", one], "--token: at least one --token"],
        [["--push-certificate", one, "--token", btoa("live")], "--magic: 1 tokens but 0 magics"],
        [["--push-certificate", one, "--push-url", "http://x", ...device], "--push-url must be an https:// origin"],
        [
          ["--push-certificate", one, "--push-certificate", two, ...device],
          "--topic: several certificates; choose com.apple",
        ],
        [["--push-certificate", `${one}.gone`, ...device], "cannot be read"],
      ]
      const cli = Command.runWith(espalier, { version: "0", renderErrors: false })
      const errors = yield* Effect.forEach(cases, ([args]) => Effect.flip(cli(["push", ...args])))
      for (const [index, [, message]] of cases.entries()) expect(errors[index]?.message).toContain(message)
    }).pipe(Effect.provide(NodeServices.layer)),
  )
})
