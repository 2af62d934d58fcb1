/**
 * The device of the protocol's documentation, enrolled, so that each of its example requests has an answer from the start:
 * `DEVICE-UDID` with the user `USER-ID`, and the asset `asset-id`.
 */
import { type EventRequest, ManagementApi } from "@espalier/schema"
import { Effect } from "effect"
import { HttpApiClient } from "effect/http-api"
import { ControlApi } from "../Control/Api.ts"

const scope = { udid: "DEVICE-UDID", mdmOrigin: { url: "https://mdm.example.com" } } as const
const topic = "com.apple.mgmt.External.example"
const push = { pushToken: "cHVzaC10b2tlbg==", pushMagic: "push-magic", topic }

const events: ReadonlyArray<EventRequest> = [
  {
    scope: { _tag: "device", ...scope },
    event: { _tag: "Authenticate", serialNumber: "C02...", model: "MacBookPro", osVersion: "15.0" },
  },
  { scope: { _tag: "device", ...scope }, event: { _tag: "TokenUpdate", ...push, channel: "device" } },
  {
    scope: { _tag: "user", ...scope, userId: "USER-ID", userShortName: "shortname" },
    event: { _tag: "TokenUpdate", ...push, channel: "user" },
  },
]

/**
 * Enrolls it by the backend's own webhooks.
 *
 * @category conversation
 */
export const enroll = Effect.fnUntraced(function* (backend: string) {
  const webhooks = yield* HttpApiClient.make(ManagementApi, { baseUrl: backend })
  const control = yield* HttpApiClient.make(ControlApi, { baseUrl: backend })
  yield* Effect.forEach(events, (payload) => webhooks.event({ payload }), { discard: true })
  yield* control.putAsset({
    params: { identifier: "asset-id" },
    payload: { content: "QVNTRVQ=", contentType: "application/octet-stream" },
  })
})
