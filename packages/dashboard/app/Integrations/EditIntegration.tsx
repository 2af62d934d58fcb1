/**
 * Changes where to, and which events.
 */
import type { Integration } from "@espalier/schema"
import { commonSentence } from "../Api/CommonFailure.ts"
import { useAnnounce } from "../parts/Announcer.tsx"
import { Failure } from "../parts/Failure.tsx"
import { Loading } from "../parts/Loading.tsx"
import { Section } from "../parts/Section.tsx"
import { problemOf } from "./InputProblem.ts"
import { useCatalogue, useEdit } from "./IntegrationCalls.ts"
import { IntegrationForm } from "./IntegrationForm.tsx"

interface EditIntegrationProps {
  readonly workspace: string
  readonly integration: Integration
}

export const EditIntegration = ({ workspace, integration }: EditIntegrationProps) => {
  const { data: catalogue, error, refetch } = useCatalogue(workspace)
  const edit = useEdit(workspace, integration.id)
  const announce = useAnnounce()
  if (catalogue === undefined) {
    return error === null ? <Loading /> : <Failure sentence={commonSentence(error)} onRetry={() => refetch()} />
  }
  return (
    <Section title="Configuration">
      <IntegrationForm
        initial={integration}
        catalogue={catalogue}
        refused={edit.error === null ? undefined : problemOf(edit.error)}
        pending={edit.isPending}
        onChange={edit.reset}
        onSubmit={(input) => edit.mutate(input, { onSuccess: () => announce("Saved") })}
      >
        {edit.isSuccess ? <span>Saved.</span> : null}
      </IntegrationForm>
    </Section>
  )
}
