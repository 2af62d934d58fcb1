/**
 * Given a device or a user, on this kind of enrollment, the backend hears who spoke and whom they called.
 */
import { describe, expect, it } from "@effect/vitest"
import type { Plist } from "@espalier/plist"
import { Effect } from "effect"
import { bytes, emptyAnswer, given } from "../support/Conversation.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const sharedIPadUserID = "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"

/** Who speaks: Apple's keys, and the scope they make (without the origin). */
const speakers: { readonly [speaker: string]: readonly [Plist.Dictionary, object] } = {
  "a device": [{ UDID: "A-1" }, { _tag: "device", udid: "A-1", enrollmentKind: "device" }],
  "a device that also sends empty user keys": [
    { UDID: "A-1", UserID: "", UserShortName: "" },
    { _tag: "device", udid: "A-1", enrollmentKind: "device" },
  ],
  "a user of a Mac": [
    { UDID: "A-1", UserID: "0E2B", UserShortName: "ada", UserLongName: "Ada Lovelace" },
    { _tag: "user", udid: "A-1", enrollmentKind: "device", userId: "0E2B", userShortName: "ada" },
  ],
  "a user of a Mac, without names": [
    { UDID: "A-1", UserID: "0E2B" },
    { _tag: "user", udid: "A-1", enrollmentKind: "device", userId: "0E2B" },
  ],
  "a user of a Shared iPad": [
    { UDID: "A-1", UserID: sharedIPadUserID, UserShortName: "ada@example.com", UserLongName: "Ada" },
    {
      _tag: "user",
      udid: "A-1",
      enrollmentKind: "device",
      userId: sharedIPadUserID,
      userShortName: "ada@example.com",
    },
  ],
  "a User Enrollment": [{ EnrollmentID: "E-1" }, { _tag: "device", udid: "E-1", enrollmentKind: "userEnrollment" }],
  "a user of a User Enrollment": [
    { EnrollmentID: "E-1", EnrollmentUserID: "EU-1" },
    { _tag: "user", udid: "E-1", enrollmentKind: "userEnrollment", userId: "EU-1" },
  ],
  "a device with both identifiers": [
    { UDID: "A-1", EnrollmentID: "E-1" },
    { _tag: "device", udid: "A-1", enrollmentKind: "device" },
  ],
}

describe.each(Object.entries(speakers))("%s", (_, [keys, who]) => {
  it.live("sends a TokenUpdate", () =>
    Effect.gen(function* () {
      const { backend, server, mdmOrigin } = yield* given({})
      const message = { MessageType: "TokenUpdate", ...keys, Topic: "t", Token: bytes("\u0000\u0001"), PushMagic: "m" }
      expect(yield* Whitelabel.checkIn(server, message)).toMatchObject(emptyAnswer)
      const channel = "_tag" in who ? who._tag : undefined
      expect(backend.heard()).toEqual([
        {
          webhook: "event",
          body: {
            scope: { ...who, mdmOrigin },
            event: { _tag: "TokenUpdate", pushToken: "AAE=", pushMagic: "m", topic: "t", channel },
          },
        },
      ])
    }),
  )

  it.live("asks for a command", () =>
    Effect.gen(function* () {
      const { backend, server, mdmOrigin } = yield* given({})
      expect(yield* Whitelabel.report(server, { Status: "Idle", ...keys })).toMatchObject(emptyAnswer)
      expect(backend.heard()).toEqual([{ webhook: "checkin", body: { scope: { ...who, mdmOrigin } } }])
    }),
  )
})

describe("the origin", () => {
  it.live("is the one the device called", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({})
      yield* Whitelabel.ask(server, {
        method: "PUT",
        path: "/mdm/apple/mdm",
        headers: { host: `LocalHost:${server.port}`, "content-type": Whitelabel.commandType },
        body: Whitelabel.xml(Messages.idle),
      })
      expect(backend.heardBy("checkin")).toMatchObject([
        { scope: { mdmOrigin: { url: `http://localhost:${server.port}` } } },
      ])
    }),
  )
})
