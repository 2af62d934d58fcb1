/**
 * The delivery health of the workspace in a few figures.
 */
import { commonErrorMessage } from "../Api/CommonError.ts"
import { useNow } from "../components/Clock.ts"
import { Failure } from "../components/Failure.tsx"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { useHealth } from "./DeliveryQueries.ts"
import "./HealthStrip.css"

/** Overdue for longer than this, in milliseconds: no worker is running, or it is overloaded. */
const overdueAfter = 60_000

export const HealthStrip = ({ workspace }: { readonly workspace: string }) => {
  const { data: health, error, refetch } = useHealth(workspace)
  const now = useNow()
  if (health === undefined && error !== null) {
    return <Failure message={commonErrorMessage(error)} onRetry={() => refetch()} />
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
          The oldest pending delivery was due <RelativeTime at={oldest} />. The delivery worker may be stopped or
          overloaded.
        </p>
      ) : null}
    </div>
  )
}
