/**
 * Given a device that checks in, when it says this, then the backend hears that, and the device is told so.
 */
import { describe, expect, it } from "@effect/vitest"
import type { Plist } from "@espalier/plist"
import { Effect } from "effect"
import * as Backend from "../support/Backend.ts"
import { bytes, emptyAnswer, given, scope } from "../support/Conversation.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

describe("check-in: what the backend hears", () => {
  const events: { readonly [message: string]: readonly [Plist.Dictionary, object] } = {
    Authenticate: [
      Messages.authenticate,
      {
        _tag: "Authenticate",
        serialNumber: "C02XK1JUJGH5",
        model: "MacBookPro18,3",
        osVersion: "15.1",
        modelName: "MacBook Pro",
        deviceName: "Ada’s Mac",
        productName: "MacBookPro18,3",
        buildVersion: "24B83",
        imei: "35 209900 176148 1",
        meid: "A1000049D8E6F2",
        topic: "com.apple.mgmt.External.example",
      },
    ],
    "Authenticate of a device that says nothing about itself": [
      { MessageType: "Authenticate", UDID: Messages.udid },
      { _tag: "Authenticate" },
    ],
    "TokenUpdate with everything": [
      {
        ...Messages.tokenUpdate,
        UnlockToken: bytes("unlock"),
        AwaitingConfiguration: true,
        NotOnConsole: false,
      },
      {
        _tag: "TokenUpdate",
        pushToken: "cHVzaCB0b2tlbg==",
        pushMagic: "AD5F2C6B-6E4A-4C4E-9D0A-6B5B3C1B8C5E",
        topic: "com.apple.mgmt.External.example",
        channel: "device",
        unlockToken: "dW5sb2Nr",
        awaitingConfiguration: true,
        notOnConsole: false,
      },
    ],
    CheckOut: [Messages.checkOut, { _tag: "CheckOut" }],
    "a status report": [
      Messages.declarative("status", `{"StatusItems":{"device":{"model":{"family":"Mac"}}},"Errors":[],"Later":[1.5]}`),
      {
        _tag: "DeclarationStatus",
        report: { StatusItems: { device: { model: { family: "Mac" } } }, Errors: [], Later: [1.5] },
      },
    ],
  }

  it.live.each(Object.entries(events))("%s", ([, [message, event]]) =>
    Effect.gen(function* () {
      const { backend, server, mdmOrigin } = yield* given({})
      expect(yield* Whitelabel.checkIn(server, message)).toMatchObject(emptyAnswer)
      expect(backend.heard()).toEqual([{ webhook: "event", body: { scope: { ...scope, mdmOrigin }, event } }])
    }),
  )

  it.live("an Authenticate is answered after the backend has taken it, not before", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const { server } = yield* given({
        event: (response) =>
          setTimeout(() => {
            order.push("taken")
            response.writeHead(204).end()
          }, 20),
      })
      yield* Whitelabel.checkIn(server, Messages.authenticate)
      order.push("answered")
      expect(order).toEqual(["taken", "answered"])
    }),
  )

  // Apple, "Return To Service" (iOS 26): the response has a required dictionary ReturnToService with a required Enabled.
  it.live("a ReturnToService gets the backend's answer in Apple's names", () =>
    Effect.gen(function* () {
      const answer = { enabled: true, wiFiProfileData: "d2lmaQ==", mdmProfileData: "bWRt", bootstrapToken: "Ym9vdA==" }
      const { backend, server, mdmOrigin } = yield* given({ returnToService: Backend.json(answer) })
      const reply = yield* Whitelabel.checkIn(server, { MessageType: "ReturnToService", UDID: Messages.udid })
      expect(Whitelabel.plistOf(reply)).toEqual({
        ReturnToService: {
          Enabled: true,
          WiFiProfileData: bytes("wifi"),
          MDMProfileData: bytes("mdm"),
          BootstrapToken: bytes("boot"),
        },
      })
      expect(backend.heardBy("returnToService")).toEqual([{ scope: { ...scope, mdmOrigin } }])
    }),
  )

  it.live("a ReturnToService gets 400 from a backend without that webhook", () =>
    Effect.gen(function* () {
      const { server } = yield* given({})
      const reply = yield* Whitelabel.checkIn(server, { MessageType: "ReturnToService", UDID: Messages.udid })
      expect(reply).toMatchObject({ status: 400, text: "" })
    }),
  )
})

describe("check-in: what the device is told", () => {
  const user = { _tag: "user", udid: Messages.udid, enrollmentKind: "device", userId: "0E2B", userShortName: "ada" }

  interface Exchange {
    readonly message: Plist.Dictionary
    readonly replies: Backend.Replies
    readonly heard: { readonly webhook: string; readonly body: object }
    readonly answer: unknown
  }

  const exchanges: { readonly [name: string]: Exchange } = {
    "SetBootstrapToken escrows": {
      message: Messages.setBootstrapToken,
      replies: { bootstrapToken: Backend.json({ bootstrapToken: null }) },
      heard: { webhook: "bootstrapToken", body: { scope, set: "Ym9vdHN0cmFw" } },
      answer: undefined,
    },
    "SetBootstrapToken without one forgets": {
      message: { MessageType: "SetBootstrapToken", UDID: Messages.udid },
      replies: { bootstrapToken: Backend.json({ bootstrapToken: null }) },
      heard: { webhook: "bootstrapToken", body: { scope, set: "" } },
      answer: undefined,
    },
    "GetBootstrapToken returns it": {
      message: Messages.getBootstrapToken,
      replies: { bootstrapToken: Backend.json({ bootstrapToken: "Ym9vdHN0cmFw" }) },
      heard: { webhook: "bootstrapToken", body: { scope } },
      answer: { BootstrapToken: bytes("bootstrap") },
    },
    "GetBootstrapToken when there is none": {
      message: Messages.getBootstrapToken,
      replies: { bootstrapToken: Backend.json({ bootstrapToken: null }) },
      heard: { webhook: "bootstrapToken", body: { scope } },
      answer: {},
    },
    GetToken: {
      message: { ...Messages.getToken, TokenParameters: { PhoneUDID: "P", Later: new Date(0), SecurityToken: "s" } },
      replies: { token: Backend.json({ tokenData: "bWFpZA==" }) },
      heard: {
        webhook: "token",
        body: {
          scope,
          tokenServiceType: "com.apple.maid",
          tokenParameters: { PhoneUDID: "P", Later: { $date: "1970-01-01T00:00:00Z" }, SecurityToken: "s" },
        },
      },
      answer: { TokenData: bytes("maid") },
    },
    "UserAuthenticate, challenged": {
      message: Messages.userAuthenticate,
      replies: { userAuthenticate: Backend.json({ _tag: "Challenge", digest: `Digest realm="a & b"` }) },
      heard: { webhook: "userAuthenticate", body: { scope: user } },
      answer: { DigestChallenge: `Digest realm="a & b"` },
    },
    "UserAuthenticate, accepted at once": {
      message: Messages.userAuthenticate,
      replies: { userAuthenticate: Backend.json({ _tag: "Accept" }) },
      heard: { webhook: "userAuthenticate", body: { scope: user } },
      answer: { DigestChallenge: "" },
    },
    "UserAuthenticate, the second step": {
      message: { ...Messages.userAuthenticate, DigestResponse: "d" },
      replies: { userAuthenticate: Backend.json({ _tag: "Accept" }) },
      heard: { webhook: "userAuthenticate", body: { scope: user, digestResponse: "d" } },
      answer: { AuthToken: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    },
  }

  it.live.each(Object.entries(exchanges))("%s", ([, { message, replies, heard, answer }]) =>
    Effect.gen(function* () {
      const { backend, server, mdmOrigin } = yield* given(replies)
      const response = yield* Whitelabel.checkIn(server, message)
      expect(response).toMatchObject({ status: 200, complete: true })
      if (answer === undefined) expect(response.text).toBe("")
      else {
        expect(response.headers["content-type"]).toBe("application/xml")
        expect(Whitelabel.plistOf(response)).toEqual(answer)
      }
      const { scope, ...rest } = { scope: {}, ...heard.body }
      expect(backend.heard()).toEqual([{ webhook: heard.webhook, body: { scope: { ...scope, mdmOrigin }, ...rest } }])
    }),
  )

  it.live("UserAuthenticate, declined: 410", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ userAuthenticate: Backend.json({ _tag: "Decline" }) })
      expect(yield* Whitelabel.checkIn(server, Messages.userAuthenticate)).toMatchObject({ status: 410, text: "" })
    }),
  )
})
