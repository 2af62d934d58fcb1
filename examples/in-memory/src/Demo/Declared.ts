/**
 * What an operator declares in the demo: a passcode policy for every device; for the Mac also settings that are an asset.
 */
import type { DeclarationContent, Target } from "@espalier/dashboard/devices-api"
import { Effect } from "effect"
import { Assets } from "../Assets.ts"
import * as Declaration from "../Declaration.ts"
import { Declarations } from "../Declarations.ts"
import { Devices } from "../Devices.ts"
import { Wake } from "../Wake.ts"

const declare = Effect.fnUntraced(function* (identifier: string, content: DeclarationContent, target: Target = {}) {
  yield* (yield* Declarations).put(target, Declaration.make(identifier, content))
})

const passcode = (MinimumLength: number) =>
  declare("com.example.passcode", {
    Type: "com.apple.configuration.passcode.settings",
    Payload: { RequirePasscode: true, MinimumLength },
  })

const wakeAll = Effect.gen(function* () {
  const { wake } = yield* Wake
  for (const { udid } of yield* (yield* Devices).list) yield* wake(udid)
})

/**
 * Declares everything. `server`: the whitelabel server, where devices fetch assets.
 *
 * @category declarations
 */
export const put = Effect.fnUntraced(function* (server: string, macUdid: string) {
  const mac = { udid: macUdid }
  yield* passcode(6)
  yield* declare("com.example.activation", activationOf("com.example.passcode"))
  yield* (yield* Assets).put("sudoers", {
    content: Buffer.from("not quite a zip file").toString("base64"),
    contentType: "application/zip",
  })
  yield* declare(
    "com.example.sudoers",
    {
      Type: "com.apple.asset.data",
      Payload: { Reference: { ContentType: "application/zip", DataURL: `${server}/mdm/apple/assets/sudoers` } },
    },
    mac,
  )
  yield* declare(
    "com.example.sudo",
    {
      Type: "com.apple.configuration.services.configuration-files",
      Payload: { ServiceType: "com.apple.sudo", DataAssetReference: "com.example.sudoers" },
    },
    mac,
  )
  yield* declare("com.example.activation", activationOf("com.example.passcode", "com.example.sudo"), mac)
  yield* wakeAll
})

/**
 * Changes the passcode policy, so that every device synchronises.
 *
 * @category declarations
 */
export const change = (minimumLength: number) => Effect.andThen(passcode(minimumLength), wakeAll)

const activationOf = (...configurations: ReadonlyArray<string>): DeclarationContent => ({
  Type: "com.apple.activation.simple",
  Payload: { StandardConfigurations: configurations },
})
