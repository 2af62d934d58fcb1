/**
 * The integrations of a workspace: the list, and a side panel for one of them or a new one.
 */
import { Button } from "@mantine/core"
import IconPlugConnected from "@tabler/icons-react/dist/esm/icons/IconPlugConnected.mjs"
import { Link, useLocation } from "wouter"
import { commonErrorMessage } from "../Api/CommonError.ts"
import { EmptyState } from "../components/EmptyState.tsx"
import { Failure } from "../components/Failure.tsx"
import { Loading } from "../components/Loading.tsx"
import { PageHeader } from "../components/PageHeader.tsx"
import { SidePanel } from "../components/SidePanel.tsx"
import { useUnsavedChanges } from "../components/UnsavedChanges.tsx"
import { integrationsPath } from "../layout/Paths.ts"
import { CreateIntegration } from "./CreateIntegration.tsx"
import { IntegrationList } from "./IntegrationList.tsx"
import { IntegrationPanel } from "./IntegrationPanel.tsx"
import { useIntegrations } from "./IntegrationQueries.ts"

interface IntegrationsPageProps {
  readonly workspace: string
  /** An integration's id, or `new`. */
  readonly opened: string | undefined
}

export default function IntegrationsPage({ workspace, opened }: IntegrationsPageProps) {
  const { data: integrations, error, refetch } = useIntegrations(workspace)
  const [, navigate] = useLocation()
  const close = () => navigate(integrationsPath(workspace))
  const unsaved = useUnsavedChanges(close)
  const create = (
    <Button component={Link} href={integrationsPath(workspace, "new")}>
      Create integration
    </Button>
  )

  const list = () => {
    if (integrations === undefined) {
      return error === null ? <Loading /> : <Failure message={commonErrorMessage(error)} onRetry={() => refetch()} />
    }
    return integrations.length === 0 ? (
      <EmptyState icon={<IconPlugConnected size={26} />} title="No integrations yet" action={create}>
        Send workspace events to your tools: a webhook integration sends each event, such as a device enrollment, to a
        URL of your ITSM platform, dashboard or automation.
      </EmptyState>
    ) : (
      <IntegrationList workspace={workspace} integrations={integrations} />
    )
  }

  return (
    <>
      <PageHeader title="Integrations" about="Send workspace events to your tools.">
        {integrations?.length === 0 ? null : create}
      </PageHeader>
      {list()}
      <SidePanel opened={opened === "new"} title="Create integration" onClose={unsaved.leave}>
        <CreateIntegration workspace={workspace} onClose={close} onChanged={unsaved.setChanged} />
      </SidePanel>
      <SidePanel opened={opened !== undefined && opened !== "new"} title="Webhook integration" onClose={unsaved.leave}>
        {opened === undefined || integrations === undefined ? null : (
          <IntegrationPanel
            key={opened}
            workspace={workspace}
            integration={integrations.find(({ id }) => id === opened)}
            onClose={close}
            onChanged={unsaved.setChanged}
          />
        )}
      </SidePanel>
      {unsaved.question}
    </>
  )
}
