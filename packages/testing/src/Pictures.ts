/**
 * The pictures in the README, and what they were made of: when the page's sources have changed since, they show something that is no more.
 */
import { createHash } from "node:crypto"
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "../../..")

export const folder = join(root, "docs", "pictures")
const note = join(folder, "made-of.txt")

/** A digest of all that the page is built of. */
const digest = (): string => {
  const hash = createHash("sha256")
  for (const path of globSync("packages/dashboard/app/**/*.{ts,tsx,css,html,svg}", { cwd: root }).sort()) {
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(root, path)))
      .update("\0")
  }
  return `${hash.digest("hex")}\n`
}

/** Whether the page is what it was when the pictures were made. */
export const areCurrent = (): boolean => existsSync(note) && readFileSync(note, "utf8") === digest()

/** Notes what the pictures were made of. */
export const noteMade = (): void => writeFileSync(note, digest())
