/**
 * Requests about the Mac: to the backend's control API, to the device, and to the server in the name of the Mac.
 */
import { type Certificate, Identity } from "@espalier/apple"
import * as apns from "@espalier/testing/Apns"
import { Effect, Predicate, Result } from "effect"
import { expect } from "vitest"
import { pushTargetOf } from "./BackendCalls.ts"
import type { World } from "./World.ts"

/** The member of a JSON value that a path of keys leads to. */
export const at = (json: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>((value, key) => (Predicate.isObjectOrArray(value) ? Reflect.get(value, key) : undefined), json)

/** What the backend knows of the Mac. */
export const known = ({ control, mac }: World) =>
  Effect.map(control("GET", `devices/${mac.profile.udid}`), ({ body }) => body)

/** Queues a command; `state` returns its state. */
export const queue = Effect.fnUntraced(function* (
  { control, mac }: World,
  command: { readonly requestType: string; readonly payload?: object; readonly userId?: unknown },
) {
  const { status, body } = yield* control("POST", `devices/${mac.profile.udid}/commands`, command)
  expect(status).toBe(201)
  const uuid = at(body, "commandUUID")
  return { state: Effect.map(control("GET", `commands/${uuid}`), (answer) => answer.body) }
})

/** Wakes a channel of the Mac with the push token that the backend has received. Returns what the device reported. */
export const pushDevice = (world: World, channel: "device" | "user" = "device"): ReturnType<World["push"]> =>
  world.push(pushTargetOf(world.calls, channel, world.mac.profile.udid))

/** A check-in after a sync acknowledges it. If the sync was lost, the device needs another push. */
export const synchronise = Effect.fnUntraced(function* (world: World) {
  for (let pushes = 0; pushes < 3; pushes++) {
    yield* pushDevice(world)
    if (at(yield* known(world), "sync", "synchronized") === true) break
  }
})

/** The current certificate and key of the Mac. */
export const identity = ({ mac }: World) =>
  Effect.map(mac.state, ({ enrollment }) => {
    if (enrollment?.identity === undefined) throw new Error("The Mac has no identity")
    return enrollment.identity
  })

/** Sends `Idle` or `Authenticate` in the name of the Mac, signed with this identity. */
export const impersonate = (
  { mac, send }: World,
  keyed: Certificate.KeyedCertificate | undefined,
  message: "Authenticate" | "Idle",
) => {
  const [protocol, keys] =
    message === "Idle"
      ? ["mdm", "<key>Status</key><string>Idle</string>"]
      : [
          "mdm-checkin",
          `<key>MessageType</key><string>Authenticate</string><key>Topic</key><string>${apns.topicOne}</string>`,
        ]
  const body = `<?xml version="1.0"?><plist version="1.0"><dict>${keys}<key>UDID</key><string>${mac.profile.udid}</string></dict></plist>`
  const bytes = new TextEncoder().encode(body)
  const signature =
    keyed === undefined ? {} : { "mdm-signature": Result.getOrThrow(Identity.toMdmSignature(bytes, keyed)) }
  const headers = { "content-type": `application/x-apple-aspen-${protocol}`, ...signature }
  return Effect.map(send("PUT", "/mdm/apple/mdm", headers, body), ({ status }) => status)
}
