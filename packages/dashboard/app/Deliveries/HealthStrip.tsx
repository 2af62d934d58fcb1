/**
 * The delivery health of the workspace in a few figures.
 */
import { Link } from "wouter"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { useNow } from "../components/Clock.ts"
import { Failure } from "../components/Failure.tsx"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { deliveriesPath, integrationsPath } from "../layout/Paths.ts"
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
  const listOf = (state: "pending" | "dead") => deliveriesPath(workspace, { search: `state=${state}&range=30d` })
  const figures = [
    { label: "Pending", value: health?.pending, tone: "", href: listOf("pending") },
    { label: "Failed", value: health?.dead, tone: health?.dead ? "bad" : "", href: listOf("dead") },
    {
      label: "Failing integrations",
      value: health?.failingIntegrations,
      tone: health?.failingIntegrations ? "bad" : "",
      href: integrationsPath(workspace),
    },
    {
      label: "Disabled integrations",
      value: health?.disabledIntegrations,
      tone: "",
      href: integrationsPath(workspace),
    },
  ]
  const oldest = health?.oldestDueAt ?? null
  return (
    <div className="health">
      <dl className="health-figures">
        {figures.map(({ label, value, tone, href }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd data-tone={tone}>
              <Link href={href} aria-label={`${label}: ${value?.toLocaleString() ?? "…"}`}>
                {value?.toLocaleString() ?? "…"}
              </Link>
            </dd>
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
