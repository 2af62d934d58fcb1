/**
 * Shown while the server cannot be reached; queries are retried until it can.
 */
import { Loader } from "@mantine/core"
import { useQueryClient } from "@tanstack/react-query"
import { useCallback, useSyncExternalStore } from "react"
import { isTransient } from "../Api/CommonError.ts"
import "./ConnectionBanner.css"

const useIsLost = (): boolean => {
  const cache = useQueryClient().getQueryCache()
  const subscribe = useCallback((changed: () => void) => cache.subscribe(changed), [cache])
  const isLost = () =>
    cache.getAll().some((query) => query.isActive() && isTransient(query.state.fetchFailureReason ?? query.state.error))
  return useSyncExternalStore(subscribe, isLost)
}

export const ConnectionBanner = () => {
  const lost = useIsLost()
  return (
    <div role="alert">
      {lost ? (
        <div className="connection-banner">
          <Loader size={14} color="currentColor" aria-hidden />
          Connection lost. Reconnecting…
        </div>
      ) : null}
    </div>
  )
}
