/**
 * Every `ts` block of the READMEs, the guides and the doc comments is type-checked as a separate module, in one run of the compiler against the
 * sources of the workspace. Lines that end in `// => value` are run.
 */
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type CodeBlock, inMarkdown, inSource } from "@espalier/testing/CodeBlocks"
import { describe, expect, onTestFinished, test } from "vitest"
import { isRunnable, wrongExamples } from "./rules/Examples.ts"
import { run } from "./rules/Run.ts"
import { libraries, packages, root, shown, sourcesOf } from "./rules/Workspace.ts"

const blocks: ReadonlyArray<CodeBlock> = [
  ...["README.md", ...globSync("docs/**/*.md", { cwd: root }).sort()].map((path) => join(root, path)),
  ...packages.map(({ folder }) => join(folder, "README.md")),
].flatMap((file) => (existsSync(file) ? inMarkdown(file, readFileSync(file, "utf8")) : []))

const examples = libraries.flatMap((self) =>
  sourcesOf(self).flatMap((file) => inSource(file, readFileSync(file, "utf8"))),
)

/** `0001.ts(3,7): error TS2304: Cannot find name 'x'.` */
const diagnostic = /^(?:.*\/)?(\d+)\.ts\((\d+),\d+\): (error TS\d+: .*)$/gm

/** Type-checks the blocks. Returns one sentence for each error, which starts with `file:line`. */
const complaintsAbout = async (given: ReadonlyArray<CodeBlock>): Promise<ReadonlyArray<string>> => {
  const project = mkdtempSync(join(tmpdir(), "espalier-docs-"))
  onTestFinished(() => rmSync(project, { recursive: true, force: true }))
  mkdirSync(join(project, "src"))
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"))
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }))
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.base.json"),
      compilerOptions: {
        noEmit: true,
        rootDir: "/",
        types: ["node"],
        noUnusedLocals: false,
        noUnusedParameters: false,
        declaration: false,
        declarationMap: false,
      },
      include: ["src"],
    }),
  )
  for (const [index, { code }] of given.entries()) {
    // On the last line, so that line numbers do not change.
    writeFileSync(join(project, "src", `${index}.ts`), `${code}\nexport {}\n`)
  }
  const { code, output } = await run("tsc", ["-p", project, "--pretty", "false"], { cwd: project })
  // Errors in the sources are reported by `npm run check`.
  const complaints = [...output.matchAll(diagnostic)].flatMap(([, index, line, message]) => {
    const block = given[Number(index)]
    return block === undefined ? [] : [`${shown(block.file)}:${block.line + Number(line) - 1} ${message}`]
  })
  if (code !== 0 && !output.includes(": error TS")) throw new Error(`The compiler failed:\n${output}`)
  return complaints
}

describe("documents", () => {
  test("every ts block compiles", { timeout: 120_000 }, async () => {
    expect(examples.length).toBeGreaterThan(0)
    expect(await complaintsAbout([...blocks, ...examples])).toEqual([])
  })

  test("a block that does not compile is named by its file and line", { timeout: 60_000 }, async () => {
    const [good, bad, astray] = [
      `const answer: number = 42`,
      `\nconst answer: number = "42"`,
      `import { Plum } from "@espalier/schema"`,
    ]
    expect(
      await complaintsAbout([
        { file: join(root, "docs/good.md"), line: 10, code: good },
        { file: join(root, "docs/bad.md"), line: 10, code: bad },
        { file: join(root, "packages/plum/README.md"), line: 3, code: astray },
      ]),
    ).toEqual([
      expect.stringMatching(/^docs\/bad\.md:11 error TS2322/),
      expect.stringMatching(/^packages\/plum\/README\.md:3 error TS2305/),
    ])
  })
})

describe("examples", () => {
  test("every line that ends in // => gives this value", { timeout: 120_000 }, async () => {
    const runnable = [...blocks, ...examples].filter(isRunnable)
    expect(runnable.length).toBeGreaterThan(0)
    expect(await wrongExamples(runnable)).toEqual([])
  })

  test("an example with another value, or one that throws, is named by its file and line", async () => {
    const file = join(root, "docs/sums.md")
    const right = { file, line: 1, code: "const sum: number = 1 + 1\nsum // => 2\n[sum] // => [2]" }
    const wrong = { file, line: 10, code: `import { Option } from "effect"\n\nOption.some(1)._tag // => "None"` }
    const throws = { file, line: 20, code: `JSON.parse("{") // => {}` }
    expect([right, wrong, throws].map(isRunnable)).toEqual([true, true, true])
    expect(isRunnable({ file, line: 1, code: "const f = () => 1 // calls => nothing" })).toBe(false)
    expect(await wrongExamples([right, wrong, throws])).toEqual([
      "docs/sums.md:12 gives 'Some', not 'None'",
      expect.stringMatching(/^docs\/sums\.md:20 fails: /),
    ])
  })
})

describe("blocks", () => {
  const markdown = [
    "# Title",
    "```ts",
    "const a = 1",
    "```",
    "```bash",
    "npm test",
    "```",
    "- in a list",
    "  ~~~ts title=x",
    "  const b = `",
    "  ```",
    "  `",
    "  ~~~",
    "````text",
    "```ts",
    "not code",
    "```",
    "````",
    "```typescript",
    "const c = 3",
    "```",
  ].join("\n")

  test("of Markdown", () => {
    expect(inMarkdown("a.md", markdown)).toEqual([
      { file: "a.md", line: 3, code: "const a = 1" },
      { file: "a.md", line: 10, code: "const b = `\n```\n`" },
      { file: "a.md", line: 20, code: "const c = 3" },
    ])
  })

  test("of doc comments", () => {
    const source = [
      "/* ```ts",
      "not a doc comment",
      "``` */",
      "/**",
      " * Adds.",
      " *",
      " * @example",
      " * ```ts",
      " * if (true) {",
      " *   add(1, 2)",
      " * }",
      " * ```",
      " */",
      "export const add = (a: number, b: number): number => a + b",
    ].join("\n")
    expect(inSource("a.ts", source)).toEqual([{ file: "a.ts", line: 9, code: "if (true) {\n  add(1, 2)\n}" }])
  })
})
