import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { Channel, Message } from "../src/index.ts"
import { bytes, failed, succeeded } from "./Messages.ts"

const idsOf = (name: string) =>
  succeeded(
    Result.map(Message.decode(bytes(name)), (incoming) =>
      incoming._tag === "CheckIn" ? incoming.message : incoming.report,
    ),
  )

const iphone = { deviceChannelId: "00008110-001A24E03C88801E", enrollment: "device", udid: "00008110-001A24E03C88801E" }
const mac = "4C4C4544-0051-3010-8052-B4C04F4B3332"
const ada = "E6AF4C2B-3C2B-4C1D-9D20-5C8B0F1E2D3C"
const iPad = "00008101-000D1DE11E42001E"
const enrollment = "9D5E4B1F0C7A4C5A8E1D2B3C4D5E6F708192A3B4"

describe("the channel of a message", () => {
  it.each([
    ["iphone-authenticate", { _tag: "device", ...iphone }],
    ["report-acknowledged", { _tag: "device", ...iphone }],
    ["mac-token-update", { _tag: "device", deviceChannelId: mac, enrollment: "device", udid: mac }],
    [
      "mac-user-token-update",
      {
        _tag: "user",
        deviceChannelId: mac,
        enrollment: "device",
        udid: mac,
        userChannelId: ada,
        sharedIPad: false,
        userId: ada,
        userShortName: "ada",
        userLongName: "Ada Lovelace",
        notOnConsole: false,
      },
    ],
    [
      "shared-ipad-user-idle",
      {
        _tag: "user",
        deviceChannelId: iPad,
        enrollment: "device",
        udid: iPad,
        userChannelId: "ada@school.example",
        sharedIPad: true,
        userId: Channel.sharedIPadUserID,
        userShortName: "ada@school.example",
      },
    ],
    [
      "user-enrollment-token-update",
      { _tag: "device", deviceChannelId: enrollment, enrollment: "userEnrollment", enrollmentId: enrollment },
    ],
    [
      "user-enrollment-mac-user-token-update",
      {
        _tag: "user",
        deviceChannelId: "B8A7C6D5-1111-2222-3333-444455556666",
        enrollment: "userEnrollment",
        enrollmentId: "B8A7C6D5-1111-2222-3333-444455556666",
        userChannelId: "0F1E2D3C-7777-8888-9999-AAAABBBBCCCC",
        sharedIPad: false,
        enrollmentUserId: "0F1E2D3C-7777-8888-9999-AAAABBBBCCCC",
        userShortName: "ada",
        userLongName: "Ada Lovelace",
        notOnConsole: false,
      },
    ],
  ])("%s", (name, channel) => {
    expect(succeeded(Channel.of(idsOf(name)))).toStrictEqual(channel)
  })

  it.each([
    ["UDID goes before EnrollmentID", { UDID: "D", EnrollmentID: "E" }, "D", undefined],
    ["an empty UDID counts as absent", { UDID: "", EnrollmentID: "E" }, "E", undefined],
    ["UserID goes before EnrollmentUserID", { UDID: "D", UserID: "U", EnrollmentUserID: "V" }, "D", "U"],
    ["an empty UserID counts as absent", { UDID: "D", UserID: "" }, "D", undefined],
    ["a short name alone makes no user", { UDID: "D", UserShortName: "ada" }, "D", undefined],
    [
      "case does not hide a Shared iPad",
      { UDID: "D", UserID: Channel.sharedIPadUserID.toLowerCase(), UserShortName: "ada" },
      "D",
      "ada",
    ],
  ])("%s", (_, message, device, user) => {
    const channel = succeeded(Channel.of(message))
    expect(channel.deviceChannelId).toBe(device)
    expect(channel._tag === "user" ? channel.userChannelId : undefined).toBe(user)
  })

  it.each([
    ["nobody", {}, "UDID"],
    ["a user on no device", { UserID: "U" }, "UDID"],
    ["any one of a Shared iPad's users", { UDID: "D", UserID: Channel.sharedIPadUserID }, "UserShortName"],
    [
      "an unnamed user of a Shared iPad",
      { UDID: "D", UserID: Channel.sharedIPadUserID, UserShortName: "" },
      "UserShortName",
    ],
  ])("%s is an error", (_, message, missing) => {
    expect(failed(Channel.of(message))).toMatchObject({ _tag: "ChannelNotFound", missing })
  })
})
