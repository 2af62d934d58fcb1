import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { device, running, send, unknownDevice, user } from "./Running.ts"

describe("the product's webhooks", () => {
  it.live("accept every device, with the product's name in the profile", () =>
    Effect.gen(function* () {
      const request = { mdmOrigin: { url: "https://mdm.example.com" } }
      expect((yield* send("POST", "/webhook/apple/enroll", request)).body).toEqual({
        _tag: "Allow",
        profile: { organization: "Espalier Example", displayName: "Espalier Example Management" },
      })
    }).pipe(Effect.provide(running)),
  )

  it.live("accept the users of a managed device only", () =>
    Effect.gen(function* () {
      expect(yield* user.ask("user-authenticate")).toEqual({ status: 404, body: unknownDevice })
      yield* device.enroll
      expect((yield* user.ask("user-authenticate")).body).toEqual({ _tag: "Accept" })
    }).pipe(Effect.provide(running)),
  )

  it.live("do not support tokens of services", () =>
    Effect.gen(function* () {
      yield* device.enroll
      expect(yield* device.ask("token", { tokenServiceType: "com.apple.maid" })).toEqual({
        status: 501,
        body: { _tag: "ManagementNotSupported" },
      })
    }).pipe(Effect.provide(running)),
  )

  it.live("describe themselves beside the notifications and the devices", () =>
    Effect.gen(function* () {
      for (const api of ["/webhook", "/api/notifications", "/api/devices"]) {
        expect([api, (yield* send("GET", `${api}/openapi.json`)).status]).toEqual([api, 200])
      }
    }).pipe(Effect.provide(running)),
  )
})
