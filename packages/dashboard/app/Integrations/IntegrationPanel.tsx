/**
 * One integration with its settings and actions.
 */
import type { Integration } from "@espalier/schema"
import { Alert, Anchor, Divider, Group, Stack, Switch } from "@mantine/core"
import { Link } from "wouter"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { CopyButton } from "../components/CopyButton.tsx"
import { Failure } from "../components/Failure.tsx"
import { PendingButton } from "../components/PendingButton.tsx"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { Section } from "../components/Section.tsx"
import { useToast } from "../components/Toaster.tsx"
import { useRetryAll } from "../Deliveries/DeliveryQueries.ts"
import { deliveriesPath } from "../layout/Paths.ts"
import { DeleteIntegration } from "./DeleteIntegration.tsx"
import { EditIntegration } from "./EditIntegration.tsx"
import { problemOf } from "./InputProblem.ts"
import { useEnable } from "./IntegrationQueries.ts"
import { disabledMessages, failingMessage } from "./IntegrationState.tsx"
import { RotateSecret } from "./RotateSecret.tsx"
import { SendTest } from "./SendTest.tsx"

interface IntegrationPanelProps {
  readonly workspace: string
  readonly integration: Integration | undefined
  readonly onClose: () => void
  readonly onChanged: (changed: boolean) => void
}

export const IntegrationPanel = ({ workspace, integration, onClose, onChanged }: IntegrationPanelProps) => {
  const enable = useEnable(workspace, integration?.id ?? "")
  const retryAll = useRetryAll(workspace, integration?.id ?? "")
  const toast = useToast()
  if (integration === undefined) {
    return <Failure message="This integration was not found. It may have been deleted." />
  }
  const { id, url, enabled, disabledReason, failingSince, createdAt } = integration
  return (
    <Stack gap="lg">
      <div className="integration-url">
        <span>{url}</span>
        <CopyButton text={url} label="Copy the URL" />
      </div>
      {disabledReason === undefined ? null : (
        <Alert color={disabledReason === "Asked" ? "gray" : "red"} variant="light" title="Disabled">
          {disabledMessages[disabledReason]}
        </Alert>
      )}
      {failingSince === undefined ? null : (
        <Alert color="yellow" variant="light" title="Failing">
          {failingMessage(failingSince)}
        </Alert>
      )}
      <Switch
        label="Enabled"
        description={enabled ? "Events are sent as they happen." : "Nothing is sent. Pending deliveries wait."}
        checked={enabled}
        disabled={enable.isPending}
        onChange={(event) =>
          enable.mutate(event.currentTarget.checked, {
            onSuccess: (changed) => toast(changed.enabled ? "Enabled" : "Disabled"),
          })
        }
      />
      {enable.error === null ? null : <Failure message={problemOf(enable.error).message} />}
      <Group justify="space-between">
        <Anchor component={Link} href={deliveriesPath(workspace, { search: `integration=${encodeURIComponent(id)}` })}>
          View deliveries
        </Anchor>
        <PendingButton
          size="xs"
          variant="default"
          pending={retryAll.isPending}
          onClick={() =>
            retryAll.mutate(undefined, {
              onSuccess: ({ deliveries }) =>
                toast(deliveries === 1 ? "1 delivery is sent now" : `${deliveries} deliveries are sent now`),
            })
          }
        >
          Retry all
        </PendingButton>
      </Group>
      {retryAll.error === null ? null : <Failure message={commonErrorMessage(retryAll.error)} />}
      <Divider />
      <EditIntegration workspace={workspace} integration={integration} onChanged={onChanged} />
      <Divider />
      <SendTest workspace={workspace} integration={integration} />
      <Divider />
      <RotateSecret workspace={workspace} id={id} />
      <Divider />
      <Section title="Delete">
        <DeleteIntegration workspace={workspace} id={id} onDeleted={onClose} />
      </Section>
      <span className="integration-created">
        Created <RelativeTime at={createdAt} /> · {id}
      </span>
    </Stack>
  )
}
