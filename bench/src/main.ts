/**
 * `npm run bench`: measures, prints the tables, leaves them and their charts in `bench/results`.
 *
 * `npm run bench -- check-in` runs one bench, `--quick` one short round of it, which leaves no files. Loopback only.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"
import type { Bench } from "./Bench.ts"
import { checkIn } from "./CheckIn.ts"
import { notificationsBacklog } from "./notifications/Backlog.ts"
import { notificationsDeadReceiver } from "./notifications/DeadReceiver.ts"
import { notifications, notificationsOneProcess } from "./notifications/Throughput.ts"
import { toMarkdown, toSvg } from "./Report.ts"

const benches: ReadonlyArray<Bench> = [
  checkIn,
  notifications,
  notificationsOneProcess,
  notificationsBacklog,
  notificationsDeadReceiver,
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false } },
})
const names = benches.map(({ name }) => name)
const unknown = positionals.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(", ")}; there are: ${names.join(", ")}\n`)
  process.exit(2)
}

const erase = process.stderr.isTTY ? "\r\u001b[K" : ""
const progress = (text: string): void => {
  process.stderr.write(process.stderr.isTTY ? `${erase}${text}` : `${text}\n`)
}

const results = join(dirname(import.meta.dirname), "results")

for (const bench of benches) {
  if (positionals.length > 0 && !positionals.includes(bench.name)) continue
  // Whatever happens, nothing goes on for longer.
  const guard = setTimeout(() => {
    process.stderr.write(`\n${bench.name}: gave up after ten minutes\n`)
    process.exit(1)
  }, 600_000)
  const report = await bench.run({ quick: values.quick, progress: (text) => progress(`${bench.name}: ${text}`) })
  clearTimeout(guard)
  process.stderr.write(erase)
  const table = toMarkdown(report)
  process.stdout.write(table)
  if (values.quick) continue
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, `${bench.name}.md`), table)
  writeFileSync(join(results, `${bench.name}.svg`), toSvg(report))
}
