/**
 * What the sample product shows when it starts: a Mac enrolls, is asked, declines, synchronises, and leaves, each message over HTTP
 * through the whitelabel server to the backend and back. Between the messages an operator uses the control API.
 */
import { Console, Effect } from "effect"
import { HttpApiClient } from "effect/http-api"
import { ControlApi } from "../Control/Api.ts"
import * as Device from "./Device.ts"
import type { Message } from "./Recording.ts"

const udid = "7C5F4A7E-30E6-5C51-9A53-8A2B6C3D9E10"

/**
 * Plays it once and prints a line an exchange.
 *
 * @category conversation
 */
export const play = Effect.fnUntraced(function* (urls: { readonly server: string; readonly backend: string }) {
  const control = yield* HttpApiClient.make(ControlApi, { baseUrl: urls.backend })
  let commandUUID: string | undefined

  const says = Effect.fnUntraced(function* (message: Message, meaning: string) {
    const answer = yield* Device.say(urls.server, message, commandUUID)
    commandUUID = answer.commandUUID
    yield* exchange(meaning, answer)
  })
  const operator = (deed: string) => Console.log(`\n  operator: ${deed}`)

  yield* Console.log("\nA recorded Mac talks to the server, the server asks the backend:\n")
  yield* says("Authenticate", "Authenticate: I want to enroll")
  yield* says("TokenUpdate", "TokenUpdate: push me here")
  yield* says("Idle", "Idle: anything for me?")

  yield* operator("queue DeviceInformation")
  yield* control.queueCommand({
    params: { udid },
    payload: { requestType: "DeviceInformation", payload: { Queries: ["DeviceName", "OSVersion", "SerialNumber"] } },
  })
  yield* says("Idle", "Idle: anything for me?")
  yield* says("DeviceInformation", "Acknowledged: here is what you asked")

  yield* operator("queue SecurityInfo, while the Mac is locked")
  yield* control.queueCommand({ params: { udid }, payload: { requestType: "SecurityInfo" } })
  yield* says("Idle", "Idle: anything for me?")
  yield* says("NotNow", "NotNow: ask me later")
  yield* says("Idle", "Idle: later, anything for me?")
  yield* says("SecurityInfo", "Acknowledged: here is what you asked")

  yield* operator("declare a passcode policy, and put up a wallpaper")
  yield* control.putDeclaration({
    params: { identifier: "com.example.passcode" },
    query: { udid },
    payload: {
      Type: "com.apple.configuration.passcode.settings",
      Payload: { RequirePasscode: true, MinimumLength: 8 },
    },
  })
  yield* control.putDeclaration({
    params: { identifier: "com.example.activation" },
    query: { udid },
    payload: {
      Type: "com.apple.activation.simple",
      Payload: { StandardConfigurations: ["com.example.passcode"] },
    },
  })
  yield* control.putAsset({
    params: { identifier: "wallpaper" },
    payload: { content: Buffer.from("not quite a picture").toString("base64"), contentType: "image/png" },
  })
  yield* says("Idle", "Idle: anything for me?")
  yield* says("SyncAcknowledged", "Acknowledged: I will synchronise")
  yield* says("Tokens", "DDM tokens: what is current?")
  yield* says("DeclarationItems", "DDM declaration-items: which are there?")
  yield* says("Declaration", "DDM declaration: give me that one")
  yield* exchange("GET asset: wallpaper", yield* Device.fetchAsset(urls.server, "wallpaper"))
  yield* says("Status", "DDM status: it is active")

  yield* Console.log("\n  a user logs in on the Mac")
  yield* says("UserTokenUpdate", "TokenUpdate: Ada can be pushed to, too")
  yield* says("UserIdle", "Idle: anything for Ada?")

  yield* Console.log("\n  the management profile is removed")
  yield* says("CheckOut", "CheckOut: goodbye")
})

const exchange = (said: string, { status, summary }: Device.Answer) =>
  Console.log(`  ${said.padEnd(42)} → ${status}  ${summary}`)
