/**
 * Replays the delivered or failed deliveries of a time range.
 */
import type { Integration } from "@espalier/schema"
import { Alert, Button, Group, NativeSelect, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { Dialog } from "../components/Dialog.tsx"
import { Failure } from "../components/Failure.tsx"
import { PendingButton } from "../components/PendingButton.tsx"
import { useReplay, useReplayPreview } from "./DeliveryQueries.ts"
import { type Filter, windowOf } from "./Filter.ts"
import { TimeField } from "./TimeField.tsx"

interface ReplayDialogProps {
  readonly workspace: string
  readonly filter: Filter
  readonly integrations: ReadonlyArray<Integration>
  readonly onClose: () => void
}

const states = [
  { value: "failed", label: "Failed, and retrying" },
  { value: "dead", label: "Failed" },
  { value: "delivered", label: "Delivered" },
] as const

const deliveryCount = (count: number) => (count === 1 ? "1 delivery" : `${count.toLocaleString()} deliveries`)

const integrationCount = (count: number) => (count === 1 ? "1 integration" : `${count.toLocaleString()} integrations`)

export const ReplayDialog = ({ workspace, filter, integrations, onClose }: ReplayDialogProps) => {
  const [initial] = useState(() => windowOf(filter))
  const [since, setSince] = useState(initial.since)
  const [until, setUntil] = useState(initial.until)
  const [state, setState] = useState<(typeof states)[number]["value"]>(
    filter.state === "delivered" ? "delivered" : "failed",
  )
  const [integration, setIntegration] = useState(filter.integration ?? "")
  const replay = useReplay(workspace)
  const range = { since, until, state, ...(integration === "" ? {} : { integration }) }
  const preview = useReplayPreview(workspace, range)
  return (
    <Dialog title="Replay deliveries" onClose={onClose}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          Sends events of this time range again with the same webhook-id. Receivers may ignore an id that they already
          know.
        </Text>
        <TimeField label="From" at={since} onChange={setSince} />
        <TimeField label="To" at={until} onChange={setUntil} />
        <NativeSelect
          label="State"
          value={state}
          onChange={(event) => {
            const chosen = states.find(({ value }) => value === event.currentTarget.value)
            if (chosen !== undefined) setState(chosen.value)
          }}
          data={[...states]}
        />
        <NativeSelect
          label="Integration"
          value={integration}
          onChange={(event) => setIntegration(event.currentTarget.value)}
          data={[
            { value: "", label: "All integrations" },
            ...integrations.map(({ id, url }) => ({ value: id, label: url })),
          ]}
        />
        {replay.error === null ? null : (
          <Failure
            message={
              replay.error._tag === "InvalidTimeRange"
                ? "The end of the time range is before its start."
                : commonErrorMessage(replay.error)
            }
          />
        )}
        {replay.data !== undefined || preview.data === undefined ? null : (
          <Text role="status">
            {deliveryCount(preview.data.deliveries)} to {integrationCount(preview.data.integrations)}
          </Text>
        )}
        {replay.data === undefined ? null : (
          <Alert color="teal" variant="light" role="status">
            {deliveryCount(replay.data.deliveries)} {replay.data.deliveries === 1 ? "is" : "are"} sent again.
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {replay.data === undefined ? "Cancel" : "Done"}
          </Button>
          <PendingButton pending={replay.isPending} onClick={() => replay.mutate(range)}>
            Replay
          </PendingButton>
        </Group>
      </Stack>
    </Dialog>
  )
}
