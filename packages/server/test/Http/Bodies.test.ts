/**
 * Bodies that are no message: each is refused in a sentence that quotes nothing of it, and none reaches the backend.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as BinaryMessages from "../support/BinaryMessages.ts"
import * as Messages from "../support/Messages.ts"
import { checkOut, expectProblem, expectUnharmed, given, marker, plist } from "../support/Refusals.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

/** Any bytes, as one-byte characters. */
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"))

describe("bodies", () => {
  const bodies: ReadonlyArray<readonly [string, Whitelabel.Ask["body"]]> = [
    ["nothing", ""],
    ["a word", marker],
    ["JSON", `{"MessageType":"${marker}"}`],
    ["HTML", `<html><body>${marker}</body></html>`],
    ["NULs", new Uint8Array(1000)],
    ["XML that ends in the middle", checkOut.slice(0, -20)],
    ["a property list that is an array", `<plist version="1.0"><array><string>${marker}</string></array></plist>`],
    ["a property list that is a string", `<plist version="1.0"><string>${marker}</string></plist>`],
    ["an empty dictionary", plist("")],
    ["a key twice", plist(`<key>UDID</key><string>a</string><key>UDID</key><string>${marker}</string>`)],
    ["a key without a value", plist(`<key>${marker}</key>`)],
    ["data that is not base64", plist(`<key>UDID</key><data>${marker}!</data>`)],
    ["a date that is none", plist(`<key>UDID</key><date>${marker}</date>`)],
    ["an integer that is none", plist(`<key>UDID</key><integer>${marker}</integer>`)],
    [
      "an entity of its own",
      `<!DOCTYPE plist [<!ENTITY e "${marker}">]>${plist("<key>MessageType</key><string>&e;</string>")}`,
    ],
    [
      "a bomb of entities",
      `<!DOCTYPE plist [<!ENTITY a "${"x".repeat(100)}">${"bcdefghij"
        .split("")
        .map((name, i) => `<!ENTITY ${name} "${`&${"abcdefghij"[i]};`.repeat(10)}">`)
        .join("")}]>${plist("<key>MessageType</key><string>&j;</string>")}`,
    ],
    [
      "an entity of a file",
      `<!DOCTYPE plist [<!ENTITY e SYSTEM "file:///etc/passwd">]>${plist("<key>UDID</key><string>&e;</string>")}`,
    ],
    ["10,000 arrays in one another", plist(`<key>a</key>${"<array>".repeat(10_000)}${"</array>".repeat(10_000)}`)],
    ["10,000 dictionaries begun", plist("<key>a</key><dict>".repeat(10_000))],
    ["a binary head and nothing else", "bplist00"],
    ["binary of another version", latin1(`bplist15${"\0".repeat(40)}`)],
    ["binary that ends in the middle", BinaryMessages.authenticate.subarray(0, 60)],
    ["binary without its last byte", BinaryMessages.authenticate.subarray(0, -1)],
    [
      "binary that contains itself",
      latin1(`bplist00\xa1\x00\x08${"\0".repeat(6)}\x01\x01${"\0".repeat(7)}\x01${"\0".repeat(15)}\x0a`),
    ],
    ["no UDID", plist("<key>MessageType</key><string>CheckOut</string>")],
    ["an empty UDID", plist("<key>MessageType</key><string>CheckOut</string><key>UDID</key><string></string>")],
    [
      "a UDID too long",
      plist(`<key>MessageType</key><string>CheckOut</string><key>UDID</key><string>${marker.repeat(50)}</string>`),
    ],
    [
      "a Shared iPad's user without a name",
      Whitelabel.xml({ ...Messages.checkOut, UserID: "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF" }),
    ],
    [
      "a UDID that is a number",
      plist("<key>MessageType</key><string>CheckOut</string><key>UDID</key><integer>1</integer>"),
    ],
    ["an unknown MessageType", Whitelabel.xml({ ...Messages.checkOut, MessageType: "Reboot" })],
    ["a MessageType like a property", Whitelabel.xml({ ...Messages.checkOut, MessageType: "__proto__" })],
    ["a MessageType that is data", Whitelabel.xml({ ...Messages.checkOut, MessageType: new Uint8Array(3) })],
    [
      "a TokenUpdate without a token",
      Whitelabel.xml({ MessageType: "TokenUpdate", UDID: "A", Topic: "t", PushMagic: "m" }),
    ],
    ["a Token that is text", Whitelabel.xml({ ...Messages.tokenUpdate, Token: marker })],
    ["a PushMagic that is a boolean", Whitelabel.xml({ ...Messages.tokenUpdate, PushMagic: true })],
    ["a GetToken for no service", Whitelabel.xml({ ...Messages.getToken, TokenServiceType: "" })],
    ["an unknown Endpoint", Whitelabel.xml(Messages.declarative(marker))],
    ["an Endpoint of another type", Whitelabel.xml(Messages.declarative(`declaration/${marker}/a`))],
    ["an Endpoint without an identifier", Whitelabel.xml(Messages.declarative("declaration/asset/"))],
    ["a status without Data", Whitelabel.xml(Messages.declarative("status"))],
    ["a status that is not JSON", Whitelabel.xml(Messages.declarative("status", marker))],
    ["a status that is an array", Whitelabel.xml(Messages.declarative("status", `["${marker}"]`))],
    [
      "a status too deep",
      Whitelabel.xml(Messages.declarative("status", `{"a":${"[".repeat(9000)}${"]".repeat(9000)}}`)),
    ],
  ]

  it.live.each(bodies)("%s: refused", ([, body = ""]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      expectProblem(yield* Whitelabel.checkIn(server, body), 400)
      yield* expectUnharmed(server, backend)
    }),
  )

  const reports: ReadonlyArray<readonly [string, string]> = [
    ["no Status", plist("<key>UDID</key><string>A-1</string>")],
    ["an unknown Status", Whitelabel.xml({ ...Messages.idle, Status: marker })],
  ]

  it.live.each(reports)("%s: refused", ([, body]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      expectProblem(yield* Whitelabel.report(server, body), 400)
      yield* expectUnharmed(server, backend)
    }),
  )

  /** One odd value does not lose a message: it reaches the backend under `Invalid…`, or is ignored. */
  const accepted: ReadonlyArray<readonly [string, string | Uint8Array, object]> = [
    [
      "bytes that are not UTF-8",
      latin1(Whitelabel.xml({ ...Messages.acknowledged, Name: "MARK" }).replace("MARK", "Caf\xe9")),
      { payload: { Name: "Caf\ufffd" } },
    ],
    ["anything after the property list", `${Whitelabel.xml(Messages.checkOut)}${marker}`, { _tag: "CheckOut" }],
    [
      "a status of another shape",
      Whitelabel.xml(Messages.declarative("status", '{"Errors":"none"}')),
      { report: { InvalidErrors: "none" } },
    ],
    ["a result of no command", Whitelabel.xml({ Status: "Acknowledged", UDID: Messages.udid }), { commandUUID: "" }],
    [
      "an ErrorChain that is text",
      Whitelabel.xml({ ...Messages.acknowledged, Status: "Error", ErrorChain: "none" }),
      { status: "Error", payload: { InvalidErrorChain: "none" } },
    ],
    [
      "an ErrorCode that is text",
      Whitelabel.xml({
        ...Messages.acknowledged,
        Status: "Error",
        ErrorChain: [
          { ErrorCode: "x", ErrorDomain: "d" },
          { ErrorCode: 1, ErrorDomain: "d" },
        ],
      }),
      {
        errorChain: [{ errorCode: 1, errorDomain: "d" }],
        payload: { InvalidErrorChain: [{ ErrorCode: "x", ErrorDomain: "d" }] },
      },
    ],
  ]

  it.live.each(accepted)("accepts %s", ([, body, event]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      expect((yield* Whitelabel.report(server, body)).status).toBe(200)
      expect(backend.heardBy("event")).toMatchObject([{ event }])
    }),
  )

  it.live("an ErrorCode of 64 bits is no reason to lose the result", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given
      const ErrorChain = [{ ErrorCode: 2n ** 63n - 1n, ErrorDomain: "d" }]
      const answer = yield* Whitelabel.report(server, { ...Messages.acknowledged, Status: "Error", ErrorChain })
      expect(answer.status).toBe(200)
      expect(backend.heardBy("event")).toMatchObject([{ event: { errorChain: [{ errorDomain: "d" }] } }])
    }),
  )

  it.live.each(Object.entries(BinaryMessages))("binary property lists are heard: %s", ([name, body]) =>
    Effect.gen(function* () {
      const { server, backend } = yield* given
      const answer = yield* (name === "acknowledged" ? Whitelabel.report : Whitelabel.checkIn)(server, body)
      expect(answer.status).toBe(200)
      expect(backend.heardBy("event")).toMatchObject([{ scope: { udid: Messages.udid } }])
    }),
  )
})
