/**
 * Sends an example event to this integration and shows the result.
 */
import { type Integration, SubscriptionName } from "@espalier/schema"
import { Group, NativeSelect, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { Failure } from "../components/Failure.tsx"
import { PendingButton } from "../components/PendingButton.tsx"
import { Section } from "../components/Section.tsx"
import { eventNames } from "./EventNames.ts"
import { useSendTest } from "./IntegrationQueries.ts"
import { TestOutcome } from "./TestOutcome.tsx"

interface SendTestProps {
  readonly workspace: string
  readonly integration: Integration
}

export const SendTest = ({ workspace, integration }: SendTestProps) => {
  const offered = SubscriptionName.literals.filter((name) =>
    integration.events.some((one) => one === name || one === "*"),
  )
  const [chosen, setChosen] = useState<SubscriptionName>(offered[0] ?? "device_enrolled")
  const send = useSendTest(workspace, integration.id)
  const message = (error: NonNullable<typeof send.error>): string => {
    switch (error._tag) {
      case "IntegrationDisabled":
        return "A disabled integration receives no events, also no test events. Enable it first."
      case "IntegrationNotFound":
        return "This integration was deleted."
      case "TooManyTests":
        return `An integration receives at most ${error.limit} test events in a minute. Try again in a minute.`
      default:
        return commonErrorMessage(error)
    }
  }
  return (
    <Section title="Test">
      <Text size="sm" c="dimmed">
        Sends an example event to this integration only, signed like every event.
      </Text>
      <Group align="flex-end" gap="sm">
        <NativeSelect
          label="Event"
          className="test-event"
          value={chosen}
          onChange={(event) => {
            const found = offered.find((name) => name === event.currentTarget.value)
            if (found !== undefined) setChosen(found)
          }}
          data={offered.map((name) => ({ value: name, label: eventNames[name] }))}
        />
        <PendingButton variant="default" pending={send.isPending} onClick={() => send.mutate(chosen)}>
          Send test event
        </PendingButton>
      </Group>
      <Stack gap="xs">
        {send.error === null ? null : <Failure message={message(send.error)} />}
        {send.data === undefined ? null : (
          <TestOutcome key={send.data.delivery} workspace={workspace} delivery={send.data.delivery} />
        )}
      </Stack>
    </Section>
  )
}
