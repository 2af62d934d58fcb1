/**
 * The pages of a workspace.
 */
import IconDevices from "@tabler/icons-react/dist/esm/icons/IconDevices.mjs"
import IconPlugConnected from "@tabler/icons-react/dist/esm/icons/IconPlugConnected.mjs"
import IconSend from "@tabler/icons-react/dist/esm/icons/IconSend.mjs"
import type { ReactNode } from "react"
import { Link, useRoute } from "wouter"
import { configuration } from "./Configuration.ts"
import { deliveriesPath, devicesPath, integrationsPath } from "./Paths.ts"

interface PageLinkProps {
  readonly href: string
  /** The addresses below which the link is the current page. */
  readonly pattern: string
  readonly children: ReactNode
}

const PageLink = ({ href, pattern, children }: PageLinkProps) => {
  const [isHere] = useRoute(pattern)
  return (
    <Link href={href} aria-current={isHere ? "page" : undefined}>
      {children}
    </Link>
  )
}

export const Navigation = ({ workspace }: { readonly workspace: string }) => (
  <nav className="layout-nav" aria-label="Workspace">
    <PageLink href={integrationsPath(workspace)} pattern="/w/:workspace/integrations/*?">
      <IconPlugConnected size={18} aria-hidden />
      Integrations
    </PageLink>
    <PageLink href={deliveriesPath(workspace)} pattern="/w/:workspace/deliveries/*?">
      <IconSend size={18} aria-hidden />
      Deliveries
    </PageLink>
    {configuration.devices ? (
      <PageLink href={devicesPath(workspace)} pattern="/w/:workspace/devices/*?">
        <IconDevices size={18} aria-hidden />
        Devices
      </PageLink>
    ) : null}
  </nav>
)
