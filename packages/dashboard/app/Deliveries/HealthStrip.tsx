/**
 * How the workspace's deliveries fare, in a few figures.
 */
import { commonSentence } from "../Api/CommonFailure.ts"
import { useNow } from "../parts/Clock.ts"
import { Failure } from "../parts/Failure.tsx"
import { RelativeTime } from "../parts/RelativeTime.tsx"
import { useHealth } from "./DeliveryCalls.ts"
import "./HealthStrip.css"

/** Due for longer than this, in milliseconds: a worker does not keep up, or there is none. */
const overdueAfter = 60_000

export const HealthStrip = ({ workspace }: { readonly workspace: string }) => {
  const { data: health, error, refetch } = useHealth(workspace)
  const now = useNow()
  if (health === undefined && error !== null) {
    return <Failure sentence={commonSentence(error)} onRetry={() => refetch()} />
  }
  const figures = [
    { label: "Pending", value: health?.pending, tone: "" },
    { label: "Failed", value: health?.dead, tone: health?.dead ? "bad" : "" },
    {
      label: "Failing integrations",
      value: health?.failingIntegrations,
      tone: health?.failingIntegrations ? "bad" : "",
    },
    { label: "Disabled integrations", value: health?.disabledIntegrations, tone: "" },
  ]
  const oldest = health?.oldestDueAt ?? null
  return (
    <div className="health">
      <dl className="health-figures">
        {figures.map(({ label, value, tone }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd data-tone={tone}>{value?.toLocaleString() ?? "…"}</dd>
          </div>
        ))}
      </dl>
      {oldest !== null && now - oldest > overdueAfter ? (
        <p className="health-overdue">
          The oldest pending delivery was due <RelativeTime at={oldest} />. Nothing may be sending at the moment.
        </p>
      ) : null}
    </div>
  )
}
