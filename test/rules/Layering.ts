/**
 * The layering of the packages: which package may import which.
 *
 * The table is the architecture: a new import between two packages is a decision, and it is made here first.
 */
import { isBuiltin } from "node:module"
import { dirname, join, relative } from "node:path"
import { type Import, importsOf } from "./Imports.ts"
import type { Manifest, Package } from "./Workspace.ts"

/** The packages of this workspace that each published package may import; `"all"` means every other row of the table. */
export const layering: Record<string, ReadonlyArray<string> | "all"> = {
  schema: ["plist"],
  plist: [],
  signing: [],
  sql: [],
  http: [],
  "api-keys": ["sql", "http"],
  apple: ["plist", "http"],
  handler: ["schema", "signing", "http"],
  notifications: ["schema", "signing", "sql", "http", "api-keys"],
  devices: ["schema", "handler", "http", "api-keys"],
  dashboard: ["schema", "api-keys", "notifications", "devices"],
  server: ["schema", "plist", "apple", "signing", "sql", "http", "api-keys"],
  simulator: ["schema", "plist", "apple", "http"],
  cli: "all",
}

/** The packages that `self` may import. Examples, bench and private packages may import all published ones. */
export const allowedFor = (self: Pick<Package, "group" | "short" | "manifest">): ReadonlyArray<string> | undefined => {
  const isPublished = self.group === "packages" && self.manifest.private !== true
  const allowed = isPublished ? layering[self.short] : "all"
  return allowed === "all" ? Object.keys(layering).filter((name) => name !== self.short) : allowed
}

/** A file, and what the rules need to know about its surroundings. */
export interface Checked {
  readonly package: Package
  /** Absolute path of the file. */
  readonly file: string
  readonly source: string
  /** The manifests of our packages, by their folder's name. */
  readonly ours: ReadonlyMap<string, Manifest>
}

const scope = "@espalier/"

/** `@scope/name/deep/path` → `@scope/name` and `./deep/path`; `name` → `name` and `.`. */
const split = (specifier: string): readonly [name: string, subpath: string] => {
  const parts = specifier.split("/")
  const count = specifier.startsWith("@") ? 2 : 1
  return [parts.slice(0, count).join("/"), ["."].concat(parts.slice(count)).join("/")]
}

const exported = (manifest: Manifest, subpath: string): boolean =>
  Object.keys(manifest.exports ?? {}).some((key) => {
    const [head = "", tail] = key.split("*")
    return tail === undefined ? key === subpath : subpath.startsWith(head) && subpath.endsWith(tail)
  })

const complaint = (
  { specifier }: Import,
  { package: self, file, ours }: Omit<Checked, "source">,
): string | undefined => {
  if (specifier.startsWith(".")) {
    const target = relative(join(self.folder, "src"), join(dirname(file), specifier))
    return target.startsWith("..")
      ? `which is outside ${self.group}/${self.short}/src: import the other package by its name`
      : undefined
  }
  if (isBuiltin(specifier)) return undefined
  const [name, subpath] = split(specifier)
  if (name === self.manifest.name) return "which is its own package: import the file by its relative path"
  if (name.startsWith(scope)) {
    const short = name.slice(scope.length)
    const allowed = allowedFor(self)
    if (allowed === undefined) return `but ${self.short} is not in the table in test/rules/Layering.ts`
    if (!allowed.includes(short)) {
      return allowed.length === 0
        ? `but ${self.short} imports none of our packages`
        : `but ${self.short} may import only ${allowed.join(", ")}`
    }
    const manifest = ours.get(short)
    if (manifest === undefined) return `but there is no package ${name}`
    if (!exported(manifest, subpath)) return `but ${name} does not export "${subpath}"`
  }
  const { dependencies, peerDependencies, devDependencies } = self.manifest
  // What is not published runs in this workspace only.
  const declared = { ...dependencies, ...peerDependencies, ...(self.manifest.private ? devDependencies : {}) }
  return Object.hasOwn(declared, name)
    ? undefined
    : `but ${self.group}/${self.short}/package.json has no ${name} among its dependencies`
}

/** Returns one sentence for each import of a `src` file that breaks a rule. */
export const complaintsAbout = ({ source, ...around }: Checked): ReadonlyArray<string> =>
  importsOf(around.file, source).flatMap((one) => {
    const reason = complaint(one, around)
    if (reason === undefined) return []
    const path = relative(dirname(dirname(around.package.folder)), around.file)
    return [`${path}:${one.line} imports "${one.specifier}", ${reason}.`]
  })

/**
 * Returns one sentence for each import that leaves the file's package by a relative path: into the `test/` or `src/` of another package. What tests
 * of several packages share is in `packages/testing`.
 */
export const escapes = ({
  folder,
  file,
  source,
}: {
  readonly folder: string
  readonly file: string
  readonly source: string
}) =>
  importsOf(file, source).flatMap(({ specifier, line }) =>
    specifier.startsWith(".") && relative(folder, join(dirname(file), specifier)).startsWith("..")
      ? [`${file}:${line} imports "${specifier}" from another package: import it by the package's name.`]
      : [],
  )

/** The first cycle among the nodes, as the way around it; `undefined` without a cycle. */
export const cycleIn = (graph: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<string> | undefined => {
  const cleared = new Set<string>()
  const walk = (node: string, way: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node]
    if (cleared.has(node)) return undefined
    for (const next of graph.get(node) ?? []) {
      const cycle = walk(next, [...way, node])
      if (cycle !== undefined) return cycle
    }
    cleared.add(node)
    return undefined
  }
  for (const node of graph.keys()) {
    const cycle = walk(node, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}
