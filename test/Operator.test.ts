/**
 * The operator's guide is true: the flags in the guide are the command's, the lines they copy would be taken, the files under
 * `deploy/` keep to their rules.
 */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Schema } from "effect"
import { beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { Commands, commandLinesIn, complaintsAbout } from "./rules/CommandLines.ts"
import * as Dockerfile from "./rules/Dockerfile.ts"
import { run } from "./rules/Run.ts"
import { packages, root, shown } from "./rules/Workspace.ts"

/** Around the reference in the guide, as the script that makes it has them. */
const markers = ["<!-- flags: made by packages/cli/scripts/flags.ts -->", "<!-- /flags -->"] as const

const read = (path: string) => readFileSync(join(root, path), "utf8")

const documents = [
  ...["README.md", ...globSync("docs/**/*.md", { cwd: root }).sort()].map((path) => join(root, path)),
  ...packages.map(({ folder }) => join(folder, "README.md")),
].filter(existsSync)

const deployed = globSync("deploy/*", { cwd: root }).map((path) => join(root, path))

const script = (...args: ReadonlyArray<string>) =>
  run("node", ["--conditions=@espalier/source", "packages/cli/scripts/flags.ts", ...args], { cwd: root })

let commands: Commands = {}
beforeAll(async () => {
  const { code, stdout, output } = await script("--json")
  if (code !== 0) throw new Error(output)
  commands = Schema.decodeUnknownSync(Schema.fromJsonString(Commands))(stdout)
})

describe("the guide", () => {
  test("has the flags that the command has: packages/cli/scripts/flags.ts --write", async () => {
    const guide = read("docs/operator.md")
    const [from, to] = [guide.indexOf(markers[0]), guide.indexOf(markers[1])]
    expect(from).toBeGreaterThan(0)
    expect(guide.slice(from + markers[0].length, to).trim()).toBe((await script()).stdout.trim())
  })

  test("points at places that are there", () => {
    const guide = read("docs/operator.md")
    const anchors = [...guide.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .trim()
        .replaceAll(" ", "-"),
    )
    const links = [...guide.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target)
    expect(links.length).toBeGreaterThan(5)
    const dead = links.filter((target) =>
      target.startsWith("#")
        ? !anchors.includes(target.slice(1))
        : !target.startsWith("https:") && !existsSync(join(root, "docs", target.split("#", 1)[0] ?? "")),
    )
    expect(dead).toEqual([])
  })
})

describe("command lines", () => {
  test("of all documents would be taken", () => {
    const lines = documents.flatMap((file) => commandLinesIn(file, readFileSync(file, "utf8")))
    expect(lines.length).toBeGreaterThan(15)
    const complaints = lines.flatMap((line) =>
      complaintsAbout(line, commands).map((complaint) => `${shown(line.file)}:${line.line}: ${complaint}`),
    )
    expect(complaints).toEqual([])
  })

  test("flags and variables that are named alone exist", () => {
    const known = Object.values(commands)
    const flags = new Set(known.flatMap(({ flags, globalFlags }) => [...flags, ...globalFlags]))
    // The sample product, the flag that the library defines, and the tests.
    const others = [
      "ESPALIER_BACKEND_PORT",
      "ESPALIER_SERVER_PORT",
      "ESPALIER_LOG_LEVEL",
      "ESPALIER_SAMPLE_KEY",
      "ESPALIER_SEED",
    ]
    const variables = new Set([...known.flatMap(({ variables }) => variables), ...others])
    const strays = [...documents, ...deployed].flatMap((file) => {
      const text = readFileSync(file, "utf8")
      const ours = file.endsWith("operator.md") ? [...text.matchAll(/`--([\w-]+)[^`]*`/g)] : []
      return [
        ...ours.flatMap(([, flag = ""]) => (flags.has(flag) ? [] : [`--${flag}`])),
        ...[...text.matchAll(/\bESPALIER_[A-Z_]+\b/g)].flatMap(([name]) => (variables.has(name) ? [] : [name])),
      ].map((name) => `${shown(file)}: ${name}`)
    })
    expect(strays).toEqual([])
  })

  test.each([
    ["an unknown flag", "```bash\nespalier serve \\\n  --webhook-ulr x\n```", ["espalier serve has no --webhook-ulr"]],
    ["an unknown subcommand", "```bash\nA=b npx espalier sevre\n```", ["espalier has no sevre"]],
    [
      "another command's flag",
      "`espalier enrollment-token list --devices 3`",
      ["espalier enrollment-token list has no --devices"],
    ],
    [
      "a later command of the line",
      "```bash\ncd x && sudo espalier push --tokn y # --no\n```",
      ["espalier push has no --tokn"],
    ],
    ["npm's way", "```bash\nnpm run espalier -- doctor --jsn\n```", ["espalier doctor has no --jsn"]],
    ["a word in quotes", '```bash\nespalier enrollment-token create --note "a --b"\n```', []],
    ["another program", "```bash\nsystemctl enable --now espalier\n```", []],
    ["another language", "```text\nespalier --nothing\n```", []],
  ])("with %s", (_, markdown, complaints) => {
    expect(commandLinesIn("x.md", markdown).flatMap((line) => complaintsAbout(line, commands))).toEqual(complaints)
  })
})

describe("the Dockerfile", () => {
  const good = read("deploy/Dockerfile")

  test("keeps to the rules", () => {
    expect(Dockerfile.complaintsAbout(good)).toEqual([])
  })

  test.each([
    ["a base image without a tag", "ARG NODE=node:24-bookworm-slim", "ARG NODE=node", "no tag of its own"],
    ["the tag latest", "node:24-bookworm-slim\n", "node:latest\n", "no tag of its own"],
    ["a registry's host", "ARG NODE=", "ARG NODE=registry.example.com/", "names a registry's host"],
    ["root", "USER 1000:1000", "USER 0", "a number other than root's"],
    ["no user", "USER 1000:1000\n", "", "a number other than root's"],
    [
      "a shell in front",
      'ENTRYPOINT ["node", "/espalier/packages/cli/dist/main.js"]',
      "ENTRYPOINT node x",
      "exec form",
    ],
    ["no health check", /^HEALTHCHECK.*\n/m, "", "HEALTHCHECK"],
    ["a fetched file", "COPY deploy/health.mjs ./", "ADD deploy/health.mjs ./", "ADD"],
    ["sources first", "WORKDIR /build\n", "WORKDIR /build\nCOPY . .\n", "before npm ci"],
    ["no lock file", "npm ci --omit=dev", "npm install --omit=dev", "npm install"],
    ["scripts of packages", "npm ci --omit=dev --ignore-scripts", "npm ci --omit=dev", "scripts of packages"],
    ["a secret", "ENV NODE_ENV=production", "ENV ESPALIER_WEBHOOK_SECRET=x NODE_ENV=production", "secret"],
    ["no volume", /^VOLUME.*\n/m, "", "VOLUME"],
    ["everything in the image", "COPY --from=build /built/ ./", "COPY . .", "all sources"],
  ])("reports %s", (_, from, to, complaint) => {
    const spoilt = good.replace(from, to)
    expect(spoilt).not.toBe(good)
    const complaints = Dockerfile.complaintsAbout(spoilt)
    expect(complaints).not.toEqual([])
    // The base image is that of every stage.
    expect(complaints).toEqual(complaints.map(() => expect.stringContaining(complaint)))
  })

  test("copies nothing that the context leaves out", () => {
    const kept = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1))
    const wanted = Dockerfile.instructionsOf(good).flatMap(({ name, text }) => {
      const words = text.split(/\s+/)
      if (name === "COPY") return words.some((word) => word.startsWith("--from")) ? [] : words.slice(0, -1)
      // What the first stage takes out of its copy of the repository, and what the build reads.
      return name === "RUN"
        ? words.filter((word) => /^(package(-lock)?\.json|\.npmrc|packages|examples|bench)$/.test(word))
        : []
    })
    expect(wanted.filter((path) => path !== ".")).not.toEqual([])
    expect(wanted.filter((path) => path !== "." && !kept.includes(path))).toEqual([])
    for (const path of kept) expect(existsSync(join(root, path)), path).toBe(true)
  })
})

describe("the image's health check", () => {
  const health = (port: number, env: Record<string, string> = {}) => {
    const set = Object.entries({ ESPALIER_PORT: String(port), ...env }).map(([name, value]) => `${name}=${value}`)
    return run("env", [...set, "node", "deploy/health.mjs"], { cwd: root })
  }

  test("is 0 while the server answers, and 1 otherwise", async () => {
    let status = 200
    const asked: Array<string | undefined> = []
    const server = createServer(({ url }, response) => {
      asked.push(url)
      response.writeHead(status).end()
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    expect((await health(port, { ESPALIER_HOST: "0.0.0.0" })).code).toBe(0)
    expect((await health(port, { ESPALIER_TLS_CERTIFICATE: "tls.pem" })).code).toBe(1)
    status = 503
    expect((await health(port)).code).toBe(1)
    expect((await health(1)).code).toBe(1)
    expect(asked).toEqual(["/health", "/health"])
  })
})

describe("the systemd unit", () => {
  const unit = read("deploy/espalier.service")
  const settings = new Map(
    unit.split("\n").flatMap((line) => {
      const [, name, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value] as const]
    }),
  )

  test.each([
    ["DynamicUser", "yes"],
    ["StateDirectory", "espalier"],
    ["StateDirectoryMode", "0700"],
    ["ProtectSystem", "strict"],
    ["NoNewPrivileges", "yes"],
    ["CapabilityBoundingSet", ""],
    ["EnvironmentFile", "/etc/espalier/espalier.env"],
    ["Restart", "on-failure"],
    ["KillSignal", "SIGTERM"],
  ])("has %s=%s", (name, value) => {
    expect(settings.get(name)).toBe(value)
  })

  test("waits longer than the server takes to end", () => {
    expect(Number(settings.get("TimeoutStopSec"))).toBeGreaterThan(20)
  })

  const analyze = ["/usr/bin/systemd-analyze", "/bin/systemd-analyze"].find(existsSync)
  test.skipIf(analyze === undefined)(
    "is what systemd reads, and is hardened (skipped without systemd-analyze)",
    async () => {
      const place = mkdtempSync(join(tmpdir(), "espalier-unit-"))
      onTestFinished(() => rmSync(place, { recursive: true, force: true }))
      const file = join(place, "espalier.service")
      // Neither program nor variables are there on a machine that only tests.
      writeFileSync(
        file,
        unit
          .replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`)
          .replace(/^EnvironmentFile=/m, "EnvironmentFile=-"),
      )
      const verified = await run(analyze ?? "", ["verify", "--man=no", file], { cwd: place })
      expect(verified).toMatchObject({ code: 0, output: "" })
      const security = await run(analyze ?? "", ["security", "--offline=true", "--threshold=20", file], { cwd: place })
      expect(security.code, security.output).toBe(0)
    },
  )
})

describe("variables of the example", () => {
  test("are read by the server, once uncommented", () => {
    const names = [...read("deploy/espalier.env.example").matchAll(/^#?(ESPALIER_[A-Z_]+)=/gm)].map(
      ([, name = ""]) => name,
    )
    expect(names.length).toBeGreaterThan(10)
    expect(names).toEqual([...new Set(names)])
    const known = [
      ...(commands["espalier serve"]?.variables ?? []),
      ...(commands["espalier notifications serve"]?.variables ?? []),
      "ESPALIER_LOG_LEVEL",
      "ESPALIER_SAMPLE_KEY",
      "ESPALIER_SEED",
    ]
    expect(names.filter((name) => !known.includes(name))).toEqual([])
  })
})
