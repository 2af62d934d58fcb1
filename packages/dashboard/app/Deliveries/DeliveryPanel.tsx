/**
 * One delivery: state, attempts, request, and retry.
 */
import type { Attempt, DeliveryDetail } from "@espalier/notifications/api"
import type { Integration } from "@espalier/schema"
import { Anchor, Group, Stack } from "@mantine/core"
import { Link } from "wouter"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { useNow } from "../components/Clock.ts"
import { CodeBlock } from "../components/CodeBlock.tsx"
import { CopyButton } from "../components/CopyButton.tsx"
import { Facts } from "../components/Facts.tsx"
import { Failure } from "../components/Failure.tsx"
import { prettyJson } from "../components/Json.ts"
import { Loading } from "../components/Loading.tsx"
import { PendingButton } from "../components/PendingButton.tsx"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { Section } from "../components/Section.tsx"
import { useToast } from "../components/Toaster.tsx"
import { eventLabel } from "../Integrations/EventNames.ts"
import { deliveriesPath, integrationsPath } from "../layout/Paths.ts"
import { Attempts } from "./Attempts.tsx"
import { useAttempts, useDelivery, useRetry } from "./DeliveryQueries.ts"
import { statusOf } from "./DeliveryStatus.ts"
import { DeliveryStatusBadge } from "./DeliveryStatusBadge.tsx"

interface DeliveryPanelProps {
  readonly workspace: string
  readonly id: number
  /** By id. */
  readonly integrations: ReadonlyMap<string, Integration>
}

export const DeliveryPanel = ({ workspace, id, integrations }: DeliveryPanelProps) => {
  const { data: delivery, error, refetch } = useDelivery(workspace, id)
  const attempts = useAttempts(workspace, id, delivery?.attempts ?? 0)
  const now = useNow()
  if (delivery === undefined) {
    if (error === null) return <Loading />
    return error._tag === "DeliveryNotFound" ? (
      <Failure message="This delivery was not found. Old deliveries are deleted after a while." />
    ) : (
      <Failure message={commonErrorMessage(error)} onRetry={() => refetch()} />
    )
  }
  const integration = integrations.get(delivery.integration)
  const status = statusOf(delivery, integration, now)
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Group gap="sm">
          <DeliveryStatusBadge status={status} test={delivery.test} />
          <strong>{eventLabel(delivery.name)}</strong>
          {status.reason === "" ? null : <span className="delivery-reason">{status.reason}</span>}
        </Group>
        <Retry workspace={workspace} id={id} delivered={delivery.state === "delivered"} />
      </Group>
      <Facts
        facts={[
          [
            "Integration",
            <Anchor key="integration" component={Link} href={integrationsPath(workspace, delivery.integration)}>
              {integration?.url ?? delivery.integration}
            </Anchor>,
          ],
          ["Event time", <RelativeTime key="created" at={delivery.createdAt} />],
          ["Next attempt", delivery.state === "pending" ? nextAttempt(delivery, integration) : undefined],
          [
            "webhook-id",
            <Anchor
              key="event"
              component={Link}
              href={deliveriesPath(workspace, { search: `event=${encodeURIComponent(delivery.event)}` })}
              title="All deliveries of this event"
            >
              {delivery.event}
            </Anchor>,
          ],
        ]}
      />
      <Section title="Attempts">
        {attempts.data === undefined ? (
          <span>…</span>
        ) : attempts.data.length === 0 ? (
          <span>No attempts yet.</span>
        ) : (
          <Attempts attempts={attempts.data} />
        )}
      </Section>
      <Request delivery={delivery} attempt={attempts.data?.at(-1)} />
    </Stack>
  )
}

const nextAttempt = ({ dueAt }: DeliveryDetail, integration: Integration | undefined) =>
  integration?.enabled === false ? "When the integration is enabled again" : <RelativeTime at={dueAt} />

interface RequestProps {
  readonly delivery: DeliveryDetail
  /** The last attempt, if there is one. */
  readonly attempt: Attempt | undefined
}

/** The request of the last attempt as it was sent; before the first one, the URL and the body that it will have. */
const Request = ({ delivery: { url, body }, attempt }: RequestProps) => (
  <Section title="Request">
    <CodeBlock
      label="Request line and headers"
      text={[
        `POST ${attempt?.url ?? url}`,
        ...Object.entries(attempt?.requestHeaders ?? {}).map(([name, value]) => `${name}: ${value}`),
      ].join("\n")}
    />
    <CodeBlock text={prettyJson(body)} label="Body" />
    <Group>
      <CopyButton text={body} label="Copy body as sent" />
    </Group>
  </Section>
)

interface RetryProps {
  readonly workspace: string
  readonly id: number
  readonly delivered: boolean
}

const Retry = ({ workspace, id, delivered }: RetryProps) => {
  const retry = useRetry(workspace, id)
  const toast = useToast()
  const message = (error: NonNullable<typeof retry.error>): string => {
    switch (error._tag) {
      case "DeliveryNotFound":
        return "This delivery was deleted."
      default:
        return commonErrorMessage(error)
    }
  }
  return (
    <>
      <PendingButton
        size="xs"
        pending={retry.isPending}
        onClick={() => retry.mutate(undefined, { onSuccess: () => toast("The delivery is sent now") })}
      >
        {delivered ? "Send again" : "Retry now"}
      </PendingButton>
      {retry.error === null ? null : <Failure message={message(retry.error)} />}
    </>
  )
}
