/**
 * Shows an error in place of a page that throws: because a script could not be loaded after an update of the server, or because of a bug.
 */
import { Component, type ReactNode } from "react"
import { Failure } from "../components/Failure.tsx"

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? (
      <Failure
        message="This page could not be shown. There may be a newer version: reload it."
        onRetry={() => location.reload()}
      />
    ) : (
      this.props.children
    )
  }
}
