/**
 * `espalier secrets`: the key file of a data directory, a rotation, and what a wrong or missing key says.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { run, runUntil } from "./Run.ts"

const directories: Array<string> = []
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

const fresh = () => {
  const directory = mkdtempSync(join(tmpdir(), "espalier-secrets-"))
  directories.push(directory)
  return {
    env: {
      ESPALIER_DATA_DIRECTORY: directory,
      ESPALIER_HOST: "127.0.0.1",
      ESPALIER_PORT: "0",
    },
    keyFile: join(directory, "secrets.key"),
  }
}

const start = (env: Record<string, string>) =>
  runUntil(/ready: (http:\/\/127\.0\.0\.1:\d+)/, ["notifications", "serve"], env)

describe("espalier secrets", { timeout: 60_000 }, () => {
  it("keeps its key in the data directory, and rotates it", async () => {
    const { env, keyFile } = fresh()
    const service = await start(env)
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    const created = await run(["notifications", "key", "create", "--all-workspaces"], env)
    const [key = ""] = created.output.split("\n")
    const made = await fetch(`${service.found[1]}/api/workspaces/acme/integrations`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ url: "https://93.184.215.14/", events: ["device_enrolled"] }),
    })
    expect(made.status).toBe(201)
    expect((await service.stop()).output).not.toContain(readFileSync(keyFile, "utf8").trim())

    const next = await run(["secrets", "key", "create"])
    expect(next).toMatchObject({ code: 0, output: expect.stringMatching(/^[\w+/]{43}=\n$/) })
    const old = readFileSync(keyFile, "utf8")
    writeFileSync(keyFile, `${next.output}${old}`)
    const rotated = await run(["secrets", "rotate"], env)
    expect(rotated).toMatchObject({ code: 0, output: expect.stringContaining("Done: 1 sealed.") })
    expect((await run(["secrets", "rotate"], env)).output).toContain("Done: 0 sealed.")
    writeFileSync(keyFile, next.output)
    expect((await (await start(env)).stop()).code).toBe(0)

    writeFileSync(keyFile, old)
    for (const command of [
      ["notifications", "serve"],
      ["secrets", "rotate"],
    ]) {
      const { code, output } = await run(command, env)
      expect(code).toBe(1)
      expect(output).toMatch(
        /^\s*--secrets-key-file: A secret in the database is sealed with key [0-9a-f]{8}, which is not configured; add that key, or restore the file from a backup$/m,
      )
      expect(output).not.toContain("    at ")
    }
  })

  it.each([
    ["a malformed key", { ESPALIER_SECRETS_KEY: "secret-nonsense" }, "--secrets-key: A sealing key is 32 random bytes"],
    ["a missing file", { ESPALIER_SECRETS_KEY_FILE: "/nowhere.key" }, "--secrets-key-file: /nowhere.key: it does not"],
  ])("rejects %s with one sentence", async (_, variables, message) => {
    const { env } = fresh()
    const { code, output } = await run(["notifications", "serve"], { ...env, ...variables })
    expect(code).toBe(1)
    expect(output).toContain(message)
    expect(output).not.toContain("nonsense")
    expect(output).not.toContain("    at ")
  })
})
