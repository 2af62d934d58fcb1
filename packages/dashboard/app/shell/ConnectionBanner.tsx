/**
 * Says that the server cannot be reached, as long as that is so. Whatever was asked is asked again until it is answered.
 */
import { Loader } from "@mantine/core"
import { useQueryClient } from "@tanstack/react-query"
import { useCallback, useSyncExternalStore } from "react"
import { isPassing } from "../Api/CommonFailure.ts"
import "./ConnectionBanner.css"

const useIsLost = (): boolean => {
  const cache = useQueryClient().getQueryCache()
  const subscribe = useCallback((changed: () => void) => cache.subscribe(changed), [cache])
  const isLost = () =>
    cache.getAll().some((query) => query.isActive() && isPassing(query.state.fetchFailureReason ?? query.state.error))
  return useSyncExternalStore(subscribe, isLost)
}

export const ConnectionBanner = () => {
  const lost = useIsLost()
  return (
    <div role="alert">
      {lost ? (
        <div className="connection-banner">
          <Loader size={14} color="currentColor" aria-hidden />
          Connection lost. Trying again…
        </div>
      ) : null}
    </div>
  )
}
