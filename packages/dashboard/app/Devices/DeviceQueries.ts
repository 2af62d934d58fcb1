/**
 * Queries and mutations of devices. Each mutation refetches its device.
 */

import type { CommandInput, DeclarationContent, Target } from "@espalier/devices/api"
import { useQueryClient } from "@tanstack/react-query"
import { useEffectMutation, useEffectQuery } from "../Api/EffectQuery.ts"
import { devicesClient } from "./DevicesClient.ts"

const { commands, declarations, devices } = devicesClient

const deviceKey = (workspace: string, udid: string) => ["device", workspace, udid] as const

export const useDevices = (workspace: string) =>
  useEffectQuery(["devices", workspace], devices.list({ params: { workspace } }), { refetchInterval: 5000 })

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
