/**
 * Runs the examples of the documents: a line that ends in `// => value` is an expression, and `value` is what it gives.
 *
 * All blocks with such a line run in one process of Node, against the sources of the workspace.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { CodeBlock } from "@espalier/testing/CodeBlocks"
import { Schema } from "effect"
import { run } from "./Run.ts"
import { root, shown } from "./Workspace.ts"

const assertion = /^(\s*)(.*\S)\s+\/\/ => (.+)$/

/** Whether a block has a line to run. */
export const isRunnable = ({ code }: CodeBlock): boolean => code.split("\n").some((line) => assertion.test(line))

/** The module of a block. Its lines stay where they are. */
const moduleOf = ({ file, line, code }: CodeBlock): string =>
  [
    `import { compare as __compare } from "../compare.ts"; `,
    code
      .split("\n")
      .map((text, index) => {
        const [, indent, expression, value] = assertion.exec(text) ?? []
        return expression === undefined || value === undefined
          ? text
          : `${indent}__compare(${JSON.stringify(`${shown(file)}:${line + index}`)}, (${expression}), (${value}));`
      })
      .join("\n"),
  ].join("")

const compare = `import { inspect, isDeepStrictEqual } from "node:util"
export const complaints: Array<string> = []
export const compare = (at: string, actual: unknown, expected: unknown): void => {
  if (!isDeepStrictEqual(actual, expected)) complaints.push(\`\${at} gives \${inspect(actual)}, not \${inspect(expected)}\`)
}
`

const main = (blocks: ReadonlyArray<CodeBlock>): string => `import { complaints } from "./compare.ts"
const places: ReadonlyArray<string> = ${JSON.stringify(blocks.map(({ file, line }) => `${shown(file)}:${line}`))}
for (const [index, place] of places.entries()) {
  try {
    await import(\`./blocks/\${index}.ts\`)
  } catch (error) {
    complaints.push(\`\${place} fails: \${error instanceof Error ? error.message : String(error)}\`)
  }
}
process.stdout.write(\`\\0\${JSON.stringify(complaints)}\`)
process.exit(0)
`

const Complaints = Schema.fromJsonString(Schema.Array(Schema.String))

/** Returns one sentence for each line with another value, and for each block that throws. */
export const wrongExamples = async (blocks: ReadonlyArray<CodeBlock>): Promise<ReadonlyArray<string>> => {
  const project = mkdtempSync(join(tmpdir(), "espalier-examples-"))
  try {
    mkdirSync(join(project, "blocks"))
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"))
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }))
    writeFileSync(join(project, "compare.ts"), compare)
    writeFileSync(join(project, "main.ts"), main(blocks))
    for (const [index, block] of blocks.entries()) {
      writeFileSync(join(project, "blocks", `${index}.ts`), moduleOf(block))
    }
    const { output } = await run("node", ["--conditions=@espalier/source", "main.ts"], { cwd: project })
    return Schema.decodeUnknownSync(Complaints)(output.slice(output.indexOf("\0") + 1))
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}
