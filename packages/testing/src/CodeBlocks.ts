/**
 * The TypeScript that readers are shown: fences marked `ts` in Markdown files and in the doc comments of sources.
 *
 * A block is a module of its own: it imports what it uses. Any other mark (`bash`, `json`, `text`, …) is left alone.
 */
import { parseSync } from "vite"

export interface CodeBlock {
  readonly file: string
  /** The line of the file, from 1, at which the code begins. */
  readonly line: number
  readonly code: string
}

interface Line {
  readonly text: string
  readonly number: number
}

// CommonMark §4.5: three or more backticks or tildes; the first word of what follows is the language.
const opening = /^(\s*)(`{3,}|~{3,})\s*([^\s`]*)/

const typescript: ReadonlyArray<string> = ["ts", "typescript"]

const blocksIn = (
  file: string,
  lines: ReadonlyArray<Line>,
  languages: ReadonlyArray<string> = typescript,
): ReadonlyArray<CodeBlock> => {
  const blocks: Array<CodeBlock> = []
  for (let index = 0; index < lines.length; index++) {
    const [, indent = "", fence, language] = opening.exec(lines[index]?.text ?? "") ?? []
    if (fence === undefined) continue
    const closes = new RegExp(`^\\s*${fence[0]}{${fence.length},}\\s*$`)
    const begin = index + 1
    do index++
    while (index < lines.length && !closes.test(lines[index]?.text ?? ""))
    if (language === undefined || !languages.includes(language)) continue
    const code = lines
      .slice(begin, index)
      .map(({ text }) => (text.startsWith(indent) ? text.slice(indent.length) : text))
    blocks.push({ file, line: lines[begin]?.number ?? 1, code: code.join("\n") })
  }
  return blocks
}

const numbered = (text: string, first: number): ReadonlyArray<Line> =>
  text.split("\n").map((line, index) => ({ text: line, number: first + index }))

/** The blocks of a Markdown file, those of TypeScript if nothing else is said. */
export const inMarkdown = (file: string, text: string, languages?: ReadonlyArray<string>): ReadonlyArray<CodeBlock> =>
  blocksIn(file, numbered(text, 1), languages)

/** The blocks of a source's doc comments. Throws when the source does not parse. */
export const inSource = (file: string, text: string): ReadonlyArray<CodeBlock> => {
  const { comments, errors } = parseSync(file, text, { lang: "ts" })
  const [error] = errors
  if (error !== undefined) throw new Error(`${file} does not parse: ${error.message}`)
  return comments
    .filter(({ type, value }) => type === "Block" && value.startsWith("*"))
    .flatMap(({ start, value }) => {
      const lines = numbered(value, text.slice(0, start).split("\n").length)
      return blocksIn(
        file,
        lines.map((line) => ({ ...line, text: line.text.replace(/^\s*\*+ ?/, "") })),
      )
    })
}
