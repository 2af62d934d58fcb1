/**
 * Queries and mutations of devices. Each mutation refetches its device.
 */

import type { CommandInput, DeclarationContent, Target } from "@espalier/devices/api"
import { useQueryClient } from "@tanstack/react-query"
import { Effect } from "effect"
import { useEffectMutation, useEffectPages, useEffectQuery } from "../Api/EffectQuery.ts"
import type { DeviceListQuery } from "./DeviceListQuery.ts"
import { devicesClient } from "./DevicesClient.ts"

const { commands, declarations, devices, enrollment } = devicesClient

const deviceKey = (workspace: string, udid: string) => ["device", workspace, udid] as const

/** The devices that match a search, as far as the pages are loaded. */
export const useDevices = (workspace: string, query: DeviceListQuery) =>
  useEffectPages(
    ["devices", workspace, query],
    (cursor) =>
      devices.list({ params: { workspace }, query: { ...query, ...(cursor === undefined ? {} : { cursor }) } }),
    { refetchInterval: 5000 },
  )

/** The devices that were seen last, for their names. */
export const useRecentDevices = (workspace: string) =>
  useEffectQuery(
    ["recent-devices", workspace],
    Effect.map(
      devices.list({ params: { workspace }, query: { sort: "lastSeen", order: "desc", limit: 500 } }),
      (page) => page.devices,
    ),
    { refetchInterval: 10_000 },
  )

export const useCreateEnrollmentLink = (workspace: string) =>
  useEffectMutation(() => enrollment.createLink({ params: { workspace } }))

export const useDevice = (workspace: string, udid: string) =>
  useEffectQuery(deviceKey(workspace, udid), devices.get({ params: { workspace, udid } }), { refetchInterval: 2000 })

const useChanged = (workspace: string, udid: string) => {
  const client = useQueryClient()
  return () => void client.invalidateQueries({ queryKey: deviceKey(workspace, udid) })
}

export const useQueueCommand = (workspace: string, udid: string) =>
  useEffectMutation((payload: CommandInput) => commands.queue({ params: { workspace, udid }, payload }), {
    onSuccess: useChanged(workspace, udid),
  })

export interface DeclarationInput {
  readonly identifier: string
  readonly target: Target
  readonly content: DeclarationContent
}

export const usePutDeclaration = (workspace: string, udid: string) =>
  useEffectMutation(
    ({ identifier, target, content }: DeclarationInput) =>
      declarations.put({ params: { workspace, identifier }, query: target, payload: content }),
    { onSuccess: useChanged(workspace, udid) },
  )

export const useDeleteDeclaration = (workspace: string, udid: string) =>
  useEffectMutation(
    ({ identifier, target }: Pick<DeclarationInput, "identifier" | "target">) =>
      declarations.delete({ params: { workspace, identifier }, query: target }),
    { onSuccess: useChanged(workspace, udid) },
  )
