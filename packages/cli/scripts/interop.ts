/**
 * `npm run interop`: the SCEP side of a real `espalier serve` against clients that others wrote, where they are installed. Prints a table; exit code
 * 1 if a check failed.
 */
import {
  type ClientResult,
  makeWorkspace,
  type Request,
  type ScepClient,
  type Workspace,
} from "./interop/ScepClient.ts"
import * as Server from "./interop/Server.ts"
import { sscep } from "./interop/Sscep.ts"
import { strongswan } from "./interop/Strongswan.ts"

interface Situation {
  readonly client: ScepClient
  readonly workspace: Workspace
  readonly server: Server.Server
}

type Outcome = { readonly _tag: "passed" | "failed" | "skipped"; readonly why?: string }

interface Check {
  readonly name: string
  readonly run: (situation: Situation) => Promise<Outcome>
}

const passed: Outcome = { _tag: "passed" }
const succeeds = (result: ClientResult): Outcome => (result.ok ? passed : { _tag: "failed", why: result.why })
const fails = (result: ClientResult): Outcome =>
  result.ok ? { _tag: "failed", why: "a certificate was issued" } : passed

/** One enrollment with a new invitation; `change` makes it the check's. */
const enroll = async (
  { client, workspace, server }: Situation,
  change: Partial<Request> = {},
): Promise<ClientResult> => {
  const { url, challenge } = await server.invitation()
  const request = {
    url,
    key: "key1.pem",
    challenge,
    cipher: "aes",
    digest: "sha256",
    out: "own.pem",
    ...change,
  } as const
  return client.enroll(workspace, request)
}

const withCipher =
  (cipher: Request["cipher"], digest: Request["digest"], expected: (result: ClientResult) => Outcome) =>
  async (situation: Situation): Promise<Outcome> =>
    situation.client.lacks.includes(cipher)
      ? { _tag: "skipped", why: `the client has no ${cipher}` }
      : expected(await enroll(situation, { cipher, digest }))

const checks: ReadonlyArray<Check> = [
  {
    name: "GetCACert",
    run: async ({ client, workspace, server }) =>
      succeeds(await client.authority(workspace, (await server.invitation()).url)),
  },
  { name: "enrollment, AES and SHA-256", run: withCipher("aes", "sha256", succeeds) },
  { name: "enrollment, AES and SHA-512", run: withCipher("aes", "sha512", succeeds) },
  { name: "enrollment, 3DES and SHA-1", run: withCipher("des3", "sha1", succeeds) },
  { name: "single DES is refused (RFC 8894 § 2.9)", run: withCipher("des", "sha256", fails) },
  { name: "a wrong challenge is refused", run: async (it) => fails(await enroll(it, { challenge: "wrong" })) },
  {
    name: "a missing challenge is refused",
    run: async ({ client, workspace, server }) => {
      const { url } = await server.invitation()
      return fails(
        await client.enroll(workspace, { url, key: "key1.pem", cipher: "aes", digest: "sha256", out: "no.pem" }),
      )
    },
  },
  {
    name: "the same request again gets a certificate (a lost response)",
    run: async (situation) => {
      const { challenge } = await situation.server.invitation()
      const first = await enroll(situation, { challenge })
      return first.ok ? succeeds(await enroll(situation, { challenge })) : succeeds(first)
    },
  },
  {
    name: "a challenge is refused for another key",
    run: async (situation) => {
      const { challenge } = await situation.server.invitation()
      const first = await enroll(situation, { challenge })
      return first.ok ? fails(await enroll(situation, { challenge, key: "key2.pem" })) : succeeds(first)
    },
  },
  {
    name: "renewal with the current certificate",
    run: async ({ client, workspace, server }) => {
      const first = await enroll({ client, workspace, server })
      if (!first.ok) return succeeds(first)
      const { url } = await server.invitation()
      const renews = { certificate: "own.pem", key: "key1.pem" }
      return succeeds(
        await client.enroll(workspace, {
          url,
          key: "key2.pem",
          renews,
          cipher: "aes",
          digest: "sha256",
          out: "next.pem",
        }),
      )
    },
  },
]

const columnsOf = async (server: Server.Server, client: ScepClient): Promise<ReadonlyArray<Outcome>> => {
  const missing = client.missing()
  if (missing !== undefined) return checks.map(() => ({ _tag: "skipped", why: missing }))
  const workspace = makeWorkspace()
  try {
    for (const name of ["key1.pem", "key2.pem"]) {
      await workspace.run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", name)
    }
    const outcomes: Array<Outcome> = []
    for (const check of checks) outcomes.push(await check.run({ client, workspace, server }))
    return outcomes
  } finally {
    workspace.remove()
  }
}

const print = (line: string) => process.stdout.write(`${line}\n`)

const clients = [strongswan, sscep]
const server = await Server.start()
try {
  const columns: Array<ReadonlyArray<Outcome>> = []
  for (const client of clients) columns.push(await columnsOf(server, client))
  const width = Math.max(...checks.map(({ name }) => name.length))
  print(["".padEnd(width), ...clients.map(({ name }) => name.padEnd(14))].join("  "))
  for (const [index, { name }] of checks.entries()) {
    print([name.padEnd(width), ...columns.map((column) => (column[index]?._tag ?? "").padEnd(14))].join("  "))
  }
  const reasons = clients.flatMap(({ name }, column) =>
    checks.flatMap((check, row) => {
      const { _tag, why } = columns[column]?.[row] ?? passed
      return why === undefined
        ? []
        : [
            `${_tag}: ${name}, ${_tag === "skipped" && columns[column]?.every((one) => one.why === why) ? "all checks" : check.name}: ${why}`,
          ]
    }),
  )
  for (const reason of new Set(reasons)) print(reason)
  if (columns.flat().some(({ _tag }) => _tag === "failed")) process.exitCode = 1
} finally {
  server.stop()
}
