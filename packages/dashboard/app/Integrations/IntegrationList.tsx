/**
 * The list of integrations: type, configuration, events, state. On a narrow screen each row is a card.
 */
import type { Integration } from "@espalier/schema"
import IconWebhook from "@tabler/icons-react/dist/esm/icons/IconWebhook.mjs"
import { Link } from "wouter"
import { integrationsPath } from "../layout/Paths.ts"
import { EventBadges } from "./EventBadges.tsx"
import { IntegrationState } from "./IntegrationState.tsx"
import "../components/RowTable.css"
import "./IntegrationList.css"

interface IntegrationListProps {
  readonly workspace: string
  readonly integrations: ReadonlyArray<Integration>
}

export const IntegrationList = ({ workspace, integrations }: IntegrationListProps) => (
  <table className="row-table integration-list" aria-label="Integrations">
    <thead>
      <tr>
        <th scope="col">Type</th>
        <th scope="col">Configuration</th>
        <th scope="col">Events</th>
        <th scope="col">State</th>
      </tr>
    </thead>
    <tbody>
      {integrations.map((integration) => (
        <tr key={integration.id}>
          <td className="integration-list-type">
            <IconWebhook size={18} aria-hidden />
            Webhook
          </td>
          <td className="integration-list-url">
            <Link className="row-link" href={integrationsPath(workspace, integration.id)} title={integration.url}>
              {integration.url}
            </Link>
          </td>
          <td>
            <EventBadges events={integration.events} />
          </td>
          <td className="row-state">
            <IntegrationState integration={integration} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
