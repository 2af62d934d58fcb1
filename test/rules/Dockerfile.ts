/**
 * The rules for our Dockerfile, since no engine is at hand that would build it: what makes an image that is not root's, that can be pinned, that
 * tells how it is, and that is not installed anew for every changed source.
 */

export interface Instruction {
  readonly name: string
  readonly text: string
  /** From 1. */
  readonly line: number
}

/** Comments and blank lines away, continued lines joined. */
export const instructionsOf = (text: string): ReadonlyArray<Instruction> => {
  const found: Array<Instruction> = []
  let open: { name: string; text: string; line: number } | undefined
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const continues = /\\\s*$/.test(line)
    const part = line.replace(/\\\s*$/, "").trim()
    if (open === undefined) {
      const [, name = "", rest = ""] = /^([A-Za-z]+)\s*(.*)$/.exec(part) ?? []
      open = { name: name.toUpperCase(), text: rest, line: index + 1 }
    } else open.text = `${open.text} ${part}`
    if (continues) continue
    found.push(open)
    open = undefined
  }
  return found
}

/** One `FROM` and what follows it. */
interface Stage {
  readonly from: Instruction
  readonly steps: ReadonlyArray<Instruction>
}

const stagesOf = (instructions: ReadonlyArray<Instruction>): ReadonlyArray<Stage> => {
  const starts = instructions.flatMap(({ name }, index) => (name === "FROM" ? [index] : []))
  return starts.flatMap((start, index) => {
    const from = instructions[start]
    return from === undefined ? [] : [{ from, steps: instructions.slice(start + 1, starts[index + 1]) }]
  })
}

const isExecForm = (text: string): boolean => {
  try {
    const words: unknown = JSON.parse(text)
    return Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === "string")
  } catch {
    return false
  }
}

/** Of the build context, all of it. */
const copiesEverything = ({ name, text }: Instruction): boolean => name === "COPY" && /^(?!--from)\.\s/.test(text)

/** A sentence for each broken rule. */
export const complaintsAbout = (text: string): ReadonlyArray<string> => {
  const instructions = instructionsOf(text)
  const stages = stagesOf(instructions)
  const complaints: Array<string> = []
  const say = (line: number, what: string) => complaints.push(`line ${line}: ${what}`)

  const values = new Map(
    instructions
      .flatMap(({ name, text }) => (name === "ARG" ? [/^(\w+)=(.*)$/.exec(text) ?? []] : []))
      .map(([, a, b]) => [a, b]),
  )
  const stageNames = new Set(stages.flatMap(({ from }) => / AS (\S+)$/i.exec(from.text)?.[1] ?? []))
  for (const { from } of stages) {
    const [written = ""] = from.text.split(" ")
    const image = written.replace(/\$\{(\w+)\}/g, (_, name) => values.get(name) ?? "")
    if (stageNames.has(image)) continue
    const [, registry, tag] = /^(?:([^/]*[.:][^/]*)\/)?[^:@]+(?::([^@]+))?/.exec(image) ?? []
    if (registry !== undefined) say(from.line, "the image names a registry's host")
    if (tag === undefined || tag === "latest") say(from.line, "the image has no tag of its own")
  }

  for (const { name, text, line } of instructions) {
    if (name === "ADD") say(line, "ADD fetches and unpacks: use COPY")
    if (/\b(curl|wget)\b|https?:\/\//.test(text)) say(line, "something is fetched beside the lock file")
    if (/\bnpm (install|i|add)\b/.test(text)) say(line, "npm install does not hold to the lock file: use npm ci")
    if (/\bnpm ci\b/.test(text) && !text.includes("--ignore-scripts")) say(line, "npm ci runs the scripts of packages")
    if ((name === "ENV" || name === "ARG") && /(SECRET|KEY|PASSWORD|TOKEN)\b/.test(text))
      say(line, "a secret in an image")
  }

  for (const { steps } of stages) {
    const installs = steps.findIndex(({ name, text }) => name === "RUN" && /\bnpm ci\b/.test(text))
    const copies = steps.findIndex(copiesEverything)
    if (installs >= 0 && copies >= 0 && copies < installs) {
      say(steps[copies]?.line ?? 0, "the sources come before npm ci: every change installs anew")
    }
  }

  const last = stages.at(-1)
  if (last === undefined) return ["there is no FROM"]
  if (stages.length < 2) say(last.from.line, "the image that is built is the image that runs")
  const of = (name: string) => last.steps.filter((step) => step.name === name)
  const need = (name: string, holds: (text: string) => boolean, what: string) => {
    const step = of(name).at(-1)
    if (step === undefined || !holds(step.text)) say((step ?? last.from).line, what)
  }
  need("USER", (user) => /^[1-9]\d*(:[1-9]\d*)?$/.test(user), "the last USER must be a number other than root's")
  need("ENTRYPOINT", isExecForm, "ENTRYPOINT is not in the exec form: signals would go to a shell")
  need(
    "HEALTHCHECK",
    (check) => isExecForm(check.split(" CMD ")[1] ?? ""),
    "HEALTHCHECK is not there, or not in the exec form",
  )
  need("VOLUME", () => true, "no VOLUME: data would be in the image")
  for (const step of last.steps.filter(copiesEverything)) say(step.line, "all sources are in the image that runs")
  return complaints
}
