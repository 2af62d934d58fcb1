/**
 * One integration, with all that can be done about it.
 */
import type { Integration } from "@espalier/schema"
import { Alert, Anchor, Divider, Stack, Switch } from "@mantine/core"
import { Link } from "wouter"
import { useAnnounce } from "../parts/Announcer.tsx"
import { CopyButton } from "../parts/CopyButton.tsx"
import { Failure } from "../parts/Failure.tsx"
import { RelativeTime } from "../parts/RelativeTime.tsx"
import { Section } from "../parts/Section.tsx"
import { deliveriesPath } from "../shell/Paths.ts"
import { DeleteIntegration } from "./DeleteIntegration.tsx"
import { EditIntegration } from "./EditIntegration.tsx"
import { problemOf } from "./InputProblem.ts"
import { useEnable } from "./IntegrationCalls.ts"
import { disabledSentences, failingSentence } from "./IntegrationState.tsx"
import { RotateSecret } from "./RotateSecret.tsx"
import { SendTest } from "./SendTest.tsx"

interface IntegrationPanelProps {
  readonly workspace: string
  readonly integration: Integration | undefined
  readonly onClose: () => void
}

export const IntegrationPanel = ({ workspace, integration, onClose }: IntegrationPanelProps) => {
  const enable = useEnable(workspace, integration?.id ?? "")
  const announce = useAnnounce()
  if (integration === undefined) {
    return <Failure sentence="This workspace has no such integration. Somebody may have deleted it." />
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
          {disabledSentences[disabledReason]}
        </Alert>
      )}
      {failingSince === undefined ? null : (
        <Alert color="yellow" variant="light" title="Failing">
          {failingSentence(failingSince)}
        </Alert>
      )}
      <Switch
        label="Enabled"
        description={enabled ? "Events are posted as they happen." : "Nothing is posted. What is pending waits."}
        checked={enabled}
        disabled={enable.isPending}
        onChange={(event) =>
          enable.mutate(event.currentTarget.checked, {
            onSuccess: (changed) => announce(changed.enabled ? "Enabled" : "Disabled"),
          })
        }
      />
      {enable.error === null ? null : <Failure sentence={problemOf(enable.error).sentence} />}
      <Anchor component={Link} href={deliveriesPath(workspace, { search: `integration=${encodeURIComponent(id)}` })}>
        See its deliveries
      </Anchor>
      <Divider />
      <EditIntegration workspace={workspace} integration={integration} />
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
