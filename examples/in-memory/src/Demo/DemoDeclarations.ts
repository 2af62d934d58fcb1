/**
 * The declarations of the demo: a passcode policy for every device, and for the Mac also settings in an asset.
 */
import {
  Assets,
  type DeclarationContent,
  Declarations,
  DeclarationTokens,
  Devices,
  type Target,
  Wake,
} from "@espalier/devices"
import { Effect } from "effect"

const declare = Effect.fnUntraced(function* (identifier: string, content: DeclarationContent, target: Target = {}) {
  yield* (yield* Declarations).put(target, DeclarationTokens.make(identifier, content))
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
 * Creates all declarations. `server`: the whitelabel server, where devices fetch assets.
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
 * Changes the passcode policy, so that every device synchronizes.
 *
 * @category declarations
 */
export const change = (minimumLength: number) => Effect.andThen(passcode(minimumLength), wakeAll)

const activationOf = (...configurations: ReadonlyArray<string>): DeclarationContent => ({
  Type: "com.apple.activation.simple",
  Payload: { StandardConfigurations: configurations },
})
