/**
 * Shown while the server cannot be reached; queries are retried until it can.
 */
import { Loader } from "@mantine/core"
import { useQueryClient } from "@tanstack/react-query"
import { useCallback, useSyncExternalStore } from "react"
import { gatewayStatus, isTransient } from "../Api/CommonError.ts"
import "./ConnectionBanner.css"

/** Why the connection is lost; `undefined` while it is not. */
const useLostConnection = (): string | undefined => {
  const cache = useQueryClient().getQueryCache()
  const subscribe = useCallback((changed: () => void) => cache.subscribe(changed), [cache])
  const reason = () => {
    for (const query of cache.getAll()) {
      const error = query.state.fetchFailureReason ?? query.state.error
      if (!query.isActive() || !isTransient(error)) continue
      const status = gatewayStatus(error)
      return status === undefined ? "Connection lost." : `The server responded with HTTP ${status}.`
    }
    return undefined
  }
  return useSyncExternalStore(subscribe, reason)
}

export const ConnectionBanner = () => {
  const reason = useLostConnection()
  return (
    <div role="alert">
      {reason === undefined ? null : (
        <div className="connection-banner">
          <Loader size={14} color="currentColor" aria-hidden />
          {reason} Reconnecting…
        </div>
      )}
    </div>
  )
}
