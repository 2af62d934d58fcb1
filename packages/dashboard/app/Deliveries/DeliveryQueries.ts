/**
 * Queries and mutations of deliveries.
 */

import type { Attempt, DeliveryNotFound, ReplayRange } from "@espalier/notifications/api"
import { type UseQueryOptions, useQueryClient } from "@tanstack/react-query"
import { Effect } from "effect"
import { notifications } from "../Api/Clients.ts"
import type { CommonError } from "../Api/CommonError.ts"
import { useEffectMutation, useEffectQuery } from "../Api/EffectQuery.ts"

const { deliveries } = notifications

const deliveryKey = (workspace: string, id: number) => ["delivery", workspace, id] as const

/** Refetched often while the delivery is pending. */
export const useDelivery = (workspace: string, id: number) =>
  useEffectQuery(deliveryKey(workspace, id), deliveries.get({ params: { workspace, id } }), {
    refetchInterval: ({ state }) => (state.data?.state === "pending" ? 2000 : 10_000),
  })

/** `count` is the known number of attempts: when it changes, they are refetched at once. */
export const useAttempts = (
  workspace: string,
  id: number,
  count: number,
  options: Pick<UseQueryOptions<ReadonlyArray<Attempt>, DeliveryNotFound | CommonError>, "refetchInterval"> = {},
) =>
  useEffectQuery(
    [...deliveryKey(workspace, id), "attempts", count],
    deliveries.attempts({ params: { workspace, id } }),
    {
      ...options,
      placeholderData: (previous) => previous,
    },
  )

export const useRetry = (workspace: string, id: number) => {
  const client = useQueryClient()
  return useEffectMutation(() => deliveries.retry({ params: { workspace, id } }), {
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: deliveryKey(workspace, id) })
      // The last attempt may have disabled the integration.
      void client.invalidateQueries({ queryKey: ["integrations", workspace] })
    },
  })
}

export const useReplay = (workspace: string) => {
  const client = useQueryClient()
  return useEffectMutation((input: ReplayRange) => deliveries.replay({ params: { workspace }, payload: input }), {
    onSuccess: () => {
      for (const name of ["statistics", "health", "deliveries-live"]) {
        void client.invalidateQueries({ queryKey: [name, workspace] })
      }
    },
  })
}

/** What a replay would send again. */
export const useReplayPreview = (workspace: string, range: ReplayRange) =>
  useEffectQuery(
    ["replay-preview", workspace, range],
    deliveries.previewReplay({ params: { workspace }, payload: range }),
    { placeholderData: (previous) => previous, retry: false },
  )

export const useRetryAll = (workspace: string, id: string) => {
  const client = useQueryClient()
  return useEffectMutation(() => deliveries.retryAll({ params: { workspace, id } }), {
    onSuccess: () => {
      for (const name of ["statistics", "health", "deliveries-live", "integrations"]) {
        void client.invalidateQueries({ queryKey: [name, workspace] })
      }
    },
  })
}

export const useHealth = (workspace: string) =>
  useEffectQuery(["health", workspace], deliveries.health({ params: { workspace } }), { refetchInterval: 5000 })

/** `window` is evaluated at each fetch. */
export const useStatistics = (
  workspace: string,
  key: string,
  window: () => { readonly since: number; readonly until: number; readonly step: number },
) =>
  useEffectQuery(
    ["statistics", workspace, key],
    Effect.suspend(() => {
      const query = window()
      return Effect.map(deliveries.statistics({ params: { workspace }, query }), (counts) => ({ ...query, counts }))
    }),
    { refetchInterval: 5000, placeholderData: (previous) => previous },
  )
