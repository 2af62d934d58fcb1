/**
 * Updates the URL and the events of an integration.
 */
import type { Integration } from "@espalier/schema"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { Failure } from "../components/Failure.tsx"
import { Loading } from "../components/Loading.tsx"
import { Section } from "../components/Section.tsx"
import { useToast } from "../components/Toaster.tsx"
import { problemOf } from "./InputProblem.ts"
import { IntegrationForm } from "./IntegrationForm.tsx"
import { useCatalogue, useEdit } from "./IntegrationQueries.ts"

interface EditIntegrationProps {
  readonly workspace: string
  readonly integration: Integration
  readonly onChanged: (changed: boolean) => void
}

export const EditIntegration = ({ workspace, integration, onChanged }: EditIntegrationProps) => {
  const { data: catalogue, error, refetch } = useCatalogue(workspace)
  const edit = useEdit(workspace, integration.id)
  const toast = useToast()
  if (catalogue === undefined) {
    return error === null ? <Loading /> : <Failure message={commonErrorMessage(error)} onRetry={() => refetch()} />
  }
  return (
    <Section title="Configuration">
      <IntegrationForm
        initial={integration}
        catalogue={catalogue}
        rejected={edit.error === null ? undefined : problemOf(edit.error)}
        pending={edit.isPending}
        onChange={(changed) => {
          edit.reset()
          onChanged(changed)
        }}
        onSubmit={(input) =>
          edit.mutate(input, {
            onSuccess: () => {
              onChanged(false)
              toast("Saved")
            },
          })
        }
      >
        {edit.isSuccess ? <span>Saved.</span> : null}
      </IntegrationForm>
    </Section>
  )
}
