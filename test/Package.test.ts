/**
 * The published packages work for a user: built, packed, installed from the tarballs, type-checked without our export condition,
 * and run by Node.
 *
 * Builds into every package's `dist`, which no other test reads: sources run as they stand.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { build, entriesOf, install, isPage, pack, type Tarball } from "./rules/Consumer.ts"
import { run } from "./rules/Run.ts"
import { libraries, root } from "./rules/Workspace.ts"

const place = mkdtempSync(join(tmpdir(), "espalier-package-"))
const consumer = join(place, "consumer")
const tarballs = new Map<string, Tarball>()
const names = libraries.map(({ manifest }) => manifest.name)

const tarballOf = (name: string): Tarball => {
  const tarball = tarballs.get(name)
  if (tarball === undefined) throw new Error(`${name} was not packed`)
  return tarball
}

/** A backend as a user writes it, called once signed and once not. */
const backend = `
  import { Handler, Webhooks, WebhookVerifier } from "@espalier/handler"
  import { DdmSync, Manifest } from "@espalier/schema"
  import { Secret, WebhookId, WebhookSignature } from "@espalier/signing"
  import { Effect, Layer, Schema } from "effect"

  const secret = Effect.runSync(Secret.generateHmac)
  const backend = Handler.layer({
    event: {
      Authenticate: () => Effect.void,
      TokenUpdate: () => Effect.void,
      CheckOut: () => Effect.void,
      CommandResult: () => Effect.void,
      DeclarationStatus: () => Effect.void,
      IdentityExpiring: () => Effect.void,
    },
    checkin: () => Effect.succeed(DdmSync.make({ serverToken: "token" })),
    asset: Handler.notSupported,
    ...Handler.declarativeManagementNotSupported,
    ...Handler.optionalNotSupported,
  })
  const verifier = WebhookVerifier.layer({ secrets: [Secret.format(secret)] })
  const { handler, dispose } = Webhooks.toFetchHandler(Layer.merge(backend, verifier))
  const body = JSON.stringify({ scope: { _tag: "device", udid: "U", mdmOrigin: { url: "https://mdm.example.com" } } })
  const id = Effect.runSync(WebhookId.make)
  const signed = Effect.runSync(
    WebhookSignature.signNow({ id, body: new TextEncoder().encode(body), secrets: [secret] }),
  )
  const call = (headers: Record<string, string>) =>
    handler(
      new Request("http://localhost/webhook/apple/checkin", {
        method: "POST",
        body,
        headers: { "content-type": "application/json", ...headers },
      }),
    )
  const manifest = Schema.decodeUnknownSync(Manifest)(await (await call({ ...signed })).json())
  process.stdout.write(JSON.stringify([manifest, (await call({})).status]))
  await dispose()
`
/** The packages' own type tests, which the compiler checks here against the packed declarations. */
const typeTests = Object.fromEntries(
  ["packages/schema/test/ManagementApi.types.ts", "packages/handler/test/Webhooks.types.ts"].map((path) => [
    basename(path),
    readFileSync(join(root, path), "utf8"),
  ]),
)
const wrong = `import { Plum } from "@espalier/schema"`

/** Imports everything that the package exports. */
const findAll = (tarball: Tarball): string => {
  const entries = entriesOf(tarball)
  const list = entries.map((_, index) => `entry${index}`).join(", ")
  return [
    ...entries.map((entry, index) => {
      const attributes = entry.endsWith(".json") ? ' with { type: "json" }' : ""
      return `import * as entry${index} from "${entry}"${attributes}`
    }),
    `if ([${list}].some((entry) => typeof entry !== "object")) throw new Error("not a module")`,
    `process.stdout.write("found")`,
  ].join("\n")
}

const fileOf = (name: string): string => `find-${name.replace("@espalier/", "")}.ts`

let complaints: ReadonlyArray<string> = []

/** What the compiler said about some files of the consumer's project, by the beginning of their paths. */
const complaintsAbout = (...paths: ReadonlyArray<string>): ReadonlyArray<string> =>
  complaints.filter((line) => paths.some((path) => line.startsWith(path)))

/** Type-checks the consumer's files in one run, as users do, and our declarations with them. */
const typeCheck = async (files: Record<string, string>): Promise<ReadonlyArray<string>> => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(consumer, name), text)
  const compilerOptions = {
    module: "nodenext",
    target: "es2024",
    types: ["node"],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    resolveJsonModule: true,
  }
  writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, files: Object.keys(files) }))
  const { code, output } = await run("tsc", ["-p", consumer, "--pretty", "false"], { cwd: consumer })
  if (code !== 0 && !output.includes(": error TS")) throw new Error(`The compiler failed:\n${output}`)
  return output.split("\n").filter((line) => line.includes(": error TS"))
}

beforeAll(async () => {
  await build(libraries)
  const packed = await pack(libraries, join(place, "tarballs"))
  for (const tarball of packed) tarballs.set(tarball.package.manifest.name, tarball)
  await install(packed, consumer)
  const finds = packed.map((tarball) => [fileOf(tarball.package.manifest.name), findAll(tarball)] as const)
  complaints = await typeCheck({ ...Object.fromEntries(finds), ...typeTests, "backend.ts": backend, "wrong.ts": wrong })
}, 180_000)

afterAll(() => rmSync(place, { recursive: true, force: true }))

describe.concurrent.each(names)("%s", (name) => {
  test("holds its sources, what was built of them, and no more", () => {
    const { files } = tarballOf(name)
    const dist = files.filter((path) => path.startsWith("dist/") && !isPage(path.slice("dist/".length)))
    const built = dist
      .filter((path) => path.endsWith(".js"))
      .map((path) => path.replace(/^dist\/(.*)\.js$/, "src/$1.ts"))
    expect(files.filter((path) => /^src\/.*\.ts$/.test(path)).sort()).toEqual(built.sort())
    expect(dist.filter((path) => !/\.(?:js|d\.ts)(?:\.map)?$/.test(path))).toEqual([])
    expect(files.filter((path) => /^(?:test|node_modules)\//.test(path))).toEqual([])
  })

  test("pleases publint", { timeout: 60_000 }, async () => {
    const { code, output } = await run("publint", [tarballOf(name).path, "--strict"], { cwd: place })
    expect(output).toContain("All good!")
    expect(code).toBe(0)
  })

  test("has types that resolve (attw)", { timeout: 60_000 }, async () => {
    const args = [tarballOf(name).path, "--profile", "esm-only", "--format", "ascii", "--no-emoji", "--no-color"]
    const { code, output } = await run("attw", args, { cwd: place })
    expect(code, output).toBe(0)
  })

  test("is found under each of its names, by the compiler and by Node", { timeout: 60_000 }, async () => {
    expect(complaintsAbout(fileOf(name), `node_modules/${name}/`)).toEqual([])
    expect(await run("node", [fileOf(name)], { cwd: consumer })).toMatchObject({ output: "found", code: 0 })
  })

  const commands = Object.entries(libraries.find(({ manifest }) => manifest.name === name)?.manifest.bin ?? {})
  test.each(commands)("runs as the command %s", { timeout: 60_000 }, async (_, path) => {
    const ended = await run("node", [join(consumer, "node_modules", name, path), "--help"], { cwd: consumer })
    expect(ended.code, ended.output).toBe(0)
  })
})

describe("together", () => {
  test("a user's backend answers a check-in", { timeout: 60_000 }, async () => {
    expect(complaintsAbout("backend.ts")).toEqual([])
    expect(await run("node", ["backend.ts"], { cwd: consumer })).toMatchObject({
      // Before it comes the log of the rejected call.
      output: expect.stringMatching(/\[\{"_tag":"DdmSync","serverToken":"token"\},401\]$/),
      code: 0,
    })
  })

  test.each(Object.keys(typeTests))("%s holds for the published declarations", (file) => {
    expect(complaintsAbout(file)).toEqual([])
  })

  test("the type check can fail", () => {
    expect(complaintsAbout("wrong.ts")).toEqual([expect.stringMatching(/^wrong\.ts\(1,10\): error TS2305/)])
  })

  test("nothing of the workspace is in reach but what was installed", async () => {
    const ended = await run("node", ["--input-type=module", "-e", `await import("vitest")`], { cwd: consumer })
    expect(ended.output).toContain("ERR_MODULE_NOT_FOUND")
    expect(consumer.startsWith(root)).toBe(false)
  })
})
