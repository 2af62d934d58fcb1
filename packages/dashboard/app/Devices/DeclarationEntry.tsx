/**
 * One declaration: for whom it is, what the device makes of it, and removing it.
 */
import { Badge, type MantineColor } from "@mantine/core"
import type { Declared, DeviceDetail } from "../../src/Devices/index.ts"
import { useAnnounce } from "../parts/Announcer.tsx"
import { CodeBlock } from "../parts/CodeBlock.tsx"
import { Confirm } from "../parts/Confirm.tsx"
import { Failure } from "../parts/Failure.tsx"
import { type DeclarationState, stateOf } from "./DeclarationStatus.ts"
import { userKeyOf, userNameOf } from "./Describe.ts"
import { deviceCallSentence } from "./DeviceCallSentence.ts"
import { useDeleteDeclaration } from "./DeviceCalls.ts"
import "./CommandEntry.css"
import "./Opening.css"

interface DeclarationEntryProps {
  readonly workspace: string
  readonly device: DeviceDetail
  readonly declared: Declared
}

const words: Readonly<Record<DeclarationState["_tag"], readonly [string, MantineColor, string]>> = {
  Waiting: ["Waiting", "yellow", "The device has not said anything of it yet."],
  Invalid: ["Invalid", "red", "The device does not take it."],
  Replaced: ["Replaced", "gray", "This device has one of its own under this identifier."],
  Active: ["Active", "teal", "In force on the device."],
  Inactive: ["Inactive", "gray", "The device has it, but no activation puts it in force."],
}

export const DeclarationEntry = ({ workspace, device, declared }: DeclarationEntryProps) => {
  const { target, declaration } = declared
  const { userId, userShortName } = target
  const channel =
    userId === undefined ? undefined : userShortName === undefined ? { userId } : { userId, userShortName }
  const user = device.users.find((one) => channel !== undefined && userKeyOf(one) === userKeyOf(channel))
  const replaced =
    target.udid === undefined &&
    device.declared.some(
      (other) =>
        other.declaration.Identifier === declaration.Identifier &&
        other.target.udid !== undefined &&
        other.target.userId === undefined,
    )
  const state: DeclarationState = replaced
    ? { _tag: "Replaced" }
    : stateOf((user ?? device).progress, declaration.Identifier, declaration.ServerToken)
  const [word, color, sentence] = words[state._tag]
  const remove = useDeleteDeclaration(workspace, device.udid)
  const announce = useAnnounce()
  const whom = target.udid === undefined ? "every device" : channel === undefined ? "this device" : userNameOf(channel)
  return (
    <li>
      <details className="opening command">
        <summary>
          <Badge color={color} variant="light" tt="none" title={sentence}>
            {word}
          </Badge>
          <strong>{declaration.Identifier}</strong>
          <span className="command-user">for {whom}</span>
          <span className="command-time">{declaration.Type.replace("com.apple.", "")}</span>
        </summary>
        <div className="command-detail">
          <p>{sentence}</p>
          {state._tag === "Invalid"
            ? state.reasons.map((reason) => (
                <p key={reason} className="command-error">
                  {reason}
                </p>
              ))
            : null}
          <CodeBlock text={JSON.stringify(declaration, null, 2)} label={`Declaration ${declaration.Identifier}`} />
          <div className="declaration-remove">
            <Confirm
              label="Remove"
              question={`Declare ${declaration.Identifier} no longer for ${whom}?`}
              yes="Remove it"
              pending={remove.isPending}
              onConfirm={() =>
                remove.mutate(
                  { identifier: declaration.Identifier, target },
                  { onSuccess: () => announce(`${declaration.Identifier} removed`) },
                )
              }
            />
          </div>
          {remove.error === null ? null : <Failure sentence={deviceCallSentence(remove.error)} />}
        </div>
      </details>
    </li>
  )
}
