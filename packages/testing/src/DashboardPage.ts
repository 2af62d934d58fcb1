/**
 * Builds the page if its sources have changed. Test files that start at the same time wait for the first.
 */
import { execFile } from "node:child_process"
import { mkdir, readdir, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { Effect, Schedule } from "effect"

const root = fileURLToPath(new URL("../../dashboard", import.meta.url))
const sources = [
  "app",
  "src",
  "vite.config.ts",
  "../api-keys/src",
  "../devices/src",
  "../notifications/src",
  "../schema/src",
].map((path) => join(root, path))
const vite = fileURLToPath(new URL("bin/vite.js", import.meta.resolve("vite/package.json")))
const page = join(root, "dist/app/index.html")
const lock = join(root, "dist/app.building")

/** When the path, or the newest file in it, was changed; 0 if it does not exist. */
const changed = async (path: string): Promise<number> => {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return 0
  if (!found.isDirectory()) return found.mtimeMs
  const entries = await readdir(path)
  return Math.max(0, ...(await Promise.all(entries.map((entry) => changed(join(path, entry))))))
}

const isFresh = async () => (await changed(page)) > Math.max(...(await Promise.all(sources.map(changed))))

const attempt = Effect.tryPromise(async () => {
  if (await isFresh()) return
  await mkdir(join(root, "dist"), { recursive: true })
  // A killed build leaves its lock behind.
  if (Date.now() - (await changed(lock)) > 60_000) await rm(lock, { recursive: true, force: true })
  // The process that creates the lock builds; for the others this fails, and they check again.
  await mkdir(lock)
  try {
    // A process of its own: under Vitest, React would be its development version.
    const env = { ...process.env, NODE_ENV: "production" }
    await promisify(execFile)(process.execPath, [vite, "build", "--logLevel", "error"], { cwd: root, env })
  } finally {
    await rm(lock, { recursive: true })
  }
})

export const built = attempt.pipe(Effect.retry({ schedule: Schedule.spaced("250 millis"), times: 240 }), Effect.orDie)
