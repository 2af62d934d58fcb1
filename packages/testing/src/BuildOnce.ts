/**
 * Builds something from sources once, when they have changed. Test files that start together wait for the first to build.
 */
import { mkdir, readdir, rm, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect, Schedule } from "effect"

/** When a file, or the newest file of a folder, was changed; 0 when it does not exist. */
const changed = async (path: string): Promise<number> => {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return 0
  if (!found.isDirectory()) return found.mtimeMs
  const entries = await readdir(path)
  return Math.max(0, ...(await Promise.all(entries.map((entry) => changed(`${path}/${entry}`)))))
}

/** Runs `build` unless `output` is newer than all `sources`. */
export const buildOnce = (options: {
  readonly output: string
  readonly sources: ReadonlyArray<string>
  readonly build: () => Promise<void>
}): Effect.Effect<void> => {
  const { output, sources, build } = options
  const lock = `${output}.building`
  const isFresh = async () => (await changed(output)) > Math.max(...(await Promise.all(sources.map(changed))))
  const attempt = Effect.tryPromise(async () => {
    if (await isFresh()) return
    await mkdir(dirname(output), { recursive: true })
    // Left behind by a build that was killed.
    if (Date.now() - (await changed(lock)) > 60_000) await rm(lock, { recursive: true, force: true })
    // The process that creates it builds; in the others this fails, and they check again.
    await mkdir(lock)
    try {
      await build()
    } finally {
      await rm(lock, { recursive: true })
    }
  })
  return attempt.pipe(Effect.retry({ schedule: Schedule.spaced("250 millis"), times: 240 }), Effect.orDie)
}
