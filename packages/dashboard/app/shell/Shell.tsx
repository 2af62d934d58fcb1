/**
 * What is around every page: the workspace, the way to its pages, light or dark, and the way out.
 */
import type { KeyHolder } from "@espalier/api-keys/api"
import type { ReactNode } from "react"
import { Link } from "wouter"
import { Brand } from "../parts/Brand.tsx"
import { AccountMenu } from "./AccountMenu.tsx"
import { Navigation } from "./Navigation.tsx"
import { SchemeSwitch } from "./SchemeSwitch.tsx"
import "./Shell.css"

interface ShellProps {
  readonly workspace?: string
  readonly holder: KeyHolder
  readonly children: ReactNode
}

export const Shell = ({ workspace, holder, children }: ShellProps) => (
  <div className="shell">
    <a className="skip-link" href="#content">
      Skip to the content
    </a>
    <header className="shell-header">
      <Link href="/" className="shell-home" aria-label="Home">
        <Brand />
      </Link>
      <span className="shell-workspace" title={workspace}>
        {workspace ?? "Dashboard"}
      </span>
      <SchemeSwitch />
      <AccountMenu holder={holder} />
    </header>
    {workspace === undefined ? null : <Navigation workspace={workspace} />}
    <main id="content" className="shell-content" tabIndex={-1}>
      {children}
    </main>
  </div>
)
