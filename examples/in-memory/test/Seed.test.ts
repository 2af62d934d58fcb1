/** Every example request of the protocol's documentation gets the documented response. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { api, at, post, running, send, tokenUpdate } from "./Running.ts"

const deviceScope = `{
  "_tag": "device",
  "udid": "DEVICE-UDID",
  "identityCertificate": "PEM_OR_HEADER_VALUE",
  "mdmOrigin": {
    "url": "https://mdm.example.com"
  }
}`

const userScope = `{
  "_tag": "user",
  "udid": "DEVICE-UDID",
  "identityCertificate": "PEM_OR_HEADER_VALUE",
  "userId": "USER-ID",
  "userShortName": "shortname",
  "mdmOrigin": {
    "url": "https://mdm.example.com"
  }
}`

const authenticate = `{
  "scope": { "_tag": "device", "udid": "DEVICE-UDID", "mdmOrigin": { "url": "https://mdm.example.com" } },
  "event": { "_tag": "Authenticate", "serialNumber": "C02...", "model": "MacBookPro", "osVersion": "15.0" }
}`

const asset = `{
  "identityCertificate": "PEM_OR_HEADER_VALUE",
  "identifier": "asset-id"
}`

const token = expect.stringMatching(/^[0-9a-f]{64}$/)

const examples: ReadonlyArray<{ webhook: string; request: string; status: number; answer: unknown }> = [
  { webhook: "event", request: authenticate, status: 204, answer: undefined },
  { webhook: "checkin", request: `{"scope":${deviceScope}}`, status: 200, answer: { _tag: "Idle" } },
  {
    webhook: "declaration-tokens",
    request: `{"scope":${deviceScope}}`,
    status: 200,
    answer: { activationsToken: token, configurationsToken: token, assetsToken: token, managementToken: token },
  },
  {
    webhook: "declaration-items",
    request: `{"scope":${deviceScope}}`,
    status: 200,
    answer: { activations: [], configurations: [], assets: [], management: [] },
  },
  {
    webhook: "declaration",
    request: `{"scope":${deviceScope},"type":"configuration","identifier":"configuration-id"}`,
    status: 200,
    answer: null,
  },
  { webhook: "asset", request: asset, status: 200, answer: null },
  {
    webhook: "checkin",
    request: `{"scope":${userScope}}`,
    status: 404,
    answer: expect.objectContaining({ _tag: "UnknownDevice" }),
  },
]

describe("the examples of the protocol's documentation", () => {
  it.live("get the documented responses in the documented order", () =>
    Effect.gen(function* () {
      for (const { answer, request, status, webhook } of examples) {
        expect([webhook, yield* post(`/webhook/apple/${webhook}`, request)]).toEqual([
          webhook,
          { status, body: answer },
        ])
      }
    }).pipe(Effect.provide(running)),
  )

  it.live("accepts the check-in of the example's user after its TokenUpdate", () =>
    Effect.gen(function* () {
      yield* post("/webhook/apple/event", authenticate)
      const event = JSON.stringify(tokenUpdate("user"))
      expect((yield* post("/webhook/apple/event", `{"scope":${userScope},"event":${event}}`)).status).toBe(204)
      expect((yield* post("/webhook/apple/checkin", `{"scope":${userScope}}`)).body).toEqual({ _tag: "Idle" })
    }).pipe(Effect.provide(running)),
  )

  it.live("returns the queued command of the example at the check-in of its device", () =>
    Effect.gen(function* () {
      yield* post("/webhook/apple/event", authenticate)
      const queued = yield* send("POST", `${api}/devices/DEVICE-UDID/commands`, {
        requestType: "DeviceInformation",
        payload: { Queries: ["DeviceName", "OSVersion"] },
      })
      expect((yield* post("/webhook/apple/checkin", `{"scope":${deviceScope}}`)).body).toEqual({
        _tag: "Command",
        commandUUID: at(queued.body, "commandUUID"),
        requestType: "DeviceInformation",
        payload: { Queries: ["DeviceName", "OSVersion"] },
      })
    }).pipe(Effect.provide(running)),
  )

  it.live("returns the asset of the example as base64", () =>
    Effect.gen(function* () {
      const content = { content: "aGVsbG8=", contentType: "application/octet-stream" }
      expect((yield* send("PUT", `${api}/assets/asset-id`, content)).status).toBe(204)
      expect((yield* post("/webhook/apple/asset", asset)).body).toEqual(content)
    }).pipe(Effect.provide(running)),
  )
})
