/**
 * Every flag of every subcommand, as `--help` shows it.
 *
 * `node --conditions=@espalier/source packages/cli/scripts/flags.ts` prints the reference in Markdown, with `--json` the names alone, and with
 * `--write` it puts the reference into `docs/operator.md`, between the two markers. A test checks that the guide is up to date.
 */
import { readFile, writeFile } from "node:fs/promises"
import { NodeServices } from "@effect/platform-node"
import { Console, Effect, Option } from "effect"
import { CliOutput, Command, type HelpDoc } from "effect/cli"
import { espalier } from "../src/Espalier.ts"

const guide = new URL("../../../docs/operator.md", import.meta.url)

/** Around the reference in the guide. */
const markers = ["<!-- flags: made by packages/cli/scripts/flags.ts -->", "<!-- /flags -->"] as const

/** The help of a command, and of every command below it. */
const helpOf = Effect.fnUntraced(function* (
  path: ReadonlyArray<string>,
): Effect.fn.Return<ReadonlyArray<HelpDoc.HelpDoc>> {
  const docs: Array<HelpDoc.HelpDoc> = []
  const formatter: CliOutput.Formatter = {
    ...CliOutput.defaultFormatter(),
    formatHelpDoc: (doc) => {
      docs.push(doc)
      return ""
    },
  }
  yield* Command.runWith(espalier, { version: "0" })([...path, "--help"]).pipe(
    Effect.provide([NodeServices.layer, CliOutput.layer(formatter)]),
    Effect.provideService(Console.Console, { ...globalThis.console, log: () => {} }),
    Effect.orDie,
  )
  const below = docs.flatMap(({ subcommands = [] }) => subcommands.flatMap(({ commands }) => commands))
  const further = yield* Effect.forEach(below, ({ name }) => helpOf([...path, name]))
  return [...docs, ...further.flat()]
})

const nameOf = ({ commandPath = [] }: HelpDoc.HelpDoc) => commandPath.join(" ")

/** Of each command that can be run: its flags, those for all commands among them, and its arguments. */
const names = (docs: ReadonlyArray<HelpDoc.HelpDoc>) =>
  Object.fromEntries(
    docs.map((doc) => [
      nameOf(doc),
      {
        subcommands: (doc.subcommands ?? []).flatMap(({ commands }) => commands.map(({ name }) => name)),
        // Every boolean flag has a negated form.
        flags: doc.flags.flatMap(({ name, type }) => (type === "boolean" ? [name, `no-${name}`] : [name])),
        globalFlags: (doc.globalFlags ?? []).map(({ name }) => name),
        variables: doc.flags.flatMap(({ description }) => variable.exec(textOf(description))?.[1] ?? []),
        arguments: (doc.args ?? []).length,
      },
    ]),
  )

const variable = / \[env: (ESPALIER_[A-Z_]+)\]/
const textOf = Option.getOrElse(() => "")

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "\\<")

const row = ({ name, type, description, required }: HelpDoc.FlagDoc): string => {
  const what = textOf(description).replace(variable, "").trim()
  const value = type === "boolean" || type === "choice" ? "" : ` ${type}`
  return `| \`--${name}${value}\` | ${cell(what)}${required ? ". Required" : ""} |`
}

/** A command that has all flags of `serve` lists only its additional ones. */
const section =
  (serve: ReadonlySet<string>) =>
  (doc: HelpDoc.HelpDoc): string => {
    const own = doc.flags.filter(({ name }) => !serve.has(name))
    const isLikeServe = own.length > 0 && doc.flags.length - own.length === serve.size
    return [
      `### \`${nameOf(doc)}${(doc.args ?? []).map(({ name }) => ` <${name}>`).join("")}\``,
      `${doc.description}.${isLikeServe ? " All flags of `espalier serve`, and:" : ""}`,
      ["| flag | what |", "| --- | --- |", ...(isLikeServe ? own : doc.flags).map(row)].join("\n"),
    ].join("\n\n")
  }

const reference = (docs: ReadonlyArray<HelpDoc.HelpDoc>): string =>
  docs
    .filter(({ subcommands = [] }) => subcommands.length === 0)
    .map(section(new Set(docs.find((doc) => nameOf(doc) === "espalier serve")?.flags.map(({ name }) => name))))
    .join("\n\n")

const program = Effect.gen(function* () {
  const docs = yield* helpOf([])
  const text = reference(docs)
  switch (process.argv[2]) {
    case undefined:
      return process.stdout.write(`${text}\n`)
    case "--json":
      return process.stdout.write(`${JSON.stringify(names(docs), null, 2)}\n`)
    case "--write": {
      const before = yield* Effect.promise(() => readFile(guide, "utf8"))
      const [from, to] = [before.indexOf(markers[0]), before.indexOf(markers[1])]
      if (from < 0 || to < from) return yield* Effect.die(new Error("docs/operator.md has lost its markers"))
      const after = `${before.slice(0, from + markers[0].length)}\n\n${text}\n\n${before.slice(to)}`
      return yield* Effect.promise(() => writeFile(guide, after))
    }
    default:
      return yield* Effect.die(new Error("--json, --write, or nothing"))
  }
})

await Effect.runPromise(program)
