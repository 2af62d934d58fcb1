/**
 * The deliveries of a workspace: figures, chart, list, and a side panel for one of them.
 */
import { Button, Stack } from "@mantine/core"
import IconSend from "@tabler/icons-react/dist/esm/icons/IconSend.mjs"
import { useCallback, useMemo, useState } from "react"
import { Link, useLocation, useSearch } from "wouter"
import { type CommonError, commonErrorMessage } from "../Api/CommonError.ts"
import { EmptyState } from "../components/EmptyState.tsx"
import { Failure } from "../components/Failure.tsx"
import { Loading } from "../components/Loading.tsx"
import { PageHeader } from "../components/PageHeader.tsx"
import { SidePanel } from "../components/SidePanel.tsx"
import { useIntegrations } from "../Integrations/IntegrationQueries.ts"
import { deliveriesPath, integrationsPath } from "../layout/Paths.ts"
import { DeliveryChart } from "./DeliveryChart.tsx"
import { DeliveryList } from "./DeliveryList.tsx"
import { DeliveryPanel } from "./DeliveryPanel.tsx"
import { type Filter, filterOf, searchOf } from "./Filter.ts"
import { Filters } from "./Filters.tsx"
import { HealthStrip } from "./HealthStrip.tsx"
import { ReplayDialog } from "./ReplayDialog.tsx"
import { useDeliveryLog } from "./useDeliveryLog.ts"

interface DeliveriesPageProps {
  readonly workspace: string
  readonly opened: string | undefined
}

const none: ReadonlyArray<never> = []

export default function DeliveriesPage({ workspace, opened }: DeliveriesPageProps) {
  const search = useSearch()
  const filter = useMemo(() => filterOf(search), [search])
  const [, navigate] = useLocation()
  const [replaying, setReplaying] = useState(false)
  const { data: integrations = none } = useIntegrations(workspace)
  const { log, viewport, more, isBehind } = useDeliveryLog(workspace, filter)

  const known = useMemo(() => new Map(integrations.map((one) => [one.id, one])), [integrations])
  const integrationOf = useCallback((id: string) => known.get(id), [known])
  const hrefOf = useCallback((id: number) => deliveriesPath(workspace, { id, search }), [workspace, search])
  const { refetch, isFetching } = more
  const onMore = useCallback(() => {
    if (!isFetching) void refetch()
  }, [refetch, isFetching])
  const show = (changed: Filter) =>
    navigate(deliveriesPath(workspace, { search: searchOf(changed) }), { replace: true })

  const list = () => {
    if (log.data === undefined) {
      return log.error === null ? (
        <Loading />
      ) : (
        <Failure message={errorMessage(log.error)} onRetry={() => log.refetch()} />
      )
    }
    if (log.data.deliveries.length === 0) return <NoDeliveries workspace={workspace} filtered={search !== ""} />
    return (
      <DeliveryList
        deliveries={log.data.deliveries}
        hasMore={log.data.next !== undefined}
        isBehind={isBehind}
        problem={more.error === null ? undefined : errorMessage(more.error)}
        onMore={onMore}
        viewport={viewport}
        integrationOf={integrationOf}
        hrefOf={hrefOf}
      />
    )
  }

  return (
    <>
      <PageHeader
        title="Deliveries"
        {...(opened === undefined ? {} : { documentTitle: `Delivery ${opened}` })}
        about="Events sent to your integrations."
      >
        <Button variant="default" onClick={() => setReplaying(true)}>
          Replay deliveries
        </Button>
      </PageHeader>
      <Stack gap="md">
        <HealthStrip workspace={workspace} />
        <DeliveryChart
          workspace={workspace}
          filter={filter}
          onSelect={(since, until) => {
            const { range: _range, ...rest } = filter
            show({ ...rest, since, until })
          }}
        />
        <Filters filter={filter} integrations={integrations} onChange={show} />
        <div>{list()}</div>
      </Stack>
      <SidePanel
        opened={opened !== undefined}
        title="Delivery"
        onClose={() => navigate(deliveriesPath(workspace, { search }))}
      >
        {opened === undefined ? null : (
          <DeliveryPanel key={opened} workspace={workspace} id={Number(opened)} integrations={known} />
        )}
      </SidePanel>
      {replaying ? (
        <ReplayDialog
          workspace={workspace}
          filter={filter}
          integrations={integrations}
          onClose={() => setReplaying(false)}
        />
      ) : null}
    </>
  )
}

const errorMessage = (error: { readonly _tag: "InvalidCursor" | "InvalidTimeRange" } | CommonError): string => {
  switch (error._tag) {
    case "InvalidTimeRange":
      return "The end of the time range is before its start."
    case "InvalidCursor":
      return "The list has changed. Reload the page."
    default:
      return commonErrorMessage(error)
  }
}

const NoDeliveries = ({ workspace, filtered }: { readonly workspace: string; readonly filtered: boolean }) => (
  <EmptyState
    icon={<IconSend size={26} />}
    title={filtered ? "No deliveries match" : "No deliveries in this time range"}
    action={
      filtered ? (
        <Button component={Link} href={deliveriesPath(workspace)} variant="default">
          Show the last 24 hours
        </Button>
      ) : (
        <Button component={Link} href={integrationsPath(workspace)} variant="default">
          Go to integrations
        </Button>
      )
    }
  >
    {filtered
      ? "Try another state, event or time range."
      : "Each event of this workspace creates a delivery for each integration that subscribes to it. Send a test event from an integration to see one."}
  </EmptyState>
)
