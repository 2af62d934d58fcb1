/**
 * The form of a declaration: identifier, type, payload and target.
 */

import { DeclarationContent, type DeviceDetail, type Target } from "@espalier/devices/api"
import { Autocomplete, Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core"
import { Result, Schema } from "effect"
import { type FormEvent, useState } from "react"
import { Failure } from "../components/Failure.tsx"
import { PendingButton } from "../components/PendingButton.tsx"
import { useToast } from "../components/Toaster.tsx"
import { userKeyOf, userNameOf } from "./Describe.ts"
import { deviceErrorMessage } from "./DeviceErrorMessage.ts"
import { usePutDeclaration } from "./DeviceQueries.ts"
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
  const [chosen, setChosen] = useState("device")
  const [problems, setProblems] = useState<Problems>({})
  const put = usePutDeclaration(workspace, device.udid)
  const toast = useToast()

  const target = (): Target => {
    if (chosen === "all") return {}
    const user = device.users.find((one) => userKeyOf(one) === chosen)
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
      ...(name === "" ? { identifier: "Enter an identifier, such as passcode." } : {}),
      ...(Result.isFailure(Type) ? { type: "Enter a type such as com.apple.configuration.passcode.settings." } : {}),
      ...(Result.isFailure(Payload) ? { payload: 'Enter a JSON object, such as {"RequirePasscode": true}.' } : {}),
    })
    if (name === "" || Result.isFailure(Type) || Result.isFailure(Payload)) return
    put.mutate(
      { identifier: name, target: target(), content: { Type: Type.success, Payload: Payload.success } },
      {
        onSuccess: () => {
          toast(`${name} saved`)
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
          description="An existing declaration with this identifier and target is replaced."
          value={identifier}
          onChange={(event) => setIdentifier(event.currentTarget.value)}
          error={problems.identifier}
          errorProps={{ role: "alert" }}
        />
        <Autocomplete
          label="Type"
          description="A configuration becomes active when an activation refers to it."
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
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={[
            { value: "device", label: "This device" },
            ...device.users.map((user) => ({ value: userKeyOf(user), label: userNameOf(user) })),
            { value: "all", label: "Every device" },
          ]}
        />
        {put.error === null ? null : <Failure message={deviceErrorMessage(put.error)} />}
        <Group>
          <PendingButton type="submit" pending={put.isPending}>
            Save declaration
          </PendingButton>
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
