/**
 * The rules of this repository that a program can check: words, imports, doc comments, names.
 */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { oldNames, oldPhrases } from "./rules/Glossary.ts"
import { docComments, fileName, importStyle, metricNames, seeds, serviceKeys, tableNames } from "./rules/Style.ts"
import { libraries, packages, root, shown, sourcesOf } from "./rules/Workspace.ts"

/** Areas whose words are not done yet. Remove an entry when its area is. */
const pending: ReadonlyArray<string> = [
  "packages/cli/test/",
  "packages/dashboard/",
  "packages/notifications/",
  "packages/server/",
]

/** These list the old words, or show how the rules fail. */
const exempt = new Set(["test/rules/Glossary.ts", "test/Rules.test.ts"])

const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root })
  .toString()
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(root, path)) && !exempt.has(path))

const read = (path: string): string => readFileSync(join(root, path), "utf8")

const code = files.filter((path) => /\.tsx?$/.test(path))
const texts = files.filter((path) => /\.(?:tsx?|md|ya?ml|mjs|html|css)$|Dockerfile|openapi\.json$/.test(path))

const isDone = (path: string): boolean => !pending.some((area) => path.startsWith(area))

const complaints = (paths: ReadonlyArray<string>, rule: (file: string, source: string) => ReadonlyArray<string>) =>
  paths.flatMap((path) => rule(path, read(path)))

describe("words", () => {
  test("no declaration and no file has a name that the glossary replaced", () => {
    expect(complaints(code.filter(isDone), oldNames)).toEqual([])
  })

  test("no text has words that the glossary replaced", () => {
    expect(complaints(texts.filter(isDone), oldPhrases)).toEqual([])
  })

  test.each([
    ["const heard = []", 1],
    ["interface A { readonly verdict: string; readonly excerpt: string }", 1],
    ["function judge() {}", 1],
    ["class IntegrationUnknown {}", 1],
    ["class UnknownDevice {}", 0],
    ["type AddressRefused = string", 1],
    [`import * as Astray from "./NotFound.ts"`, 1],
    ["items.every(judge)", 0],
    ["const message = 'I heard that'", 0],
  ])("%s: %d old names", (source, count) => {
    expect(oldNames("src/A.ts", source)).toHaveLength(count)
  })

  test("a file with an old name", () => {
    expect(oldNames("src/Lanes.ts", "")).toEqual([`src/Lanes.ts is named "Lanes": use "Dispatcher"`])
    expect(oldNames("test/Lanes.test.ts", "")).toHaveLength(1)
  })

  test.each([
    ["it hears nobody who does not prove who he is", 2],
    ["The cursor is none that a page gave", 2],
    ["Take a token back: it enrolls nobody any more", 2],
    ["A device that is told 503 comes again by itself", 3],
    ["Use the test address range if there are none left", 1],
    ["The recommended command, amended", 0],
    ["a strange device tells its own name", 0],
    ["A valid API key is required", 0],
  ])("“%s”: %d old phrases", (text, count) => {
    expect(oldPhrases("docs/a.md", text)).toHaveLength(count)
  })
})

describe("style", () => {
  test("Effect is imported by names from its entry points", () => {
    expect(complaints(code.filter(isDone), importStyle)).toEqual([])
  })

  test("every export of a published package has a doc comment", () => {
    const sources = libraries.flatMap(sourcesOf).map(shown)
    expect(complaints(sources.filter(isDone), docComments)).toEqual([])
  })

  test("modules have PascalCase names, programs lower-case ones", () => {
    expect(complaints(code.filter(isDone), fileName)).toEqual([])
  })

  test("property tests have a fixed seed", () => {
    const tests = code.filter((path) => /\/test\//.test(path))
    expect(complaints(tests.filter(isDone), seeds)).toEqual([])
  })

  test.each([
    [`import { Effect } from "effect"`, 0],
    [`import { HttpRouter } from "effect/http"`, 0],
    [`import * as Effect from "effect/Effect"`, 1],
    [`import { make } from "effect/http/HttpRouter"`, 1],
    [`import * as E from "effect"`, 1],
  ])("%s: %d complaints", (source, count) => {
    expect(importStyle("src/A.ts", source)).toHaveLength(count)
  })

  const block = (...lines: ReadonlyArray<string>) => `/**\n${lines.map((line) => ` * ${line}\n`).join("")} */\n`
  test.each([
    [`${block("Adds.", "", "@category math", "@since 0.1.0")}export const add = 1`, 0],
    ["export const add = 1", 1],
    ["/** Adds. @category math */\nexport const add = 1", 1],
    [`${block("Adds.", "", "@category math")}export const add = 1`, 1],
    [`${block("Adds.", "@category math", "@since 0.1.0")}const other = 1\nexport const add = 1`, 1],
    [`export * as Add from "./Add.ts"`, 0],
    ["const add = 1", 0],
  ])("doc comment: %j has %d complaints", (source, count) => {
    expect(docComments("src/A.ts", source)).toHaveLength(count)
  })

  test.each([
    ["src/Cursor.ts", "export const a = 1", 0],
    ["src/cursor.ts", "export const a = 1", 1],
    ["src/main.ts", "run()", 0],
    ["src/Main.ts", "run()", 1],
    ["src/index.ts", `export * from "./A.ts"`, 0],
    ["app/useCursor.ts", "export const useCursor = 1", 0],
    ["test/Cursor.test.ts", "test()", 0],
    ["test/cursor.test.ts", "test()", 1],
    ["test/Cursor.types.ts", "type A = 1", 0],
    ["vite.config.ts", "export default {}", 0],
  ])("%s with %j: %d complaints", (file, source, count) => {
    expect(fileName(file, source)).toHaveLength(count)
  })

  test.each([
    [`import fc from "fast-check"`, 1],
    [`it.prop("a", [b], () => true)`, 1],
    [`it.effect.prop("a", [b], () => true, { arbitrary: {} })`, 1],
    [`it.effect.prop("a", [b], () => true, options({ runs: 3 }))`, 0],
  ])("%s: %d complaints about seeds", (source, count) => {
    expect(seeds("test/A.test.ts", source)).toHaveLength(count)
  })
})

describe("keys and names outside the code", () => {
  test("service keys start with the name of their package", () => {
    expect(
      packages.flatMap((self) =>
        complaints(sourcesOf(self).map(shown).filter(isDone), (file, source) =>
          serviceKeys(self.manifest.name, file, source),
        ),
      ),
    ).toEqual([])
  })

  test("metrics have a prefix and the suffix of their unit", () => {
    expect(complaints(packages.flatMap(sourcesOf).map(shown).filter(isDone), metricNames)).toEqual([])
  })

  test("tables have a prefix", () => {
    expect(
      tableNames(
        libraries
          .flatMap(sourcesOf)
          .map(shown)
          .filter(isDone)
          .map((path) => [path, read(path)]),
      ),
    ).toEqual([])
  })

  test.each([
    [`class A extends Context.Service<A, string>()("@espalier/sql/A") {}`, 0],
    [`class A extends Context.Service<A, string>()("A") {}`, 1],
    [`const A = Context.Reference<string>("@espalier/http/A", { defaultValue: () => "" })`, 1],
    [`const A = Context.Service<string>("@espalier/sql/a")`, 1],
  ])("%s: %d complaints", (source, count) => {
    expect(serviceKeys("@espalier/sql", "src/A.ts", source)).toHaveLength(count)
  })

  test.each([
    [`Metric.counter("espalier_calls_total", { incremental: true })`, 0],
    [`Metric.counter("espalier_calls")`, 1],
    [`Metric.histogram("espalier_call_duration_seconds", { boundaries })`, 0],
    [`Metric.timer("espalier_call_duration")`, 1],
    [`Metric.gauge("queue_bytes")`, 1],
  ])("%s: %d complaints", (source, count) => {
    expect(metricNames("src/A.ts", source)).toHaveLength(count)
  })

  test.each([
    ["sql`CREATE TABLE espalier_event (id text)`", 0],
    ["sql`CREATE TABLE IF NOT EXISTS event (id text)`", 1],
    ["sql`CREATE TABLE event (id text)`\nsql`ALTER TABLE event RENAME TO espalier_event`", 0],
  ])("%s: %d complaints", (source, count) => {
    expect(tableNames([["src/A.ts", source]])).toHaveLength(count)
  })
})
