/**
 * The authority in the data directory: made once, whole or not at all, read by its owner only, and never written again whatever
 * is found there.
 */
import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Certificate } from "@espalier/apple"
import { identityOf, rsaKey } from "@espalier/testing/Pki"
import { Effect, Layer, Result } from "effect"
import { Authority } from "../../src/index.ts"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import * as Folder from "../support/Folder.ts"
import { launch } from "../support/Launch.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

/** As a new process reads or makes it. */
const load = (directory: string) => Effect.provide(Authority, Layer.fresh(Authority.layer(directory)))
const fileIn = (directory: string) => join(directory, "scep-ca.json")

const known = readFileSync(fileIn(Whitelabel.defaults.dataDirectory), "utf8")
const parts = (text: string): Record<string, unknown> => JSON.parse(text)

describe("on the first start", () => {
  it.live("an authority is made, in a directory that is made for it, for the owner only", () =>
    Effect.gen(function* () {
      const directory = join(yield* Folder.temporary, "not", "there")
      const { certificate, privateKey } = yield* load(directory)
      expect(certificate.x509.checkPrivateKey(privateKey)).toBe(true)
      expect(Result.isSuccess(Certificate.verifyChain(certificate, [], [certificate], new Date()))).toBe(true)
      expect(privateKey.asymmetricKeyDetails?.modulusLength).toBe(3072)
      expect(readdirSync(directory)).toEqual(["scep-ca.json"])
      expect(statSync(fileIn(directory)).mode & 0o777).toBe(0o600)
      expect(statSync(directory).mode & 0o777).toBe(0o700)
      const before = readFileSync(fileIn(directory), "utf8")
      const { createdAt, ...rest } = parts(before)
      expect(Math.abs(Date.parse(String(createdAt)) - Date.now())).toBeLessThan(60_000)
      expect(Object.keys(rest).sort()).toEqual(["certificate", "privateKey", "version"])

      expect(Certificate.equals((yield* load(directory)).certificate, certificate)).toBe(true)
      expect(readFileSync(fileIn(directory), "utf8")).toBe(before)
    }),
  )

  it.live("of four that start at once, all have the same one", () =>
    Effect.gen(function* () {
      const directory = yield* Folder.temporary
      const starts = Array.from({ length: 4 }, () => load(directory))
      const all = yield* Effect.all(starts, { concurrency: "unbounded" })
      expect(new Set(all.map(({ certificate }) => Certificate.fingerprint(certificate))).size).toBe(1)
      expect(new Set(all.map(({ privateKey }) => privateKey.export({ type: "pkcs8", format: "pem" }))).size).toBe(1)
      expect(readdirSync(directory)).toEqual(["scep-ca.json"])
    }),
  )
})

describe("a file that is not what a server wrote stops the start, and stays", () => {
  const other = rsaKey()
  const foreignKey = other.export({ type: "pkcs8", format: "pem" }).toString()
  const changed = (more: object) => JSON.stringify({ ...parts(known), ...more })
  const device = Certificate.toPem(Devices.identity().certificate)
  const leaf = Certificate.toPem(identityOf(Devices.authority, other, { at: Devices.now }).certificate)
  it.live.each<readonly [string, string]>([
    ["empty", ""],
    ["no JSON", "hello"],
    ["cut off", known.slice(0, -2)],
    ["half", known.slice(0, known.length / 2)],
    ["of zeros", "\0".repeat(4096)],
    ["of another version", changed({ version: 2 })],
    ["without its key", changed({ privateKey: undefined })],
    ["with another key", changed({ privateKey: foreignKey })],
    ["with no key", changed({ privateKey: "-----BEGIN PRIVATE KEY-----" })],
    ["with another certificate", changed({ certificate: device })],
    ["of a certificate that is no authority", changed({ certificate: leaf, privateKey: foreignKey })],
  ])("%s", ([, text]) =>
    Effect.gen(function* () {
      const directory = yield* Folder.temporary
      writeFileSync(fileIn(directory), text)
      const backend = yield* Backend.start({})
      const error = yield* Effect.flip(launch(backend, { dataDirectory: directory }))
      expect(error).toMatchObject({ _tag: "AuthorityError" })
      expect(error.message).toBe(
        `${fileIn(directory)}: it was not written by a server, or is damaged: restore it from a backup`,
      )
      expect(readFileSync(fileIn(directory), "utf8")).toBe(text)
      expect(readdirSync(directory)).toEqual(["scep-ca.json"])
    }),
  )

  it.live("a folder in its place", () =>
    Effect.gen(function* () {
      const directory = yield* Folder.temporary
      mkdirSync(fileIn(directory))
      expect((yield* Effect.flip(load(directory))).message).toMatch(/scep-ca\.json: it cannot be read \(EISDIR\)/)
      expect(statSync(fileIn(directory)).isDirectory()).toBe(true)
    }),
  )
})

describe("a directory that cannot be used is named, with what to do", () => {
  it.live("a file", () =>
    Effect.gen(function* () {
      const directory = join(yield* Folder.temporary, "file")
      writeFileSync(directory, "")
      expect((yield* Effect.flip(load(directory))).message).toMatch(/file\/scep-ca\.json: .* \(ENOTDIR\): \w+ \w+/)
      expect(readFileSync(directory, "utf8")).toBe("")
    }),
  )

  /** Root may do everything, so for root it is somebody else who tries. */
  const refusal = (directory: string) => {
    if (process.getuid?.() !== 0) return Effect.flip(load(directory))
    const nobody = Number(execFileSync("id", ["-u", "nobody"], { encoding: "utf8" }))
    return Effect.acquireUseRelease(
      Effect.sync(() => process.seteuid?.(nobody)),
      () => Effect.flip(load(directory)),
      () => Effect.sync(() => process.seteuid?.(0)),
    )
  }

  it.live("one that may not be written to", () =>
    Effect.gen(function* () {
      const directory = join(yield* Folder.temporary, "data")
      mkdirSync(directory)
      chmodSync(dirname(directory), 0o755)
      chmodSync(directory, 0o555)
      expect((yield* refusal(directory)).message).toMatch(
        /scep-ca\.json: it cannot be written \(EACCES\): give the server a data directory that it can write to/,
      )
      expect(readdirSync(directory)).toEqual([])
    }),
  )

  it.live("a file that may not be read", () =>
    Effect.gen(function* () {
      const directory = join(yield* Folder.temporary, "data")
      mkdirSync(directory)
      chmodSync(dirname(directory), 0o755)
      writeFileSync(fileIn(directory), known, { mode: 0o000 })
      expect((yield* refusal(directory)).message).toMatch(/scep-ca\.json: it cannot be read \(EACCES\): check/)
      chmodSync(fileIn(directory), 0o600)
      expect(readFileSync(fileIn(directory), "utf8")).toBe(known)
    }),
  )
})

describe("a disk that is full", () => {
  /** A disk of one page; only root may have one, and not everywhere. */
  const mounted = Effect.acquireRelease(
    Effect.map(Folder.temporary, (path) => {
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", path], { stdio: "ignore" })
        return path
      } catch {
        return undefined
      }
    }),
    (path) =>
      Effect.sync(() => {
        if (path !== undefined) execFileSync("umount", [path], { stdio: "ignore" })
      }),
  )
  const canMount = Effect.runSync(Effect.scoped(mounted)) !== undefined

  it.live.skipIf(!canMount)("leaves no half of an authority", () =>
    Effect.gen(function* () {
      const directory = (yield* mounted) ?? ""
      writeFileSync(join(directory, "ballast"), Buffer.alloc(4096))
      expect((yield* Effect.flip(load(directory))).message).toMatch(/it cannot be written \(ENOSPC\)/)
      expect(existsSync(fileIn(directory))).toBe(false)
      expect(readdirSync(directory)).toEqual(["ballast"])
    }),
  )
})
