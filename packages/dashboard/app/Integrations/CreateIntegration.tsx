/**
 * Creates an integration, then shows its secret once.
 */

import { Alert, Button, Group, Radio, Stack } from "@mantine/core"
import { Redacted } from "effect"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { Failure } from "../components/Failure.tsx"
import { FocusOnMount } from "../components/FocusOnMount.tsx"
import { Loading } from "../components/Loading.tsx"
import { useToast } from "../components/Toaster.tsx"
import { problemOf } from "./InputProblem.ts"
import { IntegrationForm } from "./IntegrationForm.tsx"
import { useCatalogue, useCreate } from "./IntegrationQueries.ts"
import { Secret } from "./Secret.tsx"

interface CreateIntegrationProps {
  readonly workspace: string
  readonly onClose: () => void
  readonly onChanged: (changed: boolean) => void
}

export const CreateIntegration = ({ workspace, onClose, onChanged }: CreateIntegrationProps) => {
  const { data: catalogue, error, refetch } = useCatalogue(workspace)
  const create = useCreate(workspace)
  const toast = useToast()

  if (create.data !== undefined) {
    return (
      <FocusOnMount>
        <Stack gap="lg">
          <Alert color="teal" variant="light" title="Saved">
            Events of this workspace are now sent to {create.data.integration.url}.
          </Alert>
          <Secret secret={Redacted.value(create.data.secret)} />
          <Group>
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      </FocusOnMount>
    )
  }
  if (catalogue === undefined) {
    return error === null ? <Loading /> : <Failure message={commonErrorMessage(error)} onRetry={() => refetch()} />
  }
  return (
    <Stack gap="lg">
      <Radio.Group label="Type" value="webhook">
        <Radio.Card value="webhook" className="integration-type" mt={6} p="sm">
          <Group wrap="nowrap" align="flex-start" gap="sm">
            <Radio.Indicator />
            <div>
              <strong>Webhook</strong>
              <div className="integration-type-about">Sends events as JSON to your URL.</div>
            </div>
          </Group>
        </Radio.Card>
      </Radio.Group>
      <IntegrationForm
        initial={{ url: "", events: [] }}
        catalogue={catalogue}
        rejected={create.error === null ? undefined : problemOf(create.error)}
        pending={create.isPending}
        onChange={onChanged}
        onSubmit={(input) =>
          create.mutate(
            { type: "webhook", ...input },
            {
              onSuccess: () => {
                onChanged(false)
                toast("Integration saved")
              },
            },
          )
        }
      />
    </Stack>
  )
}
