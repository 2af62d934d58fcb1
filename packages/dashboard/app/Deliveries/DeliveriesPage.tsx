/**
 * What became of each event at each integration: figures, a chart, the list, and beside it the one that is being looked at.
 */
import { Button, Stack } from "@mantine/core"
import IconSend from "@tabler/icons-react/dist/esm/icons/IconSend.mjs"
import { useCallback, useMemo, useState } from "react"
import { Link, useLocation, useSearch } from "wouter"
import { type CommonFailure, commonSentence } from "../Api/CommonFailure.ts"
import { useIntegrations } from "../Integrations/IntegrationCalls.ts"
import { EmptyState } from "../parts/EmptyState.tsx"
import { Failure } from "../parts/Failure.tsx"
import { Loading } from "../parts/Loading.tsx"
import { PageHeader } from "../parts/PageHeader.tsx"
import { SidePanel } from "../parts/SidePanel.tsx"
import { deliveriesPath, integrationsPath } from "../shell/Paths.ts"
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
  const { log, look, more, isBehind } = useDeliveryLog(workspace, filter)

  const known = useMemo(() => new Map(integrations.map((one) => [one.id, one])), [integrations])
  const urlOf = useCallback((id: string) => known.get(id)?.url ?? id, [known])
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
        <Failure sentence={sentenceOf(log.error)} onRetry={() => log.refetch()} />
      )
    }
    if (log.data.deliveries.length === 0) return <NoDeliveries workspace={workspace} filtered={search !== ""} />
    return (
      <DeliveryList
        deliveries={log.data.deliveries}
        hasMore={log.data.next !== undefined}
        isBehind={isBehind}
        problem={more.error === null ? undefined : sentenceOf(more.error)}
        onMore={onMore}
        look={look}
        urlOf={urlOf}
        hrefOf={hrefOf}
      />
    )
  }

  return (
    <>
      <PageHeader title="Deliveries" about="What became of each event at each integration.">
        <Button variant="default" onClick={() => setReplaying(true)}>
          Replay a range
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

const sentenceOf = (error: { readonly _tag: "CursorRefused" | "RangeRefused" } | CommonFailure): string => {
  switch (error._tag) {
    case "RangeRefused":
      return "This range ends before it begins."
    case "CursorRefused":
      return "The list has changed too much to go on from here. Reload the page."
    default:
      return commonSentence(error)
  }
}

const NoDeliveries = ({ workspace, filtered }: { readonly workspace: string; readonly filtered: boolean }) => (
  <EmptyState
    icon={<IconSend size={26} />}
    title={filtered ? "No such delivery" : "No deliveries in this time"}
    action={
      filtered ? (
        <Button component={Link} href={deliveriesPath(workspace)} variant="default">
          Show the last 24 hours
        </Button>
      ) : (
        <Button component={Link} href={integrationsPath(workspace)} variant="default">
          To the integrations
        </Button>
      )
    }
  >
    {filtered
      ? "Nothing in this workspace matches. Try another state, event or time."
      : "When something happens in this workspace, each integration that subscribes to it gets a delivery. Send a test event from an integration to see one."}
  </EmptyState>
)
