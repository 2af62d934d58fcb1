/**
 * Catches what a page throws: a part that could not be loaded since the server was updated, or a fault of ours.
 */
import { Component, type ReactNode } from "react"
import { Failure } from "../parts/Failure.tsx"

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? (
      <Failure
        sentence="This page could not be shown. It may have been updated meanwhile."
        onRetry={() => location.reload()}
      />
    ) : (
      this.props.children
    )
  }
}
