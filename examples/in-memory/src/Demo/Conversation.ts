/**
 * What the sample product shows when it starts: a simulated Mac enrolls, is asked, declines, synchronises, and leaves. Each message goes over
 * HTTP, signed, through the whitelabel server to the backend and back; between them an operator uses the control API.
 */
import { Device } from "@espalier/simulator"
import { Console, Effect } from "effect"
import { HttpApiClient } from "effect/http-api"
import { ControlApi } from "../Control/Api.ts"
import * as Transcript from "./Transcript.ts"

/**
 * Plays it once and prints a line an exchange.
 *
 * @category conversation
 */
export const play = Effect.fnUntraced(function* (place: { readonly link: string; readonly backend: string }) {
  const control = yield* HttpApiClient.make(ControlApi, { baseUrl: place.backend })
  const mac = yield* Device.make({ kind: "Mac", seed: "Ada", name: "Ada's MacBook Pro" })
  const { udid } = mac.facts
  const tell = Transcript.of(mac)

  yield* tell("a Mac opens its enrollment link", mac.enroll(place.link))

  yield* control.queueCommand({
    params: { udid },
    payload: { requestType: "DeviceInformation", payload: { Queries: ["DeviceName", "OSVersion", "SerialNumber"] } },
  })
  yield* tell("an operator queues DeviceInformation, and the Mac is woken", mac.wake())

  yield* mac.lock()
  yield* control.queueCommand({
    params: { udid },
    payload: { requestType: "InstallProfile", payload: { Payload: { $data: clock } } },
  })
  yield* tell("an operator sends a profile, but the Mac is locked", mac.wake())
  yield* tell("somebody unlocks it", mac.unlock())

  yield* control.putAsset({
    params: { identifier: "sudoers" },
    payload: { content: Buffer.from("not quite a zip file").toString("base64"), contentType: "application/zip" },
  })
  yield* declare(control, udid, new URL(place.link).origin)
  yield* tell("an operator declares a passcode policy, and settings that are an asset", mac.wake())

  yield* tell(
    "Ada logs in: a user has a channel of her own",
    mac.login(ada).pipe(Effect.andThen(mac.poll(ada.shortName))),
  )
  yield* tell("the Mac escrows its bootstrap token", mac.escrowBootstrapToken())
  yield* tell("its certificate is renewed", mac.renew())
  yield* tell("the management profile is removed", mac.checkOut())
  yield* Console.log("")
})

const ada = { shortName: "ada", longName: "Ada Lovelace" }

/** A small configuration profile, base64. */
const clock = Buffer.from(
  `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>com.example.clock</string>
  <key>PayloadUUID</key><string>5E6F7A80-1C2D-4E3F-9A0B-1C2D3E4F5A6B</string>
  <key>PayloadContent</key><array/>
</dict></plist>`,
).toString("base64")

type Control = Effect.Success<ReturnType<typeof makeControl>>
const makeControl = (baseUrl: string) => HttpApiClient.make(ControlApi, { baseUrl })

/** A passcode policy, a configuration whose content is an asset of the backend's, and the activation of both. */
const declare = (control: Control, udid: string, server: string) =>
  Effect.forEach(
    [
      {
        identifier: "com.example.passcode",
        content: {
          Type: "com.apple.configuration.passcode.settings",
          Payload: { RequirePasscode: true, MinimumLength: 8 },
        },
      },
      {
        identifier: "com.example.sudo",
        content: {
          Type: "com.apple.configuration.services.configuration-files",
          Payload: { ServiceType: "com.apple.sudo", DataAssetReference: "com.example.sudoers" },
        },
      },
      {
        identifier: "com.example.sudoers",
        content: {
          Type: "com.apple.asset.data",
          Payload: { Reference: { ContentType: "application/zip", DataURL: `${server}/mdm/apple/assets/sudoers` } },
        },
      },
      {
        identifier: "com.example.activation",
        content: {
          Type: "com.apple.activation.simple",
          Payload: { StandardConfigurations: ["com.example.passcode", "com.example.sudo"] },
        },
      },
    ],
    ({ identifier, content }) => control.putDeclaration({ params: { identifier }, query: { udid }, payload: content }),
    { discard: true },
  )
