/**
 * What a TypeScript file imports, by its syntax tree: `import`, `export … from`, `import("…")` as expression and as type,
 * `import x = require("…")`. An import of types alone counts like any other.
 */
import { parseSync } from "vite"

export interface Import {
  /** What stands between the quotes. */
  readonly specifier: string
  /** From 1. */
  readonly line: number
}

/** The members that hold the module's name, by the type of node that has them. */
const moduleNameOf: Record<string, string> = {
  ImportDeclaration: "source",
  ExportNamedDeclaration: "source",
  ExportAllDeclaration: "source",
  ImportExpression: "source",
  TSImportType: "source",
  TSExternalModuleReference: "expression",
}

const isNode = (u: unknown): u is Record<string, unknown> => typeof u === "object" && u !== null

const visit = (node: unknown, found: (specifier: string, start: number) => void): void => {
  if (Array.isArray(node)) {
    for (const child of node) visit(child, found)
  } else if (isNode(node)) {
    const name = node[moduleNameOf[String(node["type"])] ?? ""]
    if (isNode(name) && typeof name["value"] === "string") found(name["value"], Number(name["start"]))
    for (const child of Object.values(node)) visit(child, found)
  }
}

/**
 * Lists the imports of `source` in their order. Throws when the source does not parse.
 */
export const importsOf = (file: string, source: string): ReadonlyArray<Import> => {
  const { errors, program } = parseSync(file, source, { lang: file.endsWith(".tsx") ? "tsx" : "ts" })
  const [error] = errors
  if (error !== undefined) throw new Error(`${file} does not parse: ${error.message}`)
  const imports: Array<Import> = []
  visit(program.body, (specifier, start) => {
    imports.push({ specifier, line: source.slice(0, start).split("\n").length })
  })
  return imports
}
