/**
 * Shows an error in place of content that throws, because a script could not be loaded after an update of the server, or because of a bug. The
 * rest of the page stays usable.
 */
import { Component, type ReactNode } from "react"
import { Failure } from "../components/Failure.tsx"

interface ErrorBoundaryProps {
  /** Another key, such as that of the next page, shows the content again. */
  readonly resetKey: string
  readonly message: string
  readonly children: ReactNode
}

interface ErrorBoundaryState {
  readonly failed: boolean
  readonly key: string
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { failed: false, key: this.props.resetKey }

  static getDerivedStateFromError(): Partial<ErrorBoundaryState> {
    return { failed: true }
  }

  static getDerivedStateFromProps({ resetKey }: ErrorBoundaryProps, { key }: ErrorBoundaryState) {
    return key === resetKey ? null : { failed: false, key: resetKey }
  }

  override render() {
    const { message, children } = this.props
    return this.state.failed ? <Failure message={message} onRetry={() => location.reload()} /> : children
  }
}
