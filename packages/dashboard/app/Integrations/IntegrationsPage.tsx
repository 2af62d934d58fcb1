/**
 * The integrations of a workspace: the list, and beside it the one that is being looked at or made.
 */
import { Button } from "@mantine/core"
import IconPlugConnected from "@tabler/icons-react/dist/esm/icons/IconPlugConnected.mjs"
import { Link, useLocation } from "wouter"
import { commonSentence } from "../Api/CommonFailure.ts"
import { EmptyState } from "../parts/EmptyState.tsx"
import { Failure } from "../parts/Failure.tsx"
import { Loading } from "../parts/Loading.tsx"
import { PageHeader } from "../parts/PageHeader.tsx"
import { SidePanel } from "../parts/SidePanel.tsx"
import { integrationsPath } from "../shell/Paths.ts"
import { CreateIntegration } from "./CreateIntegration.tsx"
import { useIntegrations } from "./IntegrationCalls.ts"
import { IntegrationList } from "./IntegrationList.tsx"
import { IntegrationPanel } from "./IntegrationPanel.tsx"

interface IntegrationsPageProps {
  readonly workspace: string
  /** Its identifier, or `new`. */
  readonly opened: string | undefined
}

export default function IntegrationsPage({ workspace, opened }: IntegrationsPageProps) {
  const { data: integrations, error, refetch } = useIntegrations(workspace)
  const [, navigate] = useLocation()
  const close = () => navigate(integrationsPath(workspace))
  const create = (
    <Button component={Link} href={integrationsPath(workspace, "new")}>
      + Create integration
    </Button>
  )

  const list = () => {
    if (integrations === undefined) {
      return error === null ? <Loading /> : <Failure sentence={commonSentence(error)} onRetry={() => refetch()} />
    }
    return integrations.length === 0 ? (
      <EmptyState icon={<IconPlugConnected size={26} />} title="Nobody is told yet" action={create}>
        A webhook integration posts events of this workspace, such as a device that enrolled, to a URL of yours: an ITSM
        platform, a dashboard, an automation.
      </EmptyState>
    ) : (
      <IntegrationList workspace={workspace} integrations={integrations} />
    )
  }

  return (
    <>
      <PageHeader title="Integrations" about="Who is told what happens in this workspace.">
        {integrations?.length === 0 ? null : create}
      </PageHeader>
      {list()}
      <SidePanel opened={opened === "new"} title="Create integration" onClose={close}>
        <CreateIntegration workspace={workspace} onClose={close} />
      </SidePanel>
      <SidePanel opened={opened !== undefined && opened !== "new"} title="Webhook integration" onClose={close}>
        {opened === undefined || integrations === undefined ? null : (
          <IntegrationPanel
            key={opened}
            workspace={workspace}
            integration={integrations.find(({ id }) => id === opened)}
            onClose={close}
          />
        )}
      </SidePanel>
    </>
  )
}
