/**
 * What the pages ask and do about deliveries.
 */

import type { Attempt, DeliveryUnknown, ReplayInput } from "@espalier/notifications/api"
import { type UseQueryOptions, useQueryClient } from "@tanstack/react-query"
import { Effect } from "effect"
import { useAction, useCall } from "../Api/Calls.ts"
import { notifications } from "../Api/Clients.ts"
import type { CommonFailure } from "../Api/CommonFailure.ts"

const { deliveries } = notifications

const deliveryKey = (workspace: string, id: number) => ["delivery", workspace, id] as const

/** Asked again while something may still come of it. */
export const useDelivery = (workspace: string, id: number) =>
  useCall(deliveryKey(workspace, id), deliveries.get({ params: { workspace, id } }), {
    refetchInterval: ({ state }) => (state.data?.state === "pending" ? 2000 : 10_000),
  })

/** `count` is how many there are as far as is known: when it changes, they are asked for at once. */
export const useAttempts = (
  workspace: string,
  id: number,
  count: number,
  options: Pick<UseQueryOptions<ReadonlyArray<Attempt>, DeliveryUnknown | CommonFailure>, "refetchInterval"> = {},
) =>
  useCall([...deliveryKey(workspace, id), "attempts", count], deliveries.attempts({ params: { workspace, id } }), {
    ...options,
    placeholderData: (previous) => previous,
  })

export const useRetry = (workspace: string, id: number) => {
  const client = useQueryClient()
  return useAction(() => deliveries.retry({ params: { workspace, id } }), {
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: deliveryKey(workspace, id) })
      // It goes out when its integration is enabled, which the last attempt may have changed.
      void client.invalidateQueries({ queryKey: ["integrations", workspace] })
    },
  })
}

export const useReplay = (workspace: string) => {
  const client = useQueryClient()
  return useAction((input: ReplayInput) => deliveries.replay({ params: { workspace }, payload: input }), {
    onSuccess: () => {
      for (const asked of ["statistics", "health", "deliveries-live"]) {
        void client.invalidateQueries({ queryKey: [asked, workspace] })
      }
    },
  })
}

export const useHealth = (workspace: string) =>
  useCall(["health", workspace], deliveries.health({ params: { workspace } }), { refetchInterval: 5000 })

/** `window` says from when to when, as of when it is asked. */
export const useStatistics = (
  workspace: string,
  key: string,
  window: () => { readonly since: number; readonly until: number; readonly step: number },
) =>
  useCall(
    ["statistics", workspace, key],
    Effect.suspend(() => {
      const query = window()
      return Effect.map(deliveries.statistics({ params: { workspace }, query }), (counts) => ({ ...query, counts }))
    }),
    { refetchInterval: 5000, placeholderData: (previous) => previous },
  )
