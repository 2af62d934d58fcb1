/**
 * Keys in a file: created once, readable by the owner only, never overwritten.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted, Result } from "effect"
import { Sealing, SealingKeyFile } from "../src/index.ts"

const directory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "espalier-keys-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true })),
)

describe("a key file", () => {
  it.effect("is created once, with mode 0600, also by several processes at a time", () =>
    Effect.gen(function* () {
      const path = join(yield* directory, "data", "secrets.key")
      const all = yield* Effect.all(
        Array.from({ length: 8 }, () => SealingKeyFile.readOrCreate(path)),
        { concurrency: "unbounded" },
      )
      expect(new Set(all.map(([{ id }]) => id)).size).toBe(1)
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700)
      expect(readdirSync(join(path, ".."))).toEqual(["secrets.key"])
      expect(readFileSync(path, "utf8")).toMatch(/^[\w+/]{43}=\n$/)
    }),
  )

  it.effect("has one key a line, the first one seals", () =>
    Effect.gen(function* () {
      const path = join(yield* directory, "secrets.key")
      const [one, two] = [Buffer.alloc(32, 1).toString("base64"), Buffer.alloc(32, 2).toString("base64url")]
      writeFileSync(path, `# November\n${one}\r\n\n  ${two}\n`)
      const keys = yield* SealingKeyFile.read(path)
      expect(keys.map(({ bytes }) => Redacted.value(bytes)[0])).toEqual([1, 2])
      const sealing = Sealing.make(keys)
      const old = Sealing.make([keys[1] ?? keys[0]]).seal("text", "place")
      expect(sealing.isCurrent(old)).toBe(false)
      expect(Result.map(sealing.open(old, "place"), Redacted.value)).toEqual(Result.succeed("text"))
      expect(sealing.isCurrent(sealing.seal("text", "place"))).toBe(true)
    }),
  )

  it.effect("reports a missing, empty, malformed or unreadable file without its text, and leaves it unchanged", () =>
    Effect.gen(function* () {
      const folder = yield* directory
      const path = join(folder, "secrets.key")
      const failure = (of: string) => Effect.map(Effect.flip(SealingKeyFile.readOrCreate(of)), ({ message }) => message)
      expect((yield* Effect.flip(SealingKeyFile.read(path))).message).toBe(`${path}: it does not exist`)
      writeFileSync(path, "# nothing\n")
      expect(yield* failure(path)).toBe(`${path}: it contains no key`)
      writeFileSync(path, "not-a-key-but-secret")
      expect(yield* failure(path)).toMatch(/: A sealing key is 32 random bytes in base64/)
      expect(yield* failure(path)).not.toContain("not-a-key")
      expect(readFileSync(path, "utf8")).toBe("not-a-key-but-secret")
      mkdirSync(join(folder, "directory"))
      expect(yield* failure(join(folder, "directory"))).toMatch(/: it cannot be read \(EISDIR\)/)
      chmodSync(path, 0o600)
      expect(yield* failure(join(path, "below"))).toMatch(/: it cannot be (?:read|created) \(ENOTDIR\)/)
    }),
  )
})
