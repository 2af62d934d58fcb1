/**
 * The form to queue a command: command, target and payload.
 */

import type { CommandInput, DeviceDetail } from "@espalier/devices/api"
import { Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core"
import { Result } from "effect"
import { type FormEvent, useState } from "react"
import { Confirm } from "../components/Confirm.tsx"
import { Failure } from "../components/Failure.tsx"
import { PendingButton } from "../components/PendingButton.tsx"
import { useToast } from "../components/Toaster.tsx"
import { ChannelSelect, type UserChannel } from "./ChannelSelect.tsx"
import { CommandFields } from "./CommandFields.tsx"
import { commandForms } from "./CommandForms.ts"
import { nothingFilled, payloadOf, payloadOfJson } from "./CommandPayload.ts"
import { nameOf } from "./Describe.ts"
import { deviceErrorMessage } from "./DeviceErrorMessage.ts"
import { useQueueCommand } from "./DeviceQueries.ts"
import { JsonField } from "./JsonField.tsx"

interface QueueCommandProps {
  readonly workspace: string
  readonly device: DeviceDetail
}

const other = "other"

export const QueueCommand = ({ workspace, device }: QueueCommandProps) => {
  const [chosen, setChosen] = useState("DeviceInformation")
  const [user, setUser] = useState<UserChannel>()
  const [filled, setFilled] = useState(nothingFilled)
  const [typed, setTyped] = useState({ requestType: "", json: "" })
  const [confirmation, setConfirmation] = useState("")
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({})
  const queue = useQueueCommand(workspace, device.udid)
  const toast = useToast()
  const form = commandForms.find(({ requestType }) => requestType === chosen)
  const name = nameOf(device)

  const choose = (requestType: string) => {
    setChosen(requestType)
    setFilled(nothingFilled)
    setConfirmation("")
    setProblems({})
    queue.reset()
  }

  const input = (): Result.Result<CommandInput, Readonly<Record<string, string>>> => {
    if (form === undefined) {
      const requestType = typed.requestType.trim()
      if (requestType === "") return Result.fail({ requestType: "Enter a RequestType." })
      return payloadOfJson(typed.json).pipe(
        Result.mapError((json) => ({ json })),
        Result.map((payload) => ({ requestType, payload })),
      )
    }
    if (form.danger !== undefined && confirmation.trim() !== name) {
      return Result.fail({ confirmation: `Type ${name} to confirm.` })
    }
    return Result.map(payloadOf(form, filled), (payload) => ({ requestType: form.requestType, payload }))
  }

  const send = () => {
    const result = input()
    setProblems(Result.isFailure(result) ? result.failure : {})
    if (Result.isFailure(result)) return
    queue.mutate(
      { ...result.success, ...user },
      {
        onSuccess: ({ requestType }) => {
          choose(chosen)
          toast(`${requestType} queued`)
        },
      },
    )
  }

  return (
    <form
      className="device-card"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        if (form?.question === undefined) send()
      }}
      noValidate
    >
      <Stack gap="md">
        <Group align="flex-end" gap="md">
          <NativeSelect
            label="Command"
            value={chosen}
            onChange={(event) => choose(event.currentTarget.value)}
            data={[
              ...commandForms.map(({ requestType }) => ({ value: requestType, label: requestType })),
              { value: other, label: "Other (JSON)" },
            ]}
          />
          <ChannelSelect label="For" users={device.users} chosen={user} onChange={setUser} />
        </Group>
        {form === undefined ? (
          <>
            <TextInput
              label="RequestType"
              description="The name in Apple's documentation."
              placeholder="Settings"
              value={typed.requestType}
              onChange={(event) => setTyped({ ...typed, requestType: event.currentTarget.value })}
              error={problems["requestType"]}
              errorProps={{ role: "alert" }}
            />
            <JsonField
              label="Payload"
              about="The other keys of the command."
              value={typed.json}
              onChange={(json) => setTyped({ ...typed, json })}
              problem={problems["json"]}
            />
          </>
        ) : (
          <>
            <Text size="sm" c="dimmed">
              {form.about}
            </Text>
            <CommandFields
              key={form.requestType}
              fields={form.fields}
              filled={filled}
              onChange={setFilled}
              problems={problems}
            />
            {form.danger === undefined ? null : (
              <TextInput
                label={`Type ${name} to confirm`}
                description={form.danger}
                value={confirmation}
                onChange={(event) => setConfirmation(event.currentTarget.value)}
                autoComplete="off"
                error={problems["confirmation"]}
                errorProps={{ role: "alert" }}
              />
            )}
          </>
        )}
        {queue.error === null ? null : <Failure message={deviceErrorMessage(queue.error)} />}
        <Group>
          {form?.question === undefined ? (
            <PendingButton
              type="submit"
              pending={queue.isPending}
              {...(form?.danger === undefined ? {} : { color: "red" })}
            >
              Queue {form?.requestType ?? "command"}
            </PendingButton>
          ) : (
            <Confirm
              label={`Queue ${form.requestType}`}
              question={form.question}
              yes="Queue it now"
              pending={queue.isPending}
              onConfirm={send}
            />
          )}
        </Group>
      </Stack>
    </form>
  )
}
