import { Plist } from "@espalier/plist"
import { describe, expect, it } from "vitest"
import { CheckIn, Message } from "../src/index.ts"
import { bytes, entry, failed, plist, succeeded } from "./Messages.ts"

const decode = (name: string) => succeeded(Message.decodeCheckIn(bytes(name)))

describe("a check-in", () => {
  it.each([
    ["iphone-authenticate", "Authenticate"],
    ["iphone-token-update", "TokenUpdate"],
    ["iphone-check-out", "CheckOut"],
    ["mac-authenticate", "Authenticate"],
    ["binary-mac-authenticate", "Authenticate"],
    ["mac-token-update", "TokenUpdate"],
    ["mac-user-token-update", "TokenUpdate"],
    ["mac-user-authenticate", "UserAuthenticate"],
    ["mac-user-authenticate-digest", "UserAuthenticate"],
    ["mac-set-bootstrap-token", "SetBootstrapToken"],
    ["mac-clear-bootstrap-token", "SetBootstrapToken"],
    ["mac-get-bootstrap-token", "GetBootstrapToken"],
    ["shared-ipad-user-token-update", "TokenUpdate"],
    ["user-enrollment-authenticate", "Authenticate"],
    ["user-enrollment-token-update", "TokenUpdate"],
    ["user-enrollment-mac-user-token-update", "TokenUpdate"],
    ["get-token-maid", "GetToken"],
    ["get-token-watch", "GetToken"],
    ["return-to-service", "ReturnToService"],
    ["declarative-tokens", "DeclarativeManagement"],
    ["declarative-items", "DeclarativeManagement"],
    ["declarative-declaration", "DeclarativeManagement"],
    ["declarative-status", "DeclarativeManagement"],
  ] as const)("%s is a %s that says everything the device said", (name, type) => {
    const message = decode(name)
    expect(message.MessageType).toBe(type)
    expect(message).toEqual(succeeded(Plist.parse(bytes(name))))
  })

  it("decodes binary and XML to the same message", () => {
    expect(decode("binary-mac-authenticate")).toEqual(decode("mac-authenticate"))
  })

  it("decodes the push token and magic of an iPhone's TokenUpdate", () => {
    const message = decode("iphone-token-update")
    if (message.MessageType !== "TokenUpdate") throw new Error(message.MessageType)
    expect(message.Token).toEqual(Uint8Array.from({ length: 32 }, (_, i) => i))
    expect(message.PushMagic).toBe("73F4F1A7-0C3B-4B55-9C8C-2C3B1B0B7C11")
    expect(message.UnlockToken?.length).toBe(96)
    expect(message.AwaitingConfiguration).toBe(true)
  })

  it("keeps an empty bootstrap token, with which a Mac deletes it", () => {
    const message = decode("mac-clear-bootstrap-token")
    expect(message.MessageType === "SetBootstrapToken" && message.BootstrapToken).toEqual(new Uint8Array())
  })

  it("decodes the DigestResponse of the second UserAuthenticate", () => {
    const steps = ["mac-user-authenticate", "mac-user-authenticate-digest"].map(decode)
    expect(steps.map((m) => m.MessageType === "UserAuthenticate" && m.DigestResponse !== undefined)).toEqual([
      false,
      true,
    ])
  })

  it("keeps unknown keys, nested and unusual ones included", () => {
    const tomorrow = `${entry("MessageType", "CheckOut")}<key>__proto__</key><dict><key>constructor</key><integer>1</integer></dict>
      <key>Future</key><array><real>1</real><dict><key>Bytes</key><data>AAE=</data></dict></array>`
    const message = succeeded(Message.decodeCheckIn(plist(tomorrow)))
    expect(message).toEqual(succeeded(Plist.parse(plist(tomorrow))))
    expect(Object.hasOwn(message, "__proto__")).toBe(true)
    expect(message["Future"]).toEqual([new Plist.Real(1), { Bytes: Uint8Array.of(0, 1) }])
  })
})

describe("an invalid check-in", () => {
  const token = "<key>Token</key><data>AAE=</data>"
  it.each([
    ["no dictionary", "<plist><array/></plist>", ""],
    ["no MessageType", plist(entry("UDID", "X")), "MessageType"],
    ["MessageType of another type", plist("<key>MessageType</key><integer>1</integer>"), "MessageType"],
    [
      "TokenUpdate without Token",
      plist(entry("MessageType", "TokenUpdate") + entry("Topic", "t") + entry("PushMagic", "p")),
      "Token",
    ],
    [
      "TokenUpdate without PushMagic",
      plist(entry("MessageType", "TokenUpdate") + entry("Topic", "t") + token),
      "PushMagic",
    ],
    [
      "TokenUpdate without Topic",
      plist(entry("MessageType", "TokenUpdate") + entry("PushMagic", "p") + token),
      "Topic",
    ],
    [
      "Token as text",
      plist(
        entry("MessageType", "TokenUpdate") + entry("Topic", "t") + entry("PushMagic", "p") + entry("Token", "AAE="),
      ),
      "Token",
    ],
    ["UDID as a number", plist(`${entry("MessageType", "Authenticate")}<key>UDID</key><integer>1</integer>`), "UDID"],
    ["UDID beyond all measure", plist(entry("MessageType", "Authenticate") + entry("UDID", "x".repeat(257))), "UDID"],
    ["UserAuthenticate without a user", plist(entry("MessageType", "UserAuthenticate")), "UserID"],
    ["DeclarativeManagement without Endpoint", plist(entry("MessageType", "DeclarativeManagement")), "Endpoint"],
  ])("%s: the error names the key", (_, input, key) => {
    const body = typeof input === "string" ? new TextEncoder().encode(input) : input
    expect(failed(Message.decodeCheckIn(body))).toMatchObject({ _tag: "InvalidMessage", key })
  })

  it("reports an unknown MessageType, shortened and printable", () => {
    const type = `Evil&#10;<!-- -->${"x".repeat(100)}`
    const error = failed(Message.decodeCheckIn(plist(entry("MessageType", type))))
    expect(error).toMatchObject({ _tag: "UnknownMessageType", messageType: `Evil?${"x".repeat(59)}…` })
    expect(error.message).toMatch(/^[\x20-\x7e…]{1,100}$/)
  })

  it.each(["constructor", "__proto__", "toString", ""])(
    "MessageType %j is unknown, not a property of something",
    (type) => {
      expect(failed(Message.decodeCheckIn(plist(entry("MessageType", type))))._tag).toBe("UnknownMessageType")
    },
  )

  it("reports invalid and too many bytes with the parser's errors", () => {
    expect(failed(Message.decodeCheckIn(new TextEncoder().encode("{}")))._tag).toBe("PlistError")
    expect(failed(Message.decodeCheckIn(bytes("mac-authenticate"), { maxBytes: 100 }))).toMatchObject({
      reason: "TooLarge",
    })
    const big = plist(entry("MessageType", "CheckOut") + " ".repeat(10 * 1024 * 1024))
    expect(failed(Message.decodeCheckIn(big))).toMatchObject({ reason: "TooLarge" })
  })

  it("does not repeat a value of the device in an error", () => {
    const secret = plist(
      `${entry("MessageType", "TokenUpdate") + entry("Token", "hunter2")}<key>PushMagic</key><integer>7777</integer>`,
    )
    const error = failed(Message.decodeCheckIn(secret))
    expect(JSON.stringify(error) + error.message).not.toMatch(/hunter2|7777/)
  })
})

it("match selects by MessageType", () => {
  const kind = CheckIn.CheckInMessage.match(decode("declarative-status"), {
    Authenticate: () => "enrolls",
    TokenUpdate: () => "enrolled",
    CheckOut: () => "gone",
    UserAuthenticate: () => "logs in",
    SetBootstrapToken: () => "escrows",
    GetBootstrapToken: () => "asks back",
    GetToken: () => "asks",
    DeclarativeManagement: (message) => message.Endpoint,
    ReturnToService: () => "erases",
  })
  expect(kind).toBe("status")
})
