/**
 * The renewal of identities: a certificate on a challenge for a device takes over when the device first shows it, also without an Authenticate. iOS renews
 * so: the MDM sends a new enrollment profile with InstallProfile (Apple, "Device Management: SCEP"), and the device goes on with TokenUpdate or Idle.
 */
import { describe, expect, it } from "@effect/vitest"
import { Plist } from "@espalier/plist"
import { Duration, Effect, Redacted, Result, Schema } from "effect"
import * as SignedToken from "../../src/Enrollment/SignedToken.ts"
import { EnrollmentToken, type Server, Server as ServerModule } from "../../src/index.ts"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import * as Folder from "../support/Folder.ts"
import { launch } from "../support/Launch.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const { udid } = Messages
const key = "an-api-key"

const given = Effect.fnUntraced(function* (
  options: Partial<Server.ServerOptions> = {},
  replies: Backend.Replies = {},
  old = Devices.identity(),
) {
  const backend = yield* Backend.start({ event: Backend.taken, checkin: Backend.json({ _tag: "Idle" }), ...replies })
  const server = yield* launch(backend, { identity: { mode: "required" }, apiKeys: [Redacted.make(key)], ...options })
  expect((yield* Devices.say(server, Messages.authenticate, old)).status).toBe(200)
  return { backend, server, old }
})

/** The challenge in a profile. */
const challengeIn = (profile: Uint8Array) => {
  const { PayloadContent } = Schema.decodeUnknownSync(
    Schema.Struct({
      PayloadContent: Schema.Array(Schema.Struct({ PayloadContent: Schema.optionalKey(Schema.Unknown) })),
    }),
  )(Result.getOrThrow(Plist.parse(profile)))
  const scep = PayloadContent.find((payload) => payload.PayloadContent !== undefined)?.PayloadContent
  return Schema.decodeUnknownSync(Schema.Struct({ Challenge: Schema.String }))(scep).Challenge
}

const api = (server: Whitelabel.Whitelabel, path: string, body?: unknown) =>
  Whitelabel.ask(server, {
    method: body === undefined ? "GET" : "POST",
    path: `/api/identities/${path}`,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const statusOf = (message: Plist.Dictionary, by: Parameters<typeof Devices.say>[2], server: Whitelabel.Whitelabel) =>
  Effect.map(Devices.say(server, message, by), ({ status }) => status)

describe("a renewed identity", () => {
  it.live.each<readonly [string, Plist.Dictionary]>([
    ["TokenUpdate", Messages.tokenUpdate],
    ["Idle", Messages.idle],
    ["the report on its InstallProfile", Messages.acknowledged],
  ])("takes over with %s, and the old one is not accepted afterwards", ([, first]) =>
    Effect.gen(function* () {
      const { server, old } = yield* given()
      const answer = yield* api(server, "renewal-profile", { udid })
      expect(answer.status).toBe(200)
      const { profile } = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({ profile: Schema.String })))(
        answer.text,
      )
      const challenge = challengeIn(new Uint8Array(Buffer.from(profile, "base64")))
      const renewed = yield* Devices.obtain(server, Devices.firstRequest(challenge, Devices.otherKey))
      expect(yield* statusOf(Messages.idle, old, server)).toBe(200)
      expect(yield* statusOf(first, renewed, server)).toBe(200)
      expect(yield* statusOf(Messages.idle, renewed, server)).toBe(200)
      expect(yield* statusOf(Messages.idle, old, server)).toBe(403)
    }),
  )

  it.live("is accepted for its own device only", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const other = Devices.identity()
      expect(yield* statusOf({ ...Messages.authenticate, UDID: "other" }, other, server)).toBe(200)
      const challenge = Devices.challenges.sign(Devices.claims({ udid }))
      const renewed = yield* Devices.obtain(server, Devices.firstRequest(challenge, Devices.otherKey))
      expect(yield* statusOf({ ...Messages.idle, UDID: "other" }, renewed, server)).toBe(403)
      expect(yield* statusOf({ ...Messages.authenticate, UDID: "other" }, renewed, server)).toBe(403)
      expect(yield* statusOf(Messages.idle, renewed, server)).toBe(200)
    }),
  )

  // The enrollment link of one person must not give access to the device of another.
  it.live("on a challenge for no device is rejected without an Authenticate", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const challenge = Devices.challenges.sign(Devices.claims())
      const stranger = yield* Devices.obtain(server, Devices.firstRequest(challenge, Devices.otherKey))
      expect(yield* statusOf(Messages.tokenUpdate, stranger, server)).toBe(403)
    }),
  )

  it.live("an enrollment token for a device makes a link to its renewal profile", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* Folder.temporary
      const options = { dataDirectory, databaseUrl: undefined, enrollment: { mode: "token" } } as const
      const backend = yield* Backend.start({ event: Backend.taken, checkin: Backend.json({ _tag: "Idle" }) })
      const server = yield* launch(backend, options)
      const created = yield* EnrollmentToken.create({
        validity: Duration.hours(1),
        limit: 1,
        note: "",
        device: udid,
      }).pipe(Effect.provide(ServerModule.state({ dataDirectory })))
      const { pathname, search } = new URL(EnrollmentToken.link(server.origin, created))
      const profile = yield* Whitelabel.ask(server, { path: `${pathname}${search}` })
      const [claims] = challengeIn(profile.bytes).split(".")
      expect(
        Schema.decodeUnknownSync(Schema.fromJsonString(SignedToken.Claims))(
          Buffer.from(claims ?? "", "base64url").toString(),
        ),
      ).toMatchObject({ udid })
    }),
  )
})

describe("the identities API", () => {
  it.live("lists identities that expire within 30 days", () =>
    Effect.gen(function* () {
      const expiring = Devices.identity({ at: Devices.inDays(-340), days: 360 })
      const { server } = yield* given({}, {}, expiring)
      const other = Devices.identity()
      yield* Devices.say(server, { ...Messages.authenticate, UDID: "other" }, other)
      const answer = yield* api(server, "expiring")
      expect(JSON.parse(answer.text)).toEqual({
        identities: [
          {
            udid,
            expiresAt: new Date(expiring.certificate.x509.validTo).toISOString(),
            mdmOrigin: { url: server.origin },
          },
        ],
      })
    }),
  )

  it.live.each<readonly [string, object, number]>([
    ["an unknown device", { udid: "unknown" }, 404],
    ["an origin of another server", { udid, mdmOrigin: { url: "https://other.example" } }, 400],
    ["no UDID", {}, 400],
  ])("rejects a renewal profile for %s", ([, body, status]) =>
    Effect.gen(function* () {
      const { server } = yield* given()
      expect((yield* api(server, "renewal-profile", body)).status).toBe(status)
    }),
  )

  it.live("requires a key", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      expect((yield* Whitelabel.ask(server, { path: "/api/identities/expiring" })).status).toBe(401)
    }),
  )
})

describe("an identity that expires within 30 days", () => {
  const expiring = () => Devices.identity({ at: Devices.inDays(-340), days: 360 })
  const isExpiryEvent = (body: unknown) => JSON.stringify(body).includes("IdentityExpiring")

  it.live("is an event for the backend, once", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* Folder.temporary
      const old = expiring()
      const { backend, server } = yield* given(
        { databaseUrl: Redacted.make(`sqlite://${dataDirectory}/store.db`) },
        {},
        old,
      )
      expect(backend.heardBy("event").filter(isExpiryEvent)).toEqual([])
      // The watch looks at the start of a server.
      const restarted = launch(backend, { databaseUrl: Redacted.make(`sqlite://${dataDirectory}/store.db`) })
      yield* Effect.scoped(
        Effect.andThen(
          restarted,
          eventually(() => backend.heardBy("event").some(isExpiryEvent)),
        ),
      )
      yield* Effect.scoped(Effect.flatMap(restarted, (again) => Whitelabel.ask(again, { path: "/ready" })))
      expect(backend.heardBy("event").filter(isExpiryEvent)).toMatchObject([
        {
          scope: { _tag: "device", udid, mdmOrigin: { url: server.origin } },
          event: { expiresAt: new Date(old.certificate.x509.validTo).toISOString() },
        },
      ])
    }),
  )

  it.live(
    "is renewed by the server with --renew-identities, once a day, and the backend receives no report on it",
    () =>
      Effect.gen(function* () {
        const old = expiring()
        const { backend, server } = yield* given({ renewIdentities: true }, {}, old)
        const offer = Whitelabel.plistOf(yield* Devices.say(server, Messages.idle, old))
        const command = Schema.decodeUnknownSync(
          Schema.Struct({
            CommandUUID: Schema.String,
            Command: Schema.Struct({ RequestType: Schema.Literal("InstallProfile"), Payload: Schema.Uint8Array }),
          }),
        )(offer)
        const renewed = yield* Devices.obtain(
          server,
          Devices.firstRequest(challengeIn(command.Command.Payload), Devices.otherKey),
        )
        const report = { ...Messages.acknowledged, CommandUUID: command.CommandUUID }
        expect(yield* Devices.say(server, report, renewed)).toMatchObject({ status: 200, text: "" })
        expect(backend.heardBy("event")).toMatchObject([{ event: { _tag: "Authenticate" } }])
        expect(yield* statusOf(Messages.idle, renewed, server)).toBe(200)
      }),
  )

  it.live("is offered one renewal a day, and none while the backend has a command", () =>
    Effect.gen(function* () {
      const old = expiring()
      const command = { _tag: "Command", commandUUID: "a", requestType: "DeviceInformation", payload: {} }
      const checkin = Backend.inTurn(Backend.json(command), Backend.json({ _tag: "Idle" }))
      const { server } = yield* given({ renewIdentities: true }, { checkin }, old)
      expect((yield* Devices.say(server, Messages.idle, old)).text).toContain("DeviceInformation")
      expect((yield* Devices.say(server, Messages.idle, old)).text).toContain("InstallProfile")
      expect((yield* Devices.say(server, Messages.idle, old)).text).toBe("")
    }),
  )

  it.live("is not renewed by the server without the option, nor before that time", () =>
    Effect.gen(function* () {
      const old = expiring()
      const { server } = yield* given({}, {}, old)
      expect((yield* Devices.say(server, Messages.idle, old)).text).toBe("")
      const fresh = Devices.identity({ days: 32 })
      const { server: other } = yield* given({ renewIdentities: true }, {}, fresh)
      expect((yield* Devices.say(other, Messages.idle, fresh)).text).toBe("")
    }),
  )
})

/** Waits until it holds. */
const eventually = (holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (holds() ? Effect.void : Effect.andThen(Effect.sleep("10 millis"), eventually(holds))))
