/**
 * The `espalier …` lines that documents show, held against the flags that the command has.
 */

import { inMarkdown } from "@espalier/testing/CodeBlocks"
import { Schema } from "effect"

/** What `packages/cli/scripts/flags.ts --json` prints: by `espalier enrollment-token create` and so on. */
export const Commands = Schema.Record(
  Schema.String,
  Schema.Struct({
    subcommands: Schema.Array(Schema.String),
    flags: Schema.Array(Schema.String),
    globalFlags: Schema.Array(Schema.String),
    variables: Schema.Array(Schema.String),
    arguments: Schema.Int,
  }),
)
export type Commands = typeof Commands.Type

export interface CommandLine {
  readonly file: string
  readonly line: number
  /** From `espalier` on, without quotes. */
  readonly words: ReadonlyArray<string>
}

/** A word, or what ends a command. Good enough for examples: no substitutions inside of quotes that hold quotes. */
const token = /"([^"]*)"|'([^']*)'|(&&|\|\||[;|\n])|((?:\\.|[^\s"'&|;\\])+)/gu

/** The commands of a shell text, each as its words. */
const commandsOf = (shell: string): ReadonlyArray<ReadonlyArray<string>> => {
  const text = shell.replace(/\\\n/g, " ").replace(/(^|\s)#.*$/gm, "")
  const commands: Array<Array<string>> = [[]]
  for (const [, double, single, end, bare] of text.matchAll(token)) {
    if (end !== undefined) commands.push([])
    else commands.at(-1)?.push(double ?? single ?? bare ?? "")
  }
  return commands
}

/** `A=b sudo npx espalier serve` → `espalier serve`; `undefined` for another program. */
const espalierOf = (words: ReadonlyArray<string>): ReadonlyArray<string> | undefined => {
  let at = 0
  while (/^[A-Z_]+=/.test(words[at] ?? "") || ["sudo", "npx", "$"].includes(words[at] ?? "")) at++
  if (words.slice(at, at + 4).join(" ") === "npm run espalier --") return words.slice(at + 2).filter((_, i) => i !== 1)
  return words[at] === "espalier" ? words.slice(at) : undefined
}

/** Every line of a Markdown file's `bash` blocks and code spans that calls the command. */
export const commandLinesIn = (file: string, markdown: string): ReadonlyArray<CommandLine> => {
  const blocks = inMarkdown(file, markdown, ["bash", "sh", "shell"])
  const spans = markdown
    .split("\n")
    .flatMap((text, index) =>
      [...text.matchAll(/`(espalier [^`]+)`/g)].map(([, code = ""]) => ({ file, line: index + 1, code })),
    )
  return [...blocks, ...spans].flatMap(({ line, code }) =>
    commandsOf(code).flatMap((words) => {
      const found = espalierOf(words)
      return found === undefined ? [] : [{ file, line, words: found }]
    }),
  )
}

/** A sentence for each word that the command would refuse. */
export const complaintsAbout = ({ words }: CommandLine, commands: Commands): ReadonlyArray<string> => {
  let name = "espalier"
  let at = 1
  while (commands[name]?.subcommands.includes(words[at] ?? "") === true) name = `${name} ${words[at++]}`
  const command = commands[name]
  if (command === undefined) return [`there is no ${name}`]
  const rest = words.slice(at)
  const known = new Set([...command.flags, ...command.globalFlags])
  const [first = ""] = rest
  if (command.subcommands.length > 0 && first !== "" && !first.startsWith("-")) return [`${name} has no ${first}`]
  return rest.flatMap((word) => {
    const flag = /^--([\w-]+)/.exec(word)?.[1]
    return flag === undefined || known.has(flag) ? [] : [`${name} has no --${flag}`]
  })
}
