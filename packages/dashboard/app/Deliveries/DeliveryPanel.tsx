/**
 * One delivery: its state, what is posted, its attempts, and what to do about it.
 */
import type { DeliveryDetail } from "@espalier/notifications/api"
import type { Integration } from "@espalier/schema"
import { Anchor, Group, Stack } from "@mantine/core"
import { Link } from "wouter"
import { commonSentence } from "../Api/CommonFailure.ts"
import { eventNames } from "../Integrations/EventNames.ts"
import { useAnnounce } from "../parts/Announcer.tsx"
import { CodeBlock } from "../parts/CodeBlock.tsx"
import { CopyButton } from "../parts/CopyButton.tsx"
import { Facts } from "../parts/Facts.tsx"
import { Failure } from "../parts/Failure.tsx"
import { prettyJson } from "../parts/Json.ts"
import { Loading } from "../parts/Loading.tsx"
import { PendingButton } from "../parts/PendingButton.tsx"
import { RelativeTime } from "../parts/RelativeTime.tsx"
import { Section } from "../parts/Section.tsx"
import { deliveriesPath, integrationsPath } from "../shell/Paths.ts"
import { Attempts } from "./Attempts.tsx"
import { useAttempts, useDelivery, useRetry } from "./DeliveryCalls.ts"
import { DeliveryStateBadge } from "./DeliveryStateBadge.tsx"

interface DeliveryPanelProps {
  readonly workspace: string
  readonly id: number
  /** By their identifiers. */
  readonly integrations: ReadonlyMap<string, Integration>
}

export const DeliveryPanel = ({ workspace, id, integrations }: DeliveryPanelProps) => {
  const { data: delivery, error, refetch } = useDelivery(workspace, id)
  const attempts = useAttempts(workspace, id, delivery?.attempts ?? 0)
  if (delivery === undefined) {
    if (error === null) return <Loading />
    return error._tag === "DeliveryUnknown" ? (
      <Failure sentence="This workspace has no such delivery. Old ones are removed after a while." />
    ) : (
      <Failure sentence={commonSentence(error)} onRetry={() => refetch()} />
    )
  }
  const integration = integrations.get(delivery.integration)
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Group gap="sm">
          <DeliveryStateBadge state={delivery.state} />
          <strong>{eventNames[delivery.name]}</strong>
        </Group>
        {delivery.state === "pending" ? null : <Retry workspace={workspace} id={id} />}
      </Group>
      <Facts
        facts={[
          [
            "Integration",
            <Anchor key="integration" component={Link} href={integrationsPath(workspace, delivery.integration)}>
              {integration?.url ?? delivery.integration}
            </Anchor>,
          ],
          ["Event happened", <RelativeTime key="created" at={delivery.createdAt} />],
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
          <span>None yet.</span>
        ) : (
          <Attempts attempts={attempts.data} />
        )}
      </Section>
      <Request delivery={delivery} />
    </Stack>
  )
}

const nextAttempt = ({ dueAt }: DeliveryDetail, integration: Integration | undefined) =>
  integration?.enabled === false ? "When its integration is enabled again" : <RelativeTime at={dueAt} />

const Request = ({ delivery: { url, body, event } }: { readonly delivery: DeliveryDetail }) => (
  <Section title="Request">
    <CodeBlock
      label="Request line and headers"
      text={`POST ${url}
content-type: application/json
user-agent: espalier-notifications
webhook-id: ${event}
webhook-timestamp: the time of the attempt, in Unix seconds
webhook-signature: v1,… made with the integration's secret`}
    />
    <Group justify="space-between">
      <span>Body</span>
      <CopyButton text={body} label="Copy the body" />
    </Group>
    <CodeBlock text={prettyJson(body)} label="Body" />
  </Section>
)

const Retry = ({ workspace, id }: { readonly workspace: string; readonly id: number }) => {
  const retry = useRetry(workspace, id)
  const announce = useAnnounce()
  const sentence = (error: NonNullable<typeof retry.error>): string => {
    switch (error._tag) {
      case "DeliveryPending":
        return "It is pending already, and goes out by itself."
      case "DeliveryUnknown":
        return "This delivery is not there any more."
      default:
        return commonSentence(error)
    }
  }
  return (
    <>
      <PendingButton
        size="xs"
        pending={retry.isPending}
        onClick={() => retry.mutate(undefined, { onSuccess: () => announce("It goes out once more") })}
      >
        Retry
      </PendingButton>
      {retry.error === null ? null : <Failure sentence={sentence(retry.error)} />}
    </>
  )
}
