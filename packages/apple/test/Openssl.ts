/** Runs `openssl` on files of a folder of its own. */
import { execFileSync, spawnSync } from "node:child_process"
import type { KeyObject } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Certificate } from "../src/index.ts"

/** Whether there is an `openssl` to check against. */
export const present = spawnSync("openssl", ["version"]).status === 0

/** A folder and what to do in it. */
export const workshop = () => {
  const folder = mkdtempSync(join(tmpdir(), "apple-"))
  return {
    folder,
    write: (name: string, content: Uint8Array | string) => writeFileSync(join(folder, name), content),
    read: (name: string) => new Uint8Array(readFileSync(join(folder, name))),
    openssl: (...args: ReadonlyArray<string>) =>
      execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] }).toString(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** PEM of a private key. */
export const keyPem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString()

/** PEM of certificates. */
export const certificatesPem = (...certificates: ReadonlyArray<Certificate.Certificate>): string =>
  certificates.map(Certificate.toPem).join("")
