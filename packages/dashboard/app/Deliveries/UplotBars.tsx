/**
 * The stacked bars, drawn by uPlot in the colours of the page.
 */
import { useEffect, useRef } from "react"
import UPlot from "uplot"
import "uplot/dist/uPlot.min.css"
import type { Stacked } from "./Stacked.ts"

interface UplotBarsProps {
  readonly bars: Stacked
  /** Called with the time range of a drag, or of the bar that was clicked. */
  readonly onSelect: (since: number, until: number) => void
  /** Called with the index of the bar under the pointer. */
  readonly onHover: (index: number | undefined) => void
}

/** A pointer that moves less than this, in pixels, clicks. */
const clickTolerance = 4

/** The bar at a horizontal position: bars start at their times. */
const barAt = (plot: UPlot, left: number): number | undefined => {
  const [times] = plot.data
  const [first = 0, second = first] = times
  const index = Math.floor((plot.posToVal(left, "x") - first) / (second - first))
  return left >= 0 && index >= 0 && index < times.length ? index : undefined
}

const height = 130

/** The tallest series first: the others are drawn over it. */
const dataOf = ({ at, pending, dead, delivered }: Stacked): UPlot.AlignedData => [
  [...at],
  [...pending],
  [...dead],
  [...delivered],
]

type Handlers = Pick<UplotBarsProps, "onSelect" | "onHover">

const optionsOf = (width: number, { onSelect, onHover }: Handlers): UPlot.Options => {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => resolved(style.getPropertyValue(name))
  const paths = UPlot.paths.bars?.({ size: [0.7, 40, 1], align: 1, radius: 0.15 })
  const series = (name: string): UPlot.Series => ({
    fill: colour(name),
    width: 0,
    points: { show: false },
    ...(paths === undefined ? {} : { paths }),
  })
  const axis = { stroke: colour("--faint"), ticks: { show: false }, font: "11px system-ui, sans-serif" }
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    // A bar starts at its time: the last one needs room.
    scales: {
      x: { range: (plot, min, max) => [min, max + ((plot.data[0][1] ?? min) - (plot.data[0][0] ?? min))] },
      y: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.1)] },
    },
    series: [{}, series("--waiting"), series("--bad"), series("--good")],
    axes: [
      { ...axis, size: 20, grid: { show: false }, values: (_plot, seconds) => labels(seconds) },
      {
        ...axis,
        size: 44,
        grid: { stroke: colour("--line"), width: 1 },
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000],
      },
    ],
    hooks: {
      setCursor: [(plot) => onHover(barAt(plot, plot.cursor.left ?? -1))],
      ready: [
        (plot) => {
          let pressedAt = 0
          plot.over.addEventListener("mousedown", ({ clientX }) => {
            pressedAt = clientX
          })
          plot.over.addEventListener("click", ({ clientX, offsetX }) => {
            const index = barAt(plot, offsetX)
            const [first = 0, second = first] = plot.data[0]
            const at = index === undefined ? undefined : plot.data[0][index]
            if (Math.abs(clientX - pressedAt) >= clickTolerance || at === undefined) return
            onSelect(Math.round(at * 1000), Math.round((at + second - first) * 1000))
          })
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width < clickTolerance) return
          const at = (x: number) => Math.round(plot.posToVal(x, "x") * 1000)
          onSelect(at(left), at(left + width))
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}

const hours = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" })
const days = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" })

/** The time for ranges up to two days, otherwise the date; without repetitions. */
const labels = (seconds: ReadonlyArray<number>): Array<string> => {
  const [first = 0] = seconds
  const format = (seconds.at(-1) ?? 0) - first <= 172_800 ? hours : days
  const texts = seconds.map((second) => format.format(second * 1000))
  return texts.map((text, index) => (text === texts[index - 1] ? "" : text))
}

/** A canvas does not support `light-dark()`; the computed style is a plain colour. */
const resolved = (value: string): string => {
  const probe = document.createElement("span")
  probe.style.color = value
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

export default function UplotBars({ bars, onSelect, onHover }: UplotBarsProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)
  const handlers = useRef({ onSelect, onHover })
  const data = useRef(bars)
  handlers.current = { onSelect, onHover }
  data.current = bars

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const made = new UPlot(
      optionsOf(element.clientWidth, {
        onSelect: (since, until) => handlers.current.onSelect(since, until),
        onHover: (index) => handlers.current.onHover(index),
      }),
      dataOf(data.current),
      element,
    )
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [])

  useEffect(() => plot.current?.setData(dataOf(bars)), [bars])

  return <div ref={place} className="chart-plot" aria-hidden="true" />
}
