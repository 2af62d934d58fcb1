/**
 * Packages import only what the layering allows, and their manifests have one form.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"
import { describe, expect, test } from "vitest"
import { allowedFor, complaintsAbout, cycleIn, escapes, layering } from "./rules/Layering.ts"
import { oursAmong, shapeComplaints, TsConfig } from "./rules/PackageShape.ts"
import {
  libraries,
  type Manifest,
  packages,
  readJson,
  readManifest,
  root,
  sourcesOf,
  unpublishedOf,
} from "./rules/Workspace.ts"

const { version = "" } = readManifest(root)
const ours: ReadonlyMap<string, Manifest> = new Map(libraries.map(({ short, manifest }) => [short, manifest]))

describe("imports", () => {
  test.each(packages.map((self) => [`${self.group}/${self.short}`, self] as const))("%s", (_, self) => {
    const complaints = sourcesOf(self).flatMap((file) =>
      complaintsAbout({ package: self, file, source: readFileSync(file, "utf8"), ours }),
    )
    expect(complaints).toEqual([])
  })

  test.each(packages.map((self) => [`${self.group}/${self.short}`, self] as const))(
    "%s: tests and scripts import other packages by their names",
    (_, { folder, ...self }) => {
      const files = [
        ...unpublishedOf({ folder, ...self }),
        ...(self.manifest.private ? sourcesOf({ folder, ...self }) : []),
      ]
      expect(files.flatMap((file) => escapes({ folder, file, source: readFileSync(file, "utf8") }))).toEqual([])
    },
  )

  test("the layering has no cycle, and neither have the dependencies", () => {
    expect(cycleIn(new Map(Object.keys(layering).map((short) => [short, allowedFor(packageNamed(short)) ?? []])))).toBe(
      undefined,
    )
    expect(cycleIn(new Map(libraries.map(({ short, manifest }) => [short, oursAmong(manifest.dependencies)])))).toBe(
      undefined,
    )
  })

  test("every published package has a row, every row has a package, and dependencies follow the table", () => {
    expect(Object.keys(layering).sort()).toEqual(libraries.map(({ short }) => short).sort())
    for (const self of libraries) {
      expect(allowedFor(self)).toEqual(expect.arrayContaining([...oursAmong(self.manifest.dependencies)]))
    }
  })
})

test("docs/contributing.md has the layering", () => {
  const rows = [
    ...readFileSync(join(root, "docs/contributing.md"), "utf8").matchAll(/^\| `([\w-]+)` \| .+ \| ([^|]+) \|$/gm),
  ].map(([, name, may = ""]) => [name, may === "all" ? may : (may.match(/[\w-]+(?=`)/g) ?? [])])
  expect(Object.fromEntries(rows)).toEqual(layering)
})

describe("shape", () => {
  test.each(libraries.map((self) => [`packages/${self.short}`, self] as const))(
    "%s",
    (_, { short, folder, manifest }) => {
      const tsconfig = Schema.decodeUnknownSync(TsConfig)(readJson(join(folder, "tsconfig.json")))
      expect(shapeComplaints({ short, manifest, tsconfig, version })).toEqual([])
      const sources = Object.values(manifest.exports ?? {}).flatMap((target) =>
        typeof target === "string" ? [] : [target["@espalier/source"] ?? ""],
      )
      expect(sources.filter((source) => !source.includes("*") && !existsSync(join(folder, source)))).toEqual([])
      expect(["README.md", "CHANGELOG.md"].filter((name) => !existsSync(join(folder, name)))).toEqual([])
    },
  )

  test.each(
    packages.filter((self) => !libraries.includes(self)).map((self) => [self.manifest.name, self.manifest] as const),
  )("%s is not published", (_, manifest) => {
    expect(manifest).toMatchObject({ private: true, license: "MIT", type: "module", version })
  })
})

const packageNamed = (short: string, manifest: Partial<Manifest> = {}) => ({
  group: "packages",
  short,
  folder: `/repo/packages/${short}`,
  manifest: { name: `@espalier/${short}`, ...manifest },
})

describe("the rules can fail", () => {
  const apple = packageNamed("apple", {
    dependencies: { "@espalier/plist": "^0.1.0" },
    peerDependencies: { effect: "^4.1.0" },
  })
  const manifests = new Map<string, Manifest>([
    ["plist", { name: "@espalier/plist", exports: { ".": {}, "./rules/*": {} } }],
    ["schema", { name: "@espalier/schema", exports: { ".": {} } }],
  ])
  const complaints = (source: string, self = apple) =>
    complaintsAbout({ package: self, file: `/repo/packages/${self.short}/src/deep/A.ts`, source, ours: manifests })

  test.each([
    `import { Plist } from "@espalier/plist"`,
    `import "@espalier/plist/rules/one"`,
    `import * as Effect from "effect/Effect"`,
    `import { join } from "node:path"`,
    `export * from "../B.ts"`,
    `// import "@espalier/server"\nconst text = 'import "@espalier/server"'`,
  ])("allowed: %s", (source) => {
    expect(complaints(source)).toEqual([])
  })

  test.each([
    [`import "@espalier/server"`, "but apple may import only plist, http."],
    [`import type { Scope } from "@espalier/schema"`, "but apple may import only plist, http."],
    [`export type { Scope } from "@espalier/schema"`, "but apple may import only plist, http."],
    [`export * as Schema from "@espalier/schema"`, "but apple may import only plist, http."],
    [`type Scope = import("@espalier/schema").Scope`, "but apple may import only plist, http."],
    [`const late = () => import("@espalier/schema")`, "but apple may import only plist, http."],
    [`import "@espalier/plist/src/Parse.ts"`, `but @espalier/plist does not export "./src/Parse.ts".`],
    [`import "@espalier/apple"`, "which is its own package: import the file by its relative path."],
    [`import "left-pad"`, "but packages/apple/package.json has no left-pad among its dependencies."],
    [
      `import "../../../plist/src/Parse.ts"`,
      "which is outside packages/apple/src: import the other package by its name.",
    ],
    [`import "../../package.json"`, "which is outside packages/apple/src: import the other package by its name."],
  ])("refused: %s", (source, reason) => {
    const [complaint, ...others] = complaints(`\n${source}`)
    expect(others).toEqual([])
    expect(complaint).toMatch(/^packages\/apple\/src\/deep\/A\.ts:2 imports "/)
    expect(complaint).toContain(reason)
  })

  test("refused: an allowed package that package.json does not name", () => {
    expect(complaints(`import "@espalier/schema"`, packageNamed("handler"))).toEqual([
      `packages/handler/src/deep/A.ts:1 imports "@espalier/schema", but packages/handler/package.json has no @espalier/schema among its dependencies.`,
    ])
  })

  test("refused: a package that the table does not know", () => {
    expect(complaints(`import "@espalier/schema"`, packageNamed("attic"))).toEqual([
      `packages/attic/src/deep/A.ts:1 imports "@espalier/schema", but attic is not in the table in test/rules/Layering.ts.`,
    ])
  })

  test.each([
    [`import { Cursor } from "../../notifications/src/Cursor.ts"`, 1],
    [`import { start } from "../../../server/test/support/Browser.ts"`, 1],
    [`import { main } from "../src/Main.ts"`, 0],
    [`import * as Apns from "@espalier/testing/Apns"`, 0],
  ])("of a test: %s is refused %d times", (source, times) => {
    const folder = "/repo/packages/apple"
    const file = `${folder}/test/${source.includes("../../../") ? "deep/" : ""}A.test.ts`
    expect(escapes({ folder, file, source })).toHaveLength(times)
  })

  test("a cycle is named by its way around", () => {
    const graph = { a: ["b"], b: ["c", "d"], c: [], d: ["b"] }
    expect(cycleIn(new Map(Object.entries(graph)))).toEqual(["b", "d", "b"])
  })

  const good = {
    short: "apple",
    version: "0.1.0",
    manifest: {
      name: "@espalier/apple",
      version: "0.1.0",
      description: "Apple's protocol",
      license: "MIT",
      type: "module",
      sideEffects: false,
      engines: { node: ">=22.19" },
      files: ["dist", "src"],
      exports: {
        ".": { "@espalier/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
        "./package.json": "./package.json",
      },
      dependencies: { "@espalier/plist": "^0.1.0" },
      peerDependencies: { effect: "^4.1.0" },
    } satisfies Manifest,
    tsconfig: { extends: "../../tsconfig.base.json", include: ["src"], references: [{ path: "../plist" }] },
  }

  test("a package in shape", () => {
    expect(shapeComplaints(good)).toEqual([])
  })

  test("a command brings an effect of its own and exports nothing", () => {
    const manifest: Manifest = {
      ...good.manifest,
      bin: { apple: "./dist/main.js" },
      dependencies: { ...good.manifest.dependencies, effect: "^4.1.0" },
      peerDependencies: {},
      exports: { "./package.json": "./package.json" },
    }
    expect(shapeComplaints({ ...good, manifest })).toEqual([])
  })

  const types = { types: "./dist/index.d.ts", default: "./dist/index.js" }
  test.each<[string, Partial<Manifest>]>([
    ['has "license" "GPL-3.0"', { license: "GPL-3.0" }],
    ['has "type" "commonjs"', { type: "commonjs" }],
    ['has "sideEffects" true', { sideEffects: true }],
    ['has "version" "0.2.0"', { version: "0.2.0" }],
    ['has "name" "@espalier/pear"', { name: "@espalier/pear" }],
    ["does not publish dist and src", { files: ["dist"] }],
    ["has no effect among its peerDependencies", { peerDependencies: {} }],
    ["brings an effect of its own", { dependencies: { "@espalier/plist": "^0.1.0", effect: "^4.1.0" } }],
    ['exports "." with an @espalier/source', { exports: { ...good.manifest.exports, ".": types } }],
    [
      'exports "./node" other than as',
      { exports: { ...good.manifest.exports, "./node": { "@espalier/source": "./src/node.ts", ...types } } },
    ],
    ['exports "./node" without the condition', { exports: { ...good.manifest.exports, "./node": "./dist/node.js" } }],
    ['refers to ["plist"] in tsconfig.json and depends on []', { dependencies: {} }],
    ['has "dependencies.@espalier/plist" "*"', { dependencies: { "@espalier/plist": "*" } }],
  ])("out of shape: %s", (reason, change) => {
    const complaints = shapeComplaints({ ...good, manifest: { ...good.manifest, ...change } })
    expect(complaints).toEqual([expect.stringContaining(reason)])
  })
})
