/**
 * One declaration: target, status on the device, and deleting it.
 */

import type { DeviceDetail, TargetedDeclaration } from "@espalier/devices/api"
import { Badge, type MantineColor } from "@mantine/core"
import { CodeBlock } from "../components/CodeBlock.tsx"
import { Confirm } from "../components/Confirm.tsx"
import { Failure } from "../components/Failure.tsx"
import { useToast } from "../components/Toaster.tsx"
import { type DeclarationState, stateOf } from "./DeclarationStatus.ts"
import { userKeyOf, userNameOf } from "./Describe.ts"
import { deviceErrorMessage } from "./DeviceErrorMessage.ts"
import { useDeleteDeclaration } from "./DeviceQueries.ts"
import "../components/Disclosure.css"
import "./CommandEntry.css"

interface DeclarationEntryProps {
  readonly workspace: string
  readonly device: DeviceDetail
  readonly targeted: TargetedDeclaration
}

const words: Readonly<Record<DeclarationState["_tag"], readonly [string, MantineColor, string]>> = {
  Waiting: ["Waiting", "yellow", "The device has not reported a status yet."],
  Invalid: ["Invalid", "red", "The device rejects it."],
  Replaced: ["Replaced", "gray", "A declaration for this device has the same identifier and replaces it."],
  Active: ["Active", "teal", "Active on the device."],
  Inactive: ["Inactive", "gray", "The device has it, but no activation refers to it."],
}

export const DeclarationEntry = ({ workspace, device, targeted }: DeclarationEntryProps) => {
  const { target, declaration } = targeted
  const { userId, userShortName } = target
  const channel =
    userId === undefined ? undefined : userShortName === undefined ? { userId } : { userId, userShortName }
  const user = device.users.find((one) => channel !== undefined && userKeyOf(one) === userKeyOf(channel))
  const replaced =
    target.udid === undefined &&
    device.declarations.some(
      (other) =>
        other.declaration.Identifier === declaration.Identifier &&
        other.target.udid !== undefined &&
        other.target.userId === undefined,
    )
  const state: DeclarationState = replaced
    ? { _tag: "Replaced" }
    : stateOf((user ?? device).sync, declaration.Identifier, declaration.ServerToken)
  const [word, color, message] = words[state._tag]
  const remove = useDeleteDeclaration(workspace, device.udid)
  const toast = useToast()
  const whom = target.udid === undefined ? "every device" : channel === undefined ? "this device" : userNameOf(channel)
  return (
    <li>
      <details className="disclosure command">
        <summary>
          <Badge color={color} variant="light" tt="none" title={message}>
            {word}
          </Badge>
          <strong>{declaration.Identifier}</strong>
          <span className="command-user">for {whom}</span>
          <span className="command-time">{declaration.Type.replace("com.apple.", "")}</span>
        </summary>
        <div className="command-detail">
          <p>{message}</p>
          {state._tag === "Invalid"
            ? state.reasons.map((reason) => (
                <p key={reason} className="command-error">
                  {reason}
                </p>
              ))
            : null}
          <CodeBlock text={JSON.stringify(declaration, null, 2)} label={`Declaration ${declaration.Identifier}`} />
          <div className="declaration-delete">
            <Confirm
              label="Delete"
              question={`Delete ${declaration.Identifier} for ${whom}?`}
              yes="Delete declaration"
              pending={remove.isPending}
              onConfirm={() =>
                remove.mutate(
                  { identifier: declaration.Identifier, target },
                  { onSuccess: () => toast(`${declaration.Identifier} deleted`) },
                )
              }
            />
          </div>
          {remove.error === null ? null : <Failure message={deviceErrorMessage(remove.error)} />}
        </div>
      </details>
    </li>
  )
}
