/**
 * Queries and mutations of integrations. Each mutation refetches the list.
 */
import type { IntegrationInput } from "@espalier/notifications/api"
import type { SubscriptionName } from "@espalier/schema"
import { useQueryClient } from "@tanstack/react-query"
import { notifications } from "../Api/Clients.ts"
import { useEffectMutation, useEffectQuery } from "../Api/EffectQuery.ts"

const { integrations, events } = notifications

const listKey = (workspace: string) => ["integrations", workspace] as const

export const useIntegrations = (workspace: string) =>
  useEffectQuery(listKey(workspace), integrations.list({ params: { workspace } }), { refetchInterval: 10_000 })

/** The events change only with a new version of the server. */
export const useCatalogue = (workspace: string) =>
  useEffectQuery(["catalogue", workspace], events.catalogue({ params: { workspace } }), {
    staleTime: Number.POSITIVE_INFINITY,
  })

const useChanged = (workspace: string) => {
  const client = useQueryClient()
  return () => void client.invalidateQueries({ queryKey: listKey(workspace) })
}

export const useCreate = (workspace: string) =>
  useEffectMutation(
    (input: IntegrationInput) => integrations.create({ params: { workspace }, headers: {}, payload: input }),
    {
      onSuccess: useChanged(workspace),
    },
  )

export const useEdit = (workspace: string, id: string) =>
  useEffectMutation(
    (input: Pick<IntegrationInput, "url" | "events">) =>
      integrations.edit({ params: { workspace, id }, payload: input }),
    { onSuccess: useChanged(workspace) },
  )

export const useDelete = (workspace: string, id: string) =>
  useEffectMutation(() => integrations.delete({ params: { workspace, id } }), { onSuccess: useChanged(workspace) })

export const useEnable = (workspace: string, id: string) =>
  useEffectMutation(
    (enabled: boolean) =>
      enabled
        ? integrations.enable({ params: { workspace, id } })
        : integrations.disable({ params: { workspace, id } }),
    { onSuccess: useChanged(workspace) },
  )

export const useRotateSecret = (workspace: string, id: string) =>
  useEffectMutation(() => integrations.rotateSecret({ params: { workspace, id }, query: {} }), {
    onSuccess: useChanged(workspace),
  })

export const useSendTest = (workspace: string, id: string) =>
  useEffectMutation((event: SubscriptionName) =>
    integrations.sendTest({ params: { workspace, id }, payload: { event } }),
  )
