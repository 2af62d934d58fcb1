/**
 * A user's project that has our packages installed from their tarballs, and nothing else of this workspace.
 *
 * No registry takes part: tarballs are unpacked into `node_modules`, and what the packages declare (dependencies, peers) is linked
 * beside them from the workspace's. What a package uses without declaring it is therefore missing here, as it would be for a user.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Schema } from "effect"
import { run } from "./Run.ts"
import { type Package, root } from "./Workspace.ts"

const Packed = Schema.Array(
  Schema.Struct({
    name: Schema.String,
    filename: Schema.String,
    files: Schema.Array(Schema.Struct({ path: Schema.String })),
  }),
)

export interface Tarball {
  readonly package: Package
  readonly path: string
  /** The paths inside of it. */
  readonly files: ReadonlyArray<string>
}

const succeed = async (command: string, args: ReadonlyArray<string>, cwd: string) => {
  const ended = await run(command, args, { cwd })
  if (ended.code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${ended.code}:\n${ended.output}`)
  return ended
}

/** Whether a file of `dist` is a page's, which a bundler built of what is not published. */
export const isPage = (path: string): boolean => path.startsWith("app/")

/** Files of a former build whose source is gone: the compiler leaves them, and they would be published. */
const removeStale = (folder: string): void => {
  const dist = join(folder, "dist")
  for (const path of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (isPage(path)) continue
    const stem = /^(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(path)?.[1]
    if (stem !== undefined && !existsSync(join(folder, "src", `${stem}.ts`))) rmSync(join(dist, path))
  }
}

/** Compiles all packages anew, in place. Pages were built before: other tests are looking at them. */
export const build = async (libraries: ReadonlyArray<Package>): Promise<void> => {
  const projects = libraries.map(({ folder }) => join(folder, "tsconfig.json"))
  await succeed("tsc", ["--build", "--force", ...projects], root)
  for (const { folder } of libraries) removeStale(folder)
}

/** Packs the packages into `folder`, as they would be published. */
export const pack = async (libraries: ReadonlyArray<Package>, folder: string): Promise<ReadonlyArray<Tarball>> => {
  mkdirSync(folder, { recursive: true })
  const named = libraries.map(({ manifest }) => `--workspace=${manifest.name}`)
  const { stdout } = await succeed("npm", ["pack", "--json", "--pack-destination", folder, ...named], root)
  const packed = Schema.decodeUnknownSync(Packed)(JSON.parse(stdout))
  return libraries.map((self) => {
    const one = packed.find(({ name }) => name === self.manifest.name)
    if (one === undefined) throw new Error(`npm packed no ${self.manifest.name}`)
    return { package: self, path: join(folder, one.filename), files: one.files.map(({ path }) => path) }
  })
}

const link = (project: string, from: string, name: string): void => {
  const target = [from, root].map((base) => join(base, "node_modules", name)).find(existsSync)
  if (target === undefined) throw new Error(`${name} is declared in ${from} and not installed`)
  const place = join(project, "node_modules", name)
  if (existsSync(place)) return
  mkdirSync(dirname(place), { recursive: true })
  symlinkSync(target, place)
}

/** Installs the tarballs in an empty project. */
export const install = async (tarballs: ReadonlyArray<Tarball>, project: string): Promise<void> => {
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }))
  for (const { package: self, path } of tarballs) {
    const place = join(project, "node_modules", self.manifest.name)
    mkdirSync(place, { recursive: true })
    await succeed("tar", ["-xzf", path, "--strip-components=1", "-C", place], project)
  }
  for (const { package: self } of tarballs) {
    for (const name of Object.keys({ ...self.manifest.dependencies, ...self.manifest.peerDependencies })) {
      link(project, self.folder, name.startsWith("@espalier/") ? refuseMissing(project, name) : name)
    }
  }
  link(project, root, "@types/node")
}

/** Our own packages come from tarballs alone. */
const refuseMissing = (project: string, name: string): string => {
  if (!existsSync(join(project, "node_modules", name))) throw new Error(`There is no tarball of ${name}`)
  return name
}

/** What the tarball's package lets others import: name and subpath, patterns left out. */
export const entriesOf = ({ package: { manifest } }: Tarball): ReadonlyArray<string> =>
  Object.entries(manifest.exports ?? {})
    .filter(([subpath, target]) => !subpath.includes("*") && (typeof target !== "string" || target.endsWith(".json")))
    .map(([subpath]) => `${manifest.name}${subpath.slice(1)}`)
