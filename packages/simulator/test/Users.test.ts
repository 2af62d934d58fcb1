/** User channels, and what a device keeps with its server. */
import { describe, expect, it } from "@effect/vitest"
import { Channel } from "@espalier/apple"
import { Effect } from "effect"
import { enrolled, line } from "./Device.ts"

const challenge = "<plist><dict><key>DigestChallenge</key><string>Digest nonce=1</string></dict></plist>"
const admission = "<plist><dict><key>AuthToken</key><string>secret</string></dict></plist>"
const declined = "<plist><dict><key>AuthToken</key><string></string></dict></plist>"
const open = "<plist><dict><key>DigestChallenge</key><string></string></dict></plist>"

describe("on a Mac", () => {
  it.live("a local user has a separate channel with separate commands", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ kind: "Mac" })
      expect(yield* device.login({ shortName: "ada", longName: "Ada Lovelace" })).toBe(true)
      const [tokenUpdate] = server.received.filter(({ channel }) => channel === "user:ada")
      expect(tokenUpdate?.message).toMatchObject({
        MessageType: "TokenUpdate",
        UDID: device.profile.udid,
        UserID: expect.stringMatching(/^[0-9A-F]{8}-/),
        UserShortName: "ada",
        UserLongName: "Ada Lovelace",
        NotOnConsole: false,
      })
      server.queue("ProfileList", {}, "user:ada")
      server.queue("DeviceLock", {}, "user:ada")
      server.queue("SecurityInfo")
      expect((yield* device.wake()).map((report) => `${report.channel} ${line(report)}`)).toEqual([
        "device SecurityInfo Acknowledged",
        "user:ada ProfileList Acknowledged",
        "user:ada DeviceLock CommandFormatError",
      ])
    }),
  )

  it.live("a push wakes only the channel of its token", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ kind: "Mac" })
      yield* device.login({ shortName: "ada" })
      const targets = yield* device.pushTargets
      expect(targets.map(({ channel }) => channel)).toEqual(["device", "user:ada"])
      yield* device.wake(targets[1]?.token)
      expect(server.operation()).toEqual(["Authenticate", "TokenUpdate"])
      expect(server.operation("user:ada")).toEqual(["TokenUpdate", "Idle"])
      expect(yield* device.wake(new Uint8Array(32))).toEqual([])
      expect(server.received).toHaveLength(4)
    }),
  )

  it.live("a network user answers the challenge, and every message carries the AuthToken", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ kind: "Mac" })
      server.intercept = ({ operation, message }) =>
        operation === "UserAuthenticate"
          ? { body: message["DigestResponse"] === undefined ? challenge : admission }
          : undefined
      yield* device.login({ shortName: "ada", digest: (text) => `${text} answered` })
      yield* device.poll("ada")
      const messages = server.received.filter(({ channel }) => channel === "user:ada").map(({ message }) => message)
      expect(server.operation("user:ada")).toEqual(["UserAuthenticate", "UserAuthenticate", "TokenUpdate", "Idle"])
      expect(messages[1]).toMatchObject({ DigestResponse: "Digest nonce=1 answered" })
      expect(messages.map((message) => message.AuthToken)).toEqual([undefined, undefined, "secret", "secret"])
    }),
  )

  it.live("a network user whom the server accepts needs no digest", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ kind: "Mac" })
      server.intercept = ({ operation }) => (operation === "UserAuthenticate" ? { body: open } : undefined)
      expect(yield* device.login({ shortName: "ada", digest: () => "never" })).toBe(true)
      expect(server.operation("user:ada")).toEqual(["UserAuthenticate", "TokenUpdate"])
    }),
  )

  it.live("a declined user sends no further messages", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ kind: "Mac" })
      server.intercept = ({ operation }) => (operation === "UserAuthenticate" ? { status: 410 } : undefined)
      expect(yield* device.login({ shortName: "ada", digest: () => "" })).toBe(false)
      yield* device.wake()
      expect(server.operation("user:ada")).toEqual(["UserAuthenticate"])
      expect(yield* Effect.flip(device.poll("ada"))).toMatchObject({ reason: "NotEnrolled" })
    }),
  )

  it.live("a user with an invalid digest is not logged in", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ kind: "Mac" })
      server.intercept = ({ operation, message }) =>
        operation === "UserAuthenticate"
          ? { body: message["DigestResponse"] === undefined ? challenge : declined }
          : undefined
      const login = device.login({ shortName: "ada", digest: () => "wrong" })
      expect(yield* Effect.flip(login)).toMatchObject({ reason: "UnexpectedStatus" })
      expect(yield* device.pushTargets).toHaveLength(1)
    }),
  )

  it.live("a logged-out user is not polled", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ kind: "Mac" })
      yield* device.login({ shortName: "ada" })
      const uuid = server.queue("UserList")
      yield* device.wake()
      expect(server.report(uuid)).toMatchObject({ Users: [{ UserName: "ada", UID: 501 }] })
      yield* device.logout("ada")
      yield* device.wake()
      expect(server.operation("user:ada")).toEqual(["TokenUpdate", "Idle"])
    }),
  )
})

describe("on a Shared iPad", () => {
  it.live("users have one UserID and differ by their account", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ kind: "SharedIPad" })
      yield* device.login({ shortName: "ada@school.example" })
      yield* device.login({ shortName: "bob@school.example" })
      const users = server.received.slice(2).map(({ message }) => [message.UserID, message.UserShortName])
      expect(users).toEqual([
        [Channel.sharedIPadUserID, "ada@school.example"],
        [Channel.sharedIPadUserID, "bob@school.example"],
      ])
      expect(yield* device.pushTargets).toHaveLength(3)
    }),
  )
})

it.live("an iPhone has no users", () =>
  Effect.gen(function* () {
    const { device } = yield* enrolled()
    expect(yield* Effect.flip(device.login({ shortName: "ada" }))).toMatchObject({ reason: "Unsupported" })
  }),
)

describe("a device", () => {
  it.live("escrows its bootstrap token", () =>
    Effect.gen(function* () {
      const { server, device } = yield* enrolled({ kind: "Mac" })
      expect(yield* device.fetchBootstrapToken()).toBeUndefined()
      const token = yield* device.escrowBootstrapToken()
      expect(Buffer.from(server.bootstrapToken ?? []).equals(Buffer.from(token))).toBe(true)
      expect(Buffer.from((yield* device.fetchBootstrapToken()) ?? []).equals(Buffer.from(token))).toBe(true)
      server.bootstrapToken = new Uint8Array()
      expect(yield* device.fetchBootstrapToken()).toBeUndefined()
    }),
  )

  it.live("gets tokens for Apple's services", () =>
    Effect.gen(function* () {
      const { device } = yield* enrolled()
      const token = yield* device.getToken("com.apple.maid")
      expect(Buffer.from(token).toString()).toBe("token for com.apple.maid")
    }),
  )
})
