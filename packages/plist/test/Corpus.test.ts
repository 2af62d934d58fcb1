/**
 * What plistlib and plistutil wrote (`corpus/make.py`), in XML and binary, is read as the value that make.py says it is.
 */
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import { Plist, PlistJson } from "@espalier/plist"
import { Result } from "effect"
import { read, same } from "./support/Expecting.ts"

const folder = new URL("corpus/", import.meta.url)
const names = readdirSync(folder).filter((name) => /\.(xml|bin)$/.test(name))
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)))
const expectedOf = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(name.replace(/\..*$/, ".json"), folder), "utf8"))

describe("the corpus", () => {
  it("is complete", () => {
    expect(names).toHaveLength(35)
  })

  it.each(names)("%s has the expected JSON form", (name) => {
    same(Result.getOrThrow(PlistJson.fromValue(read(bytesOf(name)))), expectedOf(name))
  })

  it.each(names.filter((name) => name.endsWith(".bin")))("%s is the value of its JSON form", (name) => {
    same(Result.getOrThrow(PlistJson.toValue(expectedOf(name))), read(bytesOf(name)))
  })

  // plistutil writes 0.1 with all the digits of the double.
  it.each(names.filter((name) => name.endsWith(".plistutil.xml") && !name.startsWith("numbers")))(
    "%s is written byte for byte as plistutil wrote it",
    (name) => {
      const bytes = bytesOf(name)
      expect(Result.getOrThrow(Plist.toXml(read(bytes)))).toBe(new TextDecoder().decode(bytes))
    },
  )
})
