/**
 * What the pages ask and do about devices. Whatever is done to one has it asked for again.
 */
import { useQueryClient } from "@tanstack/react-query"
import type { CommandInput, DeclarationContent, Target } from "../../src/Devices/index.ts"
import { useAction, useCall } from "../Api/Calls.ts"
import { devices } from "./DevicesClient.ts"

const deviceKey = (workspace: string, udid: string) => ["device", workspace, udid] as const

export const useDevices = (workspace: string) =>
  useCall(["devices", workspace], devices.list({ params: { workspace } }), { refetchInterval: 5000 })

export const useDevice = (workspace: string, udid: string) =>
  useCall(deviceKey(workspace, udid), devices.get({ params: { workspace, udid } }), { refetchInterval: 2000 })

const useChanged = (workspace: string, udid: string) => {
  const client = useQueryClient()
  return () => void client.invalidateQueries({ queryKey: deviceKey(workspace, udid) })
}

export const useQueueCommand = (workspace: string, udid: string) =>
  useAction((payload: CommandInput) => devices.queueCommand({ params: { workspace, udid }, payload }), {
    onSuccess: useChanged(workspace, udid),
  })

export interface DeclarationInput {
  readonly identifier: string
  readonly target: Target
  readonly content: DeclarationContent
}

export const usePutDeclaration = (workspace: string, udid: string) =>
  useAction(
    ({ identifier, target, content }: DeclarationInput) =>
      devices.putDeclaration({ params: { workspace, identifier }, query: target, payload: content }),
    { onSuccess: useChanged(workspace, udid) },
  )

export const useDeleteDeclaration = (workspace: string, udid: string) =>
  useAction(
    ({ identifier, target }: Pick<DeclarationInput, "identifier" | "target">) =>
      devices.deleteDeclaration({ params: { workspace, identifier }, query: target }),
    { onSuccess: useChanged(workspace, udid) },
  )
