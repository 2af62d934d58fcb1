/**
 * The status of declarations on a device: Apple's status item `management.declarations`.
 *
 * @see https://developer.apple.com/documentation/devicemanagement/statusmanagementdeclarations
 */

import type { DeviceDetail } from "@espalier/devices/api"
import { Option, Schema } from "effect"

const Reported = Schema.Struct({
  identifier: Schema.String,
  active: Schema.Boolean,
  valid: Schema.Literals(["valid", "invalid", "unknown"]),
  "server-token": Schema.String,
  reasons: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({ code: Schema.optionalKey(Schema.String), description: Schema.optionalKey(Schema.String) }),
    ),
  ),
})

const kinds = ["activations", "configurations", "assets", "management"] as const
const list = Schema.optionalKey(Schema.Array(Reported))

const Items = Schema.Struct({
  management: Schema.Struct({
    declarations: Schema.Struct({ activations: list, configurations: list, assets: list, management: list }),
  }),
})
const decode = Schema.decodeUnknownOption(Items)

/** The status that the device reported for the current token; `Waiting` if it has not reported this token yet. */
export type DeclarationState =
  | { readonly _tag: "Replaced" }
  | { readonly _tag: "Waiting" }
  | { readonly _tag: "Invalid"; readonly reasons: ReadonlyArray<string> }
  | { readonly _tag: "Active" }
  | { readonly _tag: "Inactive" }

export const stateOf = (sync: DeviceDetail["sync"], identifier: string, serverToken: string): DeclarationState => {
  const items = Option.getOrUndefined(decode(sync.report?.StatusItems))?.management.declarations
  const reported = kinds.flatMap((kind) => items?.[kind] ?? []).find((one) => one.identifier === identifier)
  if (reported === undefined || reported["server-token"] !== serverToken) return { _tag: "Waiting" }
  if (reported.valid === "invalid") {
    const reasons = (reported.reasons ?? []).map(({ description, code }) => description ?? code ?? "")
    return { _tag: "Invalid", reasons: reasons.filter((reason) => reason !== "") }
  }
  return { _tag: reported.active ? "Active" : "Inactive" }
}
