/**
 * Two other implementations, run here where they are installed (Debian: `python3`, `libplist-utils`): what we write, they read
 * as the same value; what they write, we read. The corpus holds what they once wrote, for machines without them.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, it } from "@effect/vitest"
import { Plist } from "@espalier/plist"
import { Arbitrary, Effect, Result } from "effect"
import * as BinaryWriter from "./support/BinaryWriter.ts"
import { read, same } from "./support/Expecting.ts"
import { toSeconds, xmlValue } from "./support/Values.ts"

const runs = (program: string, ...args: ReadonlyArray<string>): boolean => spawnSync(program, args).status === 0
const hasPlistlib = runs("python3", "-c", "import plistlib")
const hasPlistutil = runs("plistutil", "--version")

const folder = mkdtempSync(join(tmpdir(), "plist-agreement-"))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (index: number, kind: string): string => join(folder, `${index}.${kind}`)
const readFile = (index: number, kind: string): Plist.Value => read(new Uint8Array(readFileSync(file(index, kind))))

const samples = (count: number): ReadonlyArray<Plist.Value> =>
  Effect.runSync(Arbitrary.sampleEffect(xmlValue, { count, size: 12, seed: "agreement" }))

/** Rewrites what a tool is known not to hold, so that the rest can be compared. */
const adapt = (value: Plist.Value, leaf: (value: Plist.Value) => Plist.Value): Plist.Value => {
  if (Array.isArray(value)) return value.map((item) => adapt(item, leaf))
  if (!Plist.isDictionary(value)) return leaf(value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [String(leaf(key)), adapt(item, leaf)]))
}

/** Neither tool writes a carriage return so that an XML reader gets it back. */
const withoutReturns = (value: Plist.Value): Plist.Value =>
  adapt(value, (leaf) => (typeof leaf === "string" ? leaf.replace(/\r\n?/g, "\n") : leaf))

/** Dates before that year become another. */
const since =
  (year: string) =>
  (leaf: Plist.Value): Plist.Value =>
    leaf instanceof Date && leaf < new Date(`${year}-01-01T00:00:00Z`) ? new Date(0) : leaf

describe.skipIf(!hasPlistlib)("Python's plistlib", () => {
  const convert = `
import pathlib, plistlib, sys
folder = pathlib.Path(sys.argv[1])
for path in folder.glob("*.ours.xml"):
    value = plistlib.loads(path.read_bytes())
    name = path.name.split(".")[0]
    (folder / f"{name}.theirs.bin").write_bytes(plistlib.dumps(value, fmt=plistlib.FMT_BINARY))
for path in folder.glob("*.ours.bin"):
    value = plistlib.loads(path.read_bytes())
    name = path.name.split(".")[0]
    (folder / f"{name}.theirs.xml").write_bytes(plistlib.dumps(value))
`
  // Python's years begin with 1.
  const values = samples(200).map((value) => adapt(value, since("0001")))

  it("reads what we write, and we read what it writes", () => {
    values.forEach((value, index) => {
      writeFileSync(file(index, "ours.xml"), Result.getOrThrow(Plist.toXml(value)))
      writeFileSync(file(index, "ours.bin"), BinaryWriter.write(value))
    })
    execFileSync("python3", ["-c", convert, folder])
    values.forEach((value, index) => {
      same(readFile(index, "theirs.bin"), toSeconds(value))
      same(readFile(index, "theirs.xml"), withoutReturns(toSeconds(value)))
    })
  })
})

describe.skipIf(!hasPlistutil)("libplist's plistutil", () => {
  // It writes years below 1000 with fewer than four digits, and -0 in XML as 0.0.
  const values = samples(60)
    .map((value) => adapt(value, since("1000")))
    .map((value) =>
      adapt(value, (leaf) => (leaf instanceof Plist.Real && Object.is(leaf.value, -0) ? new Plist.Real(0) : leaf)),
    )

  it("reads what we write, and we read what it writes", () => {
    values.forEach((value, index) => {
      writeFileSync(file(index, "ours.xml"), Result.getOrThrow(Plist.toXml(value)))
      execFileSync("plistutil", ["-i", file(index, "ours.xml"), "-o", file(index, "util.bin"), "-f", "bin"])
      execFileSync("plistutil", ["-i", file(index, "util.bin"), "-o", file(index, "util.xml"), "-f", "xml"])
      same(readFile(index, "util.bin"), toSeconds(value))
      same(readFile(index, "util.xml"), withoutReturns(toSeconds(value)))
    })
  })
})
