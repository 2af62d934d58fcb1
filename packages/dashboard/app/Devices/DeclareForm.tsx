/**
 * Declares something: identifier, type, payload, and for whom.
 */

import { Autocomplete, Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core"
import { Result, Schema } from "effect"
import { type FormEvent, useState } from "react"
import { DeclarationContent, type DeviceDetail, type Target } from "../../src/Devices/index.ts"
import { useAnnounce } from "../parts/Announcer.tsx"
import { Failure } from "../parts/Failure.tsx"
import { PendingButton } from "../parts/PendingButton.tsx"
import { userKeyOf, userNameOf } from "./Describe.ts"
import { deviceCallSentence } from "./DeviceCallSentence.ts"
import { usePutDeclaration } from "./DeviceCalls.ts"
import { JsonField } from "./JsonField.tsx"

interface DeclareFormProps {
  readonly workspace: string
  readonly device: DeviceDetail
  readonly onDone: () => void
}

const types = [
  "com.apple.activation.simple",
  "com.apple.configuration.account.mail",
  "com.apple.configuration.management.status-subscriptions",
  "com.apple.configuration.passcode.settings",
  "com.apple.configuration.legacy",
  "com.apple.management.organization-info",
  "com.apple.management.properties",
]

const decodeType = Schema.decodeUnknownResult(DeclarationContent.fields.Type)
const decodePayload = Schema.decodeUnknownResult(Schema.fromJsonString(DeclarationContent.fields.Payload))

type Problems = Readonly<Partial<Record<"identifier" | "type" | "payload", string>>>

export const DeclareForm = ({ workspace, device, onDone }: DeclareFormProps) => {
  const [identifier, setIdentifier] = useState("")
  const [type, setType] = useState("")
  const [json, setJson] = useState("")
  const [whom, setWhom] = useState("device")
  const [problems, setProblems] = useState<Problems>({})
  const put = usePutDeclaration(workspace, device.udid)
  const announce = useAnnounce()

  const target = (): Target => {
    if (whom === "all") return {}
    const user = device.users.find((one) => userKeyOf(one) === whom)
    if (user === undefined) return { udid: device.udid }
    const { userId, userShortName } = user
    return { udid: device.udid, userId, ...(userShortName === undefined ? {} : { userShortName }) }
  }

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const Type = decodeType(type.trim())
    const Payload = decodePayload(json.trim() === "" ? "{}" : json)
    const name = identifier.trim()
    setProblems({
      ...(name === "" ? { identifier: "Give it an identifier, such as passcode." } : {}),
      ...(Result.isFailure(Type) ? { type: "A type looks like com.apple.configuration.passcode.settings." } : {}),
      ...(Result.isFailure(Payload) ? { payload: 'Write a JSON object, such as {"RequirePasscode": true}.' } : {}),
    })
    if (name === "" || Result.isFailure(Type) || Result.isFailure(Payload)) return
    put.mutate(
      { identifier: name, target: target(), content: { Type: Type.success, Payload: Payload.success } },
      {
        onSuccess: () => {
          announce(`${name} declared`)
          onDone()
        },
      },
    )
  }

  return (
    <form className="device-card" onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label="Identifier"
          description="What is declared under it already is replaced."
          value={identifier}
          onChange={(event) => setIdentifier(event.currentTarget.value)}
          error={problems.identifier}
          errorProps={{ role: "alert" }}
        />
        <Autocomplete
          label="Type"
          description="A configuration comes into force when an activation names it."
          placeholder="com.apple.configuration.…"
          data={types}
          value={type}
          onChange={setType}
          error={problems.type}
          errorProps={{ role: "alert" }}
        />
        <JsonField
          label="Payload"
          about="As Apple documents it for this type."
          value={json}
          onChange={setJson}
          problem={problems.payload}
        />
        <NativeSelect
          label="For"
          value={whom}
          onChange={(event) => setWhom(event.currentTarget.value)}
          data={[
            { value: "device", label: "This device" },
            ...device.users.map((user) => ({ value: userKeyOf(user), label: userNameOf(user) })),
            { value: "all", label: "Every device" },
          ]}
        />
        {put.error === null ? null : <Failure sentence={deviceCallSentence(put.error)} />}
        <Group>
          <PendingButton type="submit" pending={put.isPending}>
            Declare
          </PendingButton>
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
