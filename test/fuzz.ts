/**
 * Runs all property tests again and again, each time from another random seed, until one fails or the time is over.
 *
 * `npm run fuzz` runs for 10 minutes, `npm run fuzz -- 60` for an hour. It exits with 1 at the first failure; the output has the seed.
 */
import { spawnSync } from "node:child_process"
import { randomInt } from "node:crypto"
import { globSync, readFileSync } from "node:fs"

const minutes = Number(process.argv[2] ?? 10)
const files = globSync("packages/*/test/**/*.test.ts").filter((path) =>
  readFileSync(path, "utf8").includes("@espalier/testing/Property"),
)

const until = Date.now() + minutes * 60_000
let rounds = 0
while (Date.now() < until) {
  const seed = String(randomInt(2 ** 31))
  const args = ["run", "--config", "vitest.workspace.ts", "--reporter=dot", ...files]
  const { status } = spawnSync("vitest", args, { stdio: "inherit", env: { ...process.env, ESPALIER_SEED: seed } })
  if (status !== 0) {
    process.stdout.write(`Failed with ESPALIER_SEED=${seed}\n`)
    process.exit(1)
  }
  rounds++
}
process.stdout.write(`${files.length} files passed ${rounds} times\n`)
