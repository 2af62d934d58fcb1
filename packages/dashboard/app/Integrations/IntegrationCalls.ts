/**
 * What the pages ask and do about integrations. Whatever changes one has the list asked for again.
 */
import type { IntegrationInput } from "@espalier/notifications/api"
import type { SubscriptionName } from "@espalier/schema"
import { useQueryClient } from "@tanstack/react-query"
import { useAction, useCall } from "../Api/Calls.ts"
import { notifications } from "../Api/Clients.ts"

const { integrations, events } = notifications

const listKey = (workspace: string) => ["integrations", workspace] as const

export const useIntegrations = (workspace: string) =>
  useCall(listKey(workspace), integrations.list({ params: { workspace } }), { refetchInterval: 10_000 })

/** What there is to subscribe to changes with the server only. */
export const useCatalogue = (workspace: string) =>
  useCall(["catalogue", workspace], events.catalogue({ params: { workspace } }), {
    staleTime: Number.POSITIVE_INFINITY,
  })

const useChanged = (workspace: string) => {
  const client = useQueryClient()
  return () => void client.invalidateQueries({ queryKey: listKey(workspace) })
}

export const useCreate = (workspace: string) =>
  useAction((input: IntegrationInput) => integrations.create({ params: { workspace }, payload: input }), {
    onSuccess: useChanged(workspace),
  })

export const useEdit = (workspace: string, id: string) =>
  useAction(
    (input: Pick<IntegrationInput, "url" | "events">) =>
      integrations.edit({ params: { workspace, id }, payload: input }),
    { onSuccess: useChanged(workspace) },
  )

export const useDelete = (workspace: string, id: string) =>
  useAction(() => integrations.delete({ params: { workspace, id } }), { onSuccess: useChanged(workspace) })

export const useEnable = (workspace: string, id: string) =>
  useAction(
    (enabled: boolean) =>
      enabled
        ? integrations.enable({ params: { workspace, id } })
        : integrations.disable({ params: { workspace, id } }),
    { onSuccess: useChanged(workspace) },
  )

export const useRotateSecret = (workspace: string, id: string) =>
  useAction(() => integrations.rotateSecret({ params: { workspace, id } }), { onSuccess: useChanged(workspace) })

export const useSendTest = (workspace: string, id: string) =>
  useAction((event: SubscriptionName) => integrations.sendTest({ params: { workspace, id }, payload: { event } }))
