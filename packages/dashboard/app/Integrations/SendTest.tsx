/**
 * Sends an example event to this integration alone, and shows at once what became of it.
 */
import type { Integration, SubscriptionName } from "@espalier/schema"
import { Group, NativeSelect, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { commonSentence } from "../Api/CommonFailure.ts"
import { Failure } from "../parts/Failure.tsx"
import { PendingButton } from "../parts/PendingButton.tsx"
import { Section } from "../parts/Section.tsx"
import { eventNames } from "./EventNames.ts"
import { useSendTest } from "./IntegrationCalls.ts"
import { TestOutcome } from "./TestOutcome.tsx"

interface SendTestProps {
  readonly workspace: string
  readonly integration: Integration
}

export const SendTest = ({ workspace, integration }: SendTestProps) => {
  const [chosen, setChosen] = useState<SubscriptionName>(integration.events[0])
  const send = useSendTest(workspace, integration.id)
  const sentence = (error: NonNullable<typeof send.error>): string => {
    switch (error._tag) {
      case "IntegrationDisabled":
        return "A disabled integration is sent nothing, test events neither. Enable it first."
      case "IntegrationUnknown":
        return "This integration is not there any more: somebody deleted it."
      default:
        return commonSentence(error)
    }
  }
  return (
    <Section title="Test">
      <Text size="sm" c="dimmed">
        Posts an example to this integration alone, signed like any other event.
      </Text>
      <Group align="flex-end" gap="sm">
        <NativeSelect
          label="Event"
          className="test-event"
          value={chosen}
          onChange={(event) => {
            const found = integration.events.find((name) => name === event.currentTarget.value)
            if (found !== undefined) setChosen(found)
          }}
          data={integration.events.map((name) => ({ value: name, label: eventNames[name] }))}
        />
        <PendingButton variant="default" pending={send.isPending} onClick={() => send.mutate(chosen)}>
          Send test event
        </PendingButton>
      </Group>
      <Stack gap="xs">
        {send.error === null ? null : <Failure sentence={sentence(send.error)} />}
        {send.data === undefined ? null : (
          <TestOutcome key={send.data.delivery} workspace={workspace} delivery={send.data.delivery} />
        )}
      </Stack>
    </Section>
  )
}
