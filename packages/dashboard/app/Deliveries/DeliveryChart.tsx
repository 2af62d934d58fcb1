/**
 * Deliveries over time by state. The figures beside the chart give the same numbers as text.
 */
import { useComputedColorScheme } from "@mantine/core"
import { lazy, Suspense, useId, useState } from "react"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { Failure } from "../components/Failure.tsx"
import { ErrorBoundary } from "../layout/ErrorBoundary.tsx"
import { useStatistics } from "./DeliveryQueries.ts"
import { type Filter, isCustom, searchOf, windowOf } from "./Filter.ts"
import { barOf, type Stacked, stacked } from "./Stacked.ts"
import "./DeliveryChart.css"

/** Its own script: an error while it loads leaves the rest of the page usable. */
const UplotBars = lazy(() => import("./UplotBars.tsx"))

interface DeliveryChartProps {
  readonly workspace: string
  readonly filter: Filter
  /** Called with a time range selected in the chart, in Unix milliseconds. */
  readonly onSelect: (since: number, until: number) => void
}

const nothing: Stacked = { at: [], delivered: [], dead: [], pending: [], totals: { delivered: 0, dead: 0, pending: 0 } }

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" })

/** `25 Nov 2026, 14:00 – 14:30` */
const periodOf = (at: number, step: number): string => clock.formatRange(at, at + step)

export const DeliveryChart = ({ workspace, filter, onSelect }: DeliveryChartProps) => {
  const { range, since, until } = filter
  const key = isCustom(filter)
    ? searchOf({ ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) })
    : (range ?? "")
  const { data, error, refetch } = useStatistics(workspace, key, () => windowOf(filter))
  const scheme = useComputedColorScheme()
  const [hovered, setHovered] = useState<number>()
  const id = useId()
  if (data === undefined && error !== null) {
    return (
      <Failure
        message={
          error._tag === "InvalidTimeRange"
            ? "The end of the time range is before its start."
            : commonErrorMessage(error)
        }
        onRetry={() => refetch()}
      />
    )
  }
  const bars = data === undefined ? nothing : stacked(data)
  const bar = hovered === undefined || data === undefined ? undefined : barOf(bars, hovered)
  const { delivered, dead, pending } = bar ?? bars.totals
  const period = bar === undefined || data === undefined ? undefined : periodOf(bar.at, data.step)
  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption className="chart-caption">
        <span id={id}>{period ?? "Deliveries by event time, all integrations"}</span>
        <ul>
          <li data-state="delivered">{delivered.toLocaleString()} delivered</li>
          <li data-state="dead">{dead.toLocaleString()} failed</li>
          <li data-state="pending">{pending.toLocaleString()} pending</li>
        </ul>
      </figcaption>
      <ErrorBoundary resetKey={key} message="The chart could not be shown. The figures above are complete.">
        <Suspense fallback={<div className="chart-plot" />}>
          <UplotBars key={scheme} bars={bars} onSelect={onSelect} onHover={setHovered} />
        </Suspense>
      </ErrorBoundary>
    </figure>
  )
}
