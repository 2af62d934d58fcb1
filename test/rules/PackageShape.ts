/**
 * The one shape that every `package.json` and `tsconfig.json` of a published package has, and the sentences that say where one differs.
 */
import { Schema } from "effect"
import type { Manifest } from "./Workspace.ts"

/** The part of a package's `tsconfig.json` that follows from its `package.json`. */
export const TsConfig = Schema.Struct({
  extends: Schema.String,
  include: Schema.Array(Schema.String),
  references: Schema.optionalKey(Schema.Array(Schema.Struct({ path: Schema.String }))),
})
export type TsConfig = typeof TsConfig.Type

export interface Described {
  /** The folder's name. */
  readonly short: string
  readonly manifest: Manifest
  readonly tsconfig: TsConfig
  /** The version of the whole house. */
  readonly version: string
}

const sorted = (values: Iterable<string>): string => JSON.stringify([...values].sort())

/** Our packages among the dependencies, by their folder's name. */
export const oursAmong = (dependencies: Readonly<Record<string, string>> | undefined): ReadonlyArray<string> =>
  Object.keys(dependencies ?? {})
    .filter((name) => name.startsWith("@espalier/"))
    .map((name) => name.slice("@espalier/".length))

/** Sources are found under `@espalier/source`, built files under the two conditions that everybody knows. */
const exportComplaints = (manifest: Manifest): ReadonlyArray<string> =>
  Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    if (subpath === "./package.json") return []
    // Not code: a page, a style sheet, a picture.
    if (typeof target === "string") {
      return /\.[cm]?[jt]s$/.test(target) ? [`exports "${subpath}" without the condition @espalier/source`] : []
    }
    const source = target["@espalier/source"]
    const stem = /^\.\/src\/(.+)\.ts$/.exec(source ?? "")?.[1]
    if (stem === undefined) return [`exports "${subpath}" with an @espalier/source that is no ./src/….ts`]
    const expected = { "@espalier/source": source, types: `./dist/${stem}.d.ts`, default: `./dist/${stem}.js` }
    return JSON.stringify(target) === JSON.stringify(expected)
      ? []
      : [`exports "${subpath}" other than as ${JSON.stringify(expected)}, in this order`]
  })

const orNone = (value: unknown): string => (value === undefined ? "none" : JSON.stringify(value))

/** What is wrong with a package, one sentence each. */
export const shapeComplaints = ({ short, manifest, tsconfig, version }: Described): ReadonlyArray<string> => {
  const complaints: Array<string> = []
  const expect = (field: string, actual: unknown, expected: unknown) => {
    if (JSON.stringify(actual) !== JSON.stringify(expected)) {
      complaints.push(`has "${field}" ${orNone(actual)} where every package has ${JSON.stringify(expected)}`)
    }
  }
  expect("name", manifest.name, `@espalier/${short}`)
  expect("version", manifest.version, version)
  expect("license", manifest.license, "MIT")
  expect("type", manifest.type, "module")
  expect("engines", manifest.engines, { node: ">=22.19" })
  // A command is run, not imported: it has nothing to shake or to export, and brings what it needs.
  const command = manifest.bin !== undefined
  if (!command) expect("sideEffects", manifest.sideEffects, false)
  if (!manifest.description) complaints.push("has no description")
  const published = new Set(manifest.files?.filter((entry) => !entry.startsWith("!")))
  if (!published.has("dist") || !published.has("src")) complaints.push("does not publish dist and src")
  const own = manifest.dependencies?.["effect"] !== undefined
  if (own && !command) complaints.push("brings an effect of its own")
  if (!own && manifest.peerDependencies?.["effect"] === undefined)
    complaints.push("has no effect among its peerDependencies")
  if (!command && manifest.exports?.["."] === undefined) complaints.push('does not export "."')
  if (manifest.exports?.["./package.json"] === undefined) complaints.push('does not export "./package.json"')
  complaints.push(...exportComplaints(manifest))
  for (const name of oursAmong(manifest.dependencies)) {
    expect(`dependencies.@espalier/${name}`, manifest.dependencies?.[`@espalier/${name}`], `^${version}`)
  }
  if (tsconfig.extends !== "../../tsconfig.base.json") complaints.push("does not extend tsconfig.base.json")
  if (sorted(tsconfig.include) !== sorted(["src"])) complaints.push("builds something else than src")
  const references = sorted((tsconfig.references ?? []).map(({ path }) => path.replace(/^\.\.\//, "")))
  const dependencies = sorted(oursAmong(manifest.dependencies))
  if (references !== dependencies) {
    complaints.push(`refers to ${references} in tsconfig.json and depends on ${dependencies} in package.json`)
  }
  return complaints
}
