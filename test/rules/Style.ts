/**
 * One import style, one doc-comment style, one rule for file names, one form of keys, tables and metrics.
 */
import { basename } from "node:path"
import { importsOf } from "./Imports.ts"
import { isNode, type Node, parse, walk } from "./Syntax.ts"

/** Effect is imported by names from its entry points: `import { Effect } from "effect"`. */
export const importStyle = (file: string, source: string): ReadonlyArray<string> => [
  ...importsOf(file, source).flatMap(({ specifier, line }) =>
    /^effect\/(?:[\w-]+\/)?[A-Z]/.test(specifier)
      ? [`${file}:${line} imports "${specifier}": import the module by its name from the entry point above it`]
      : [],
  ),
  ...[...source.matchAll(/^import \* as \w+ from "(effect(?:\/[a-z-]+)?)"/gm)].map(
    ([, specifier]) => `${file} imports all of "${specifier}": import modules by their names`,
  ),
]

const exported = (node: Node): boolean =>
  node.type === "ExportNamedDeclaration" && isNode(node["declaration"]) && !isNode(node["source"])

/** Every exported declaration has a comment block that ends in `@category` and `@since`. */
export const docComments = (file: string, source: string): ReadonlyArray<string> => {
  const { body, comments, lineOf } = parse(file, source)
  return body.filter(exported).flatMap((node) => {
    const before = comments.find(({ end }) => end <= node.start && source.slice(end, node.start).trim() === "")
    const at = `${file}:${lineOf(node.start)}`
    if (before?.type !== "Block" || !before.value.startsWith("*")) return [`${at} has no doc comment`]
    return /\n \* @category \S.*\n \* @since \d+\.\d+\.\d+\n $/.test(before.value)
      ? []
      : [`${at}: the doc comment does not end in @category and @since, each on its own line`]
  })
}

const isPascal = (name: string): boolean => /^[A-Z][A-Za-z0-9]*$/.test(name)

/** A file that exports is a module: PascalCase, `index`, or a hook. A file that does not is a program: lower case. */
export const fileName = (file: string, source: string): ReadonlyArray<string> => {
  const name = basename(file)
  const stem = name.replace(/\.(?:test|types)?\.?tsx?$/, "")
  if (/\.config\.ts$|^vitest\.workspace\.ts$|\.d\.ts$/.test(name)) return []
  if (/\.(?:test|types)\.tsx?$/.test(name)) {
    return isPascal(name.split(".")[0] ?? "") ? [] : [`${file}: a test is named Name.test.ts`]
  }
  const exports = parse(file, source).body.some(({ type }) => type.startsWith("Export"))
  if (!exports)
    return /^[a-z][a-z0-9-]*$/.test(stem) ? [] : [`${file} exports nothing: a program has a lower-case name`]
  // A script can export what its test checks.
  return isPascal(stem) || stem === "index" || file.includes("/scripts/") || /^use[A-Z]/.test(stem)
    ? []
    : [`${file} exports something: a module has a PascalCase name`]
}

const textOf = (node: unknown): string | undefined =>
  isNode(node) && node.type === "Literal" && typeof node["value"] === "string" ? node["value"] : undefined

/** `Context.Service`, of `Context.Service<…>()("key")` too. */
const memberCalled = (node: Node): string | undefined => {
  let callee: unknown = node["callee"]
  while (isNode(callee) && callee.type === "CallExpression") callee = callee["callee"]
  if (!isNode(callee) || callee.type !== "MemberExpression") return undefined
  const { object, property } = { object: callee["object"], property: callee["property"] }
  return isNode(object) && isNode(property) ? `${String(object["name"])}.${String(property["name"])}` : undefined
}

const firstText = (node: Node): string | undefined => {
  const args: unknown = node["arguments"]
  return Array.isArray(args) ? textOf(args[0]) : undefined
}

/** Keys of services and references are `@espalier/<package>/<Name>`. */
export const serviceKeys = (packageName: string, file: string, source: string): ReadonlyArray<string> => {
  const { body, lineOf } = parse(file, source)
  const found: Array<string> = []
  walk(body, (node) => {
    if (node.type !== "CallExpression") return
    const key = firstText(node)
    if (key === undefined || !["Context.Service", "Context.Reference"].includes(memberCalled(node) ?? "")) return
    const name = key.startsWith(`${packageName}/`) ? key.slice(packageName.length + 1) : ""
    if (!/^(?:[\w-]+\/)*[A-Z]\w*$/.test(name)) {
      found.push(`${file}:${lineOf(node.start)} has the service key "${key}": use "${packageName}/<Name>"`)
    }
  })
  return found
}

const metrics = ["counter", "gauge", "histogram", "timer", "frequency", "summary"].map((kind) => `Metric.${kind}`)

/** Metrics are `espalier_…` with the suffix of their unit. Effect's timers measure milliseconds: use a histogram in seconds. */
export const metricNames = (file: string, source: string): ReadonlyArray<string> => {
  const { body, lineOf } = parse(file, source)
  const found: Array<string> = []
  walk(body, (node) => {
    if (node.type !== "CallExpression" || !metrics.includes(memberCalled(node) ?? "")) return
    const name = firstText(node)
    if (name === undefined) return
    const suffix = memberCalled(node) === "Metric.counter" ? /_total$/ : /_(?:seconds|bytes|ratio|total)$/
    if (!/^espalier_[a-z_]+$/.test(name) || !suffix.test(name)) {
      found.push(
        `${file}:${lineOf(node.start)} has the metric "${name}": use espalier_… with _seconds, _bytes or _total`,
      )
    }
  })
  return found
}

/** Tables are `espalier_…`. A table of an old migration may have another name, if a later one renames it. */
export const tableNames = (sources: ReadonlyArray<readonly [file: string, source: string]>): ReadonlyArray<string> => {
  const all = sources.map(([, source]) => source.replaceAll(/^\s*\*.*$/gm, "")).join("\n")
  const renamed = new Set([...all.matchAll(/ALTER TABLE (\w+)\s+RENAME TO espalier_\w+/gi)].map(([, name]) => name))
  return sources.flatMap(([file, source]) =>
    [...source.replaceAll(/^\s*\*.*$/gm, "").matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g)].flatMap(
      ([, name = ""]) =>
        name.startsWith("espalier_") || renamed.has(name)
          ? []
          : [`${file} creates the table "${name}": use "espalier_${name}"`],
    ),
  )
}

/** Property tests have a fixed seed. */
export const seeds = (file: string, source: string): ReadonlyArray<string> => {
  if (importsOf(file, source).some(({ specifier }) => specifier === "fast-check")) {
    return [`${file} imports "fast-check": import { fc } from "@espalier/testing/Property"`]
  }
  const { body, lineOf } = parse(file, source)
  const found: Array<string> = []
  walk(body, (node) => {
    if (node.type !== "CallExpression" || !/^(?:it|effect|live)\.prop$|\.prop$/.test(propCalled(node))) return
    const args: unknown = node["arguments"]
    const last = Array.isArray(args) ? args.at(-1) : undefined
    if (
      !Array.isArray(args) ||
      args.length < 4 ||
      !isNode(last) ||
      !/options|runs/.test(source.slice(last.start, last.end))
    ) {
      found.push(`${file}:${lineOf(node.start)}: give it.prop the options of "@espalier/testing/Property"`)
    }
  })
  return found
}

const propCalled = (node: Node): string => {
  const callee = node["callee"]
  if (!isNode(callee) || callee.type !== "MemberExpression") return ""
  const property = callee["property"]
  return isNode(property) && property["name"] === "prop" ? ".prop" : ""
}
