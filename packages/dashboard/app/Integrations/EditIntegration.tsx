/**
 * Updates the URL and the events of an integration.
 */
import type { Integration } from "@espalier/schema"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { useAnnounce } from "../components/Announcer.tsx"
import { Failure } from "../components/Failure.tsx"
import { Loading } from "../components/Loading.tsx"
import { Section } from "../components/Section.tsx"
import { problemOf } from "./InputProblem.ts"
import { IntegrationForm } from "./IntegrationForm.tsx"
import { useCatalogue, useEdit } from "./IntegrationQueries.ts"

interface EditIntegrationProps {
  readonly workspace: string
  readonly integration: Integration
}

export const EditIntegration = ({ workspace, integration }: EditIntegrationProps) => {
  const { data: catalogue, error, refetch } = useCatalogue(workspace)
  const edit = useEdit(workspace, integration.id)
  const announce = useAnnounce()
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
        onChange={edit.reset}
        onSubmit={(input) => edit.mutate(input, { onSuccess: () => announce("Saved") })}
      >
        {edit.isSuccess ? <span>Saved.</span> : null}
      </IntegrationForm>
    </Section>
  )
}
