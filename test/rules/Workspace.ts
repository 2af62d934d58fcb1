/**
 * The workspace's packages as they stand on disk, for tests about the house itself.
 *
 * Nothing is listed by hand: a folder with a `package.json` under `packages/` or `examples/` is a package, and so is `bench`.
 */
import { existsSync, globSync, readFileSync } from "node:fs"
import { basename, dirname, join, relative } from "node:path"
import { Schema } from "effect"

/** The folder of the workspace's own `package.json`. */
export const root = dirname(dirname(import.meta.dirname))

/** A path as a reader of a failure wants it: from the workspace's root. */
export const shown = (path: string): string => relative(root, path)

const Versions = Schema.Record(Schema.String, Schema.String)
const Target = Schema.Union([Schema.String, Schema.Record(Schema.String, Schema.String)])

/** The fields of a `package.json` that the house has rules for. */
export const Manifest = Schema.Struct({
  name: Schema.String,
  version: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  private: Schema.optionalKey(Schema.Boolean),
  license: Schema.optionalKey(Schema.String),
  type: Schema.optionalKey(Schema.String),
  sideEffects: Schema.optionalKey(Schema.Union([Schema.Boolean, Schema.Array(Schema.String)])),
  engines: Schema.optionalKey(Versions),
  files: Schema.optionalKey(Schema.Array(Schema.String)),
  bin: Schema.optionalKey(Versions),
  exports: Schema.optionalKey(Schema.Record(Schema.String, Target)),
  dependencies: Schema.optionalKey(Versions),
  peerDependencies: Schema.optionalKey(Versions),
  devDependencies: Schema.optionalKey(Versions),
})
export type Manifest = typeof Manifest.Type

export interface Package {
  /** `packages`, `examples` or `bench`. */
  readonly group: string
  /** The folder's name: `schema` of `packages/schema`. */
  readonly short: string
  readonly folder: string
  readonly manifest: Manifest
}

export const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"))

export const readManifest = (folder: string): Manifest =>
  Schema.decodeUnknownSync(Manifest)(readJson(join(folder, "package.json")))

const packagesAt = (pattern: string): ReadonlyArray<Package> =>
  globSync(`${pattern}/package.json`, { cwd: root })
    .sort()
    .map((path) => {
      const folder = join(root, dirname(path))
      const [group = ""] = path.split("/")
      return { group, short: basename(folder), folder, manifest: readManifest(folder) }
    })

/** Every package: the published and private ones under `packages/`, examples, bench. */
export const packages: ReadonlyArray<Package> = ["packages/*", "examples/*", "bench"].flatMap(packagesAt)

/** The published packages. */
export const libraries: ReadonlyArray<Package> = packages.filter(
  ({ group, manifest }) => group === "packages" && manifest.private !== true,
)

const filesIn = (self: Package, folder: string): ReadonlyArray<string> => {
  const path = join(self.folder, folder)
  return existsSync(path)
    ? globSync("**/*.{ts,tsx}", { cwd: path })
        .sort()
        .map((file) => join(path, file))
    : []
}

/** The TypeScript files of a package's `src`, as absolute paths. */
export const sourcesOf = (self: Package): ReadonlyArray<string> => filesIn(self, "src")

/** The TypeScript files of a package that are not published: tests, scripts, the dashboard's page. */
export const unpublishedOf = (self: Package): ReadonlyArray<string> =>
  ["test", "scripts", "app"].flatMap((folder) => filesIn(self, folder))
