/**
 * Sends again what was sent, or failed, in a range of time.
 */
import type { Integration } from "@espalier/schema"
import { Alert, Button, Group, NativeSelect, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { commonSentence } from "../Api/CommonFailure.ts"
import { Dialog } from "../parts/Dialog.tsx"
import { Failure } from "../parts/Failure.tsx"
import { PendingButton } from "../parts/PendingButton.tsx"
import { useReplay } from "./DeliveryCalls.ts"
import { type Filter, windowOf } from "./Filter.ts"
import { TimeField } from "./TimeField.tsx"

interface ReplayDialogProps {
  readonly workspace: string
  readonly filter: Filter
  readonly integrations: ReadonlyArray<Integration>
  readonly onClose: () => void
}

const states = [
  { value: "dead", label: "Those that failed" },
  { value: "delivered", label: "Those that were delivered" },
] as const

const count = (deliveries: number) =>
  deliveries === 1 ? "1 delivery goes" : `${deliveries.toLocaleString()} deliveries go`

export const ReplayDialog = ({ workspace, filter, integrations, onClose }: ReplayDialogProps) => {
  const [initial] = useState(() => windowOf(filter))
  const [since, setSince] = useState(initial.since)
  const [until, setUntil] = useState(initial.until)
  const [state, setState] = useState<"dead" | "delivered">(filter.state === "delivered" ? "delivered" : "dead")
  const [integration, setIntegration] = useState(filter.integration ?? "")
  const replay = useReplay(workspace)
  return (
    <Dialog title="Replay a range" onClose={onClose}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          Events of this time go out again, each with the webhook-id that it had. Receivers that know it may leave it
          out.
        </Text>
        <TimeField label="From" at={since} onChange={setSince} />
        <TimeField label="To" at={until} onChange={setUntil} />
        <NativeSelect
          label="Which"
          value={state}
          onChange={(event) => setState(event.currentTarget.value === "delivered" ? "delivered" : "dead")}
          data={[...states]}
        />
        <NativeSelect
          label="Integration"
          value={integration}
          onChange={(event) => setIntegration(event.currentTarget.value)}
          data={[
            { value: "", label: "Every integration" },
            ...integrations.map(({ id, url }) => ({ value: id, label: url })),
          ]}
        />
        {replay.error === null ? null : (
          <Failure
            sentence={
              replay.error._tag === "RangeRefused" ? "This range ends before it begins." : commonSentence(replay.error)
            }
          />
        )}
        {replay.data === undefined ? null : (
          <Alert color="teal" variant="light" role="status">
            {count(replay.data.deliveries)} out again.
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {replay.data === undefined ? "Cancel" : "Done"}
          </Button>
          <PendingButton
            pending={replay.isPending}
            onClick={() => replay.mutate({ since, until, state, ...(integration === "" ? {} : { integration }) })}
          >
            Replay
          </PendingButton>
        </Group>
      </Stack>
    </Dialog>
  )
}
