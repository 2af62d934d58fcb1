/**
 * A report as a Markdown table and as a bar chart.
 *
 * The chart is an SVG of its own: readable without scripts, in light and in dark, and by a screen reader through its title.
 */
import { cpus, totalmem } from "node:os"
import { median, type Report, type Row } from "./Bench.ts"

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 })
const whole = (figure: number): string => grouped.format(figure)

/** The median of the rounds' own ratios: what slows the machine for a while falls on both sides of these. */
const ratios = ({ rows, baseline }: Report): ((row: Row) => number) => {
  const base = rows.find(({ label }) => label === baseline)?.figures ?? []
  return ({ figures }) => median(figures.map((figure, round) => figure / (base[round] ?? Number.NaN)))
}

/** The machine as far as it matters for the figures. */
const machine = (): string => {
  const [cpu] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return `${cpus().length} cores of ${cpu?.model.trim() || "an unnamed processor"}, ${memory}, ${process.platform} ${process.arch}, Node ${process.versions.node}`
}

/** The table and what is to know about it. */
export const toMarkdown = (report: Report): string => {
  const ratio = ratios(report)
  const extra = Object.keys(report.rows[0]?.cells ?? {})
  const header = ["", `${report.unit}, median`, `to ${report.baseline}`, ...extra, "min–max"]
  const rows = report.rows.map((row) => [
    row.ours ? `**${row.label}**` : row.label,
    whole(median(row.figures)),
    ratio(row).toFixed(2),
    ...extra.map((column) => row.cells[column] ?? ""),
    `${whole(Math.min(...row.figures))}–${whole(Math.max(...row.figures))}`,
  ])
  const lines = [header, header.map((_, index) => (index === 0 ? "---" : "---:")), ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  )
  const remarks = [...report.remarks, `Machine: ${machine()}.`, `Measured on ${new Date().toISOString().slice(0, 10)}.`]
  return [`# ${report.title}`, "", ...lines, "", ...remarks.map((remark) => `- ${remark}`), ""].join("\n")
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const width = 720
const labels = 250
const bars = 330
const rowHeight = 34
const top = 52

const style = `
  text { font: 14px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 16px }
  .quiet { fill: #59636e; font-size: 12px }
  .ours { fill: #1a7f37 }
  .other { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .quiet { fill: #9198a1 }
    .ours { fill: #3fb950 }
    .other { fill: #6e7681 }
  }`

/** One bar a row, as long as its median. */
export const toSvg = (report: Report): string => {
  const ratio = ratios(report)
  const longest = Math.max(...report.rows.map(({ figures }) => median(figures)))
  const height = top + report.rows.length * rowHeight + 12
  const body = report.rows.flatMap((row, index) => {
    const y = top + index * rowHeight
    const length = Math.round((median(row.figures) / longest) * bars)
    return [
      `<text x="${labels - 12}" y="${y + 17}" text-anchor="end">${escaped(row.label)}</text>`,
      `<rect class="${row.ours ? "ours" : "other"}" x="${labels}" y="${y}" width="${length}" height="24" rx="3"/>`,
      `<text x="${labels + length + 8}" y="${y + 17}">${whole(median(row.figures))} <tspan class="quiet">× ${ratio(row).toFixed(2)}</tspan></text>`,
    ]
  })
  const told = report.rows.map((row) => `${row.label} ${whole(median(row.figures))}`).join(", ")
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(report.title)}</title>`,
    `<desc id="description">${escaped(`${report.unit}: ${told}`)}</desc>`,
    `<style>${style}\n</style>`,
    `<text class="title" x="12" y="24">${escaped(report.title)}</text>`,
    `<text class="quiet" x="12" y="42">${escaped(report.unit)}, ${report.lessIsBetter === true ? "shorter" : "longer"} is better; × compared with ${escaped(report.baseline)}</text>`,
    ...body,
    "</svg>",
    "",
  ].join("\n")
}
