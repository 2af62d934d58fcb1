/**
 * Given a device that synchronises declarations, when it asks this, then the backend is asked that, and the device gets Apple's JSON.
 */
import { describe, expect, it } from "@effect/vitest"
import { combinedDeclarationsToken } from "@espalier/schema"
import { Effect } from "effect"
import * as Backend from "../support/Backend.ts"
import { given, scope } from "../support/Conversation.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

describe("declarative management", () => {
  const tokens = { activationsToken: "a", configurationsToken: "b", assetsToken: "c", managementToken: "d" }
  // SHA-256 of 00000001 61 00000001 62 00000001 63 00000001 64.
  const combined = "94bf9e758f44b2d0d3d9d2b26e9e0f5577b889fb61b3cc6a1e99b666e887d589"

  it.live("tokens", () =>
    Effect.gen(function* () {
      const { backend, server, mdmOrigin } = yield* given({ declarationTokens: Backend.json(tokens) })
      const answer = yield* Whitelabel.checkIn(server, Messages.declarative("tokens"))
      expect(answer.headers["content-type"]).toBe("application/json")
      expect(JSON.parse(answer.text)).toEqual({
        SyncTokens: {
          DeclarationsToken: combined,
          Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        },
      })
      expect(combinedDeclarationsToken(tokens)).toBe(combined)
      expect(backend.heard()).toEqual([{ webhook: "declarationTokens", body: { scope: { ...scope, mdmOrigin } } }])
    }),
  )

  it.live("declaration-items, in Apple's names", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({
        declarationTokens: Backend.json(tokens),
        declarationItems: Backend.json({
          activations: [{ identifier: "activation", serverToken: "1" }],
          configurations: [
            { identifier: "passcode", serverToken: "2" },
            { identifier: "mail", serverToken: "3" },
          ],
          assets: [],
          management: [{ identifier: "organization", serverToken: "4" }],
        }),
      })
      const answer = yield* Whitelabel.checkIn(server, Messages.declarative("declaration-items"))
      expect(answer.headers["content-type"]).toBe("application/json")
      expect(JSON.parse(answer.text)).toEqual({
        Declarations: {
          Activations: [{ Identifier: "activation", ServerToken: "1" }],
          Configurations: [
            { Identifier: "passcode", ServerToken: "2" },
            { Identifier: "mail", ServerToken: "3" },
          ],
          Assets: [],
          Management: [{ Identifier: "organization", ServerToken: "4" }],
        },
        DeclarationsToken: combined,
      })
      expect(
        backend
          .heard()
          .map(({ webhook }) => webhook)
          .sort(),
      ).toEqual(["declarationItems", "declarationTokens"])
    }),
  )

  it.live.each([
    ["declaration/configuration/com.example.passcode", "configuration", "com.example.passcode"],
    ["declaration/asset/logo/2x", "asset", "logo/2x"],
    ["declaration/management/%2F..%2F", "management", "%2F..%2F"],
    ["declaration/activation/アクティベーション", "activation", "アクティベーション"],
  ])("%s", ([endpoint, type, identifier]) =>
    Effect.gen(function* () {
      const declaration = { Type: "com.apple.x", Identifier: identifier, ServerToken: "1", Payload: { A: [null, 1.5] } }
      const { backend, server, mdmOrigin } = yield* given({ declaration: Backend.json(declaration) })
      const answer = yield* Whitelabel.checkIn(server, Messages.declarative(endpoint ?? ""))
      expect(answer.headers["content-type"]).toBe("application/json")
      expect(JSON.parse(answer.text)).toEqual(declaration)
      expect(backend.heardBy("declaration")).toEqual([{ scope: { ...scope, mdmOrigin }, type, identifier }])
    }),
  )

  it.live("integers beyond 2^53 reach the device with all their digits, wrapped by the backend or not", () =>
    Effect.gen(function* () {
      const [head, bare, wrapped] = [
        '{"Type":"com.apple.x","Identifier":"i","ServerToken":"1","Payload":{"A":',
        "9007199254740993",
        '{"$integer":"18446744073709551615"}',
      ]
      const { server } = yield* given({ declaration: Backend.text(`${head}${bare},"B":[${wrapped}]}}`) })
      const answer = yield* Whitelabel.checkIn(server, Messages.declarative("declaration/configuration/i"))
      expect(answer.text).toBe(`${head}9007199254740993,"B":[18446744073709551615]}}`)
    }),
  )

  it.live("integers beyond 2^53 in a status report reach the backend as $integer", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({})
      yield* Whitelabel.checkIn(server, Messages.declarative("status", '{"StatusItems":{"a":{"b":9007199254740993}}}'))
      expect(backend.heardBy("event")).toMatchObject([
        { event: { report: { StatusItems: { a: { b: { $integer: "9007199254740993" } } } } } },
      ])
    }),
  )

  // Apple, status items "mdm.push-token" (data, so base64 in JSON) and "mdm.push-magic" (string), 27.0.
  it.live("a push token and its magic in a status report are a TokenUpdate as well", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({})
      const report = { StatusItems: { mdm: { "push-token": "dG9rZW4=", "push-magic": "magic" } }, Errors: [] }
      yield* Whitelabel.checkIn(server, Messages.declarative("status", JSON.stringify(report)))
      expect(backend.heardBy("event")).toMatchObject([
        { event: { _tag: "DeclarationStatus", report } },
        { event: { _tag: "TokenUpdate", pushToken: "dG9rZW4=", pushMagic: "magic", channel: "device" } },
      ])
    }),
  )

  it.live.each([{ "push-token": "dG9rZW4=" }, { "push-magic": "magic" }, { "push-token": "%", "push-magic": "m" }])(
    "%j in a status report is no TokenUpdate",
    (mdm) =>
      Effect.gen(function* () {
        const { backend, server } = yield* given({})
        yield* Whitelabel.checkIn(server, Messages.declarative("status", JSON.stringify({ StatusItems: { mdm } })))
        expect(backend.heardBy("event")).toMatchObject([{ event: { _tag: "DeclarationStatus" } }])
      }),
  )

  it.live("on a user's channel the scope is the user's", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ declarationTokens: Backend.json(tokens) })
      yield* Whitelabel.checkIn(server, { ...Messages.declarative("tokens"), UserID: "0E2B" })
      expect(backend.heardBy("declarationTokens")).toMatchObject([{ scope: { _tag: "user", userId: "0E2B" } }])
    }),
  )
})
