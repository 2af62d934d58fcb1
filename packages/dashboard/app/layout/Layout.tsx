/**
 * The frame of every page: workspace, navigation, colour scheme and account menu.
 */
import type { KeyHolder } from "@espalier/api-keys/api"
import type { ReactNode } from "react"
import { Link } from "wouter"
import { Brand } from "../components/Brand.tsx"
import { AccountMenu } from "./AccountMenu.tsx"
import { configuration } from "./Configuration.ts"
import { Navigation } from "./Navigation.tsx"
import { SchemeSwitch } from "./SchemeSwitch.tsx"
import "./Layout.css"

interface LayoutProps {
  readonly workspace?: string
  readonly holder: KeyHolder
  readonly children: ReactNode
}

export const Layout = ({ workspace, holder, children }: LayoutProps) => (
  <div className="layout">
    <a className="skip-link" href="#content">
      Skip to content
    </a>
    <header className="layout-header">
      <Link href="/" className="layout-home" aria-label="Home">
        <Brand />
      </Link>
      <span className="layout-workspace" title={workspace}>
        {workspace ?? configuration.branding.name}
      </span>
      <SchemeSwitch />
      <AccountMenu holder={holder} />
    </header>
    {workspace === undefined ? null : <Navigation workspace={workspace} />}
    <main id="content" className="layout-content" tabIndex={-1}>
      {children}
    </main>
  </div>
)
