/**
 * Makes an integration: type, URL, events, Save; then shows its secret, this once.
 */

import { Alert, Button, Group, Radio, Stack } from "@mantine/core"
import { Redacted } from "effect"
import { commonSentence } from "../Api/CommonFailure.ts"
import { useAnnounce } from "../parts/Announcer.tsx"
import { Arrival } from "../parts/Arrival.tsx"
import { Failure } from "../parts/Failure.tsx"
import { Loading } from "../parts/Loading.tsx"
import { problemOf } from "./InputProblem.ts"
import { useCatalogue, useCreate } from "./IntegrationCalls.ts"
import { IntegrationForm } from "./IntegrationForm.tsx"
import { Secret } from "./Secret.tsx"

interface CreateIntegrationProps {
  readonly workspace: string
  readonly onClose: () => void
}

export const CreateIntegration = ({ workspace, onClose }: CreateIntegrationProps) => {
  const { data: catalogue, error, refetch } = useCatalogue(workspace)
  const create = useCreate(workspace)
  const announce = useAnnounce()

  if (create.data !== undefined) {
    return (
      <Arrival>
        <Stack gap="lg">
          <Alert color="teal" variant="light" title="Saved">
            Events of this workspace are posted to {create.data.integration.url} from now on.
          </Alert>
          <Secret secret={Redacted.value(create.data.secret)} />
          <Group>
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      </Arrival>
    )
  }
  if (catalogue === undefined) {
    return error === null ? <Loading /> : <Failure sentence={commonSentence(error)} onRetry={() => refetch()} />
  }
  return (
    <Stack gap="lg">
      <Radio.Group label="Type" value="webhook">
        <Radio.Card value="webhook" className="integration-type" mt={6} p="sm">
          <Group wrap="nowrap" align="flex-start" gap="sm">
            <Radio.Indicator />
            <div>
              <strong>Webhook</strong>
              <div className="integration-type-about">Posts events as JSON to a URL of yours.</div>
            </div>
          </Group>
        </Radio.Card>
      </Radio.Group>
      <IntegrationForm
        initial={{ url: "", events: [] }}
        catalogue={catalogue}
        refused={create.error === null ? undefined : problemOf(create.error)}
        pending={create.isPending}
        onSubmit={(input) =>
          create.mutate({ type: "webhook", ...input }, { onSuccess: () => announce("Integration saved") })
        }
      />
    </Stack>
  )
}
