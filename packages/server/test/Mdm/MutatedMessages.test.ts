/**
 * Real messages, damaged at random: whatever comes of them, the server answers, in 2xx or 4xx, and what the backend hears still
 * fits its schema.
 */
import { describe, expect, it } from "@effect/vitest"
import type { Plist } from "@espalier/plist"
import { fc } from "@espalier/testing/Property"
import { Effect } from "effect"
import * as Backend from "../support/Backend.ts"
import * as BinaryMessages from "../support/BinaryMessages.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const dictionaries: ReadonlyArray<Plist.Dictionary> = [
  Messages.authenticate,
  { ...Messages.tokenUpdate, UserID: "0E2B", UnlockToken: new Uint8Array(9), AwaitingConfiguration: true },
  Messages.checkOut,
  Messages.setBootstrapToken,
  Messages.getBootstrapToken,
  { ...Messages.getToken, TokenParameters: { SecurityToken: "s", PhoneUDID: "p" } },
  { ...Messages.userAuthenticate, DigestResponse: "d" },
  Messages.declarative("tokens"),
  Messages.declarative("declaration/configuration/a"),
  Messages.declarative("status", `{"StatusItems":{"a":[1,"b",null]},"Errors":[],"FullReport":true}`),
  Messages.idle,
  {
    ...Messages.acknowledged,
    Status: "Error",
    ErrorChain: [{ ErrorCode: 7, ErrorDomain: "d", LocalizedDescription: "l" }],
    List: [1, 2.5, true, new Date(0), new Uint8Array(3), { $a: 9007199254740993n }],
  },
]

const documents: ReadonlyArray<Uint8Array> = [
  ...dictionaries.map((dictionary) => new Uint8Array(Buffer.from(Whitelabel.xml(dictionary)))),
  ...Object.values(BinaryMessages),
]

/** One cut, insertion, overwriting or doubling, at a place between 0 and 1. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  remove: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 1) }, { weight: 1, arbitrary: fc.nat({ max: 12 }) }),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.nat({ max: 255 }).map((byte) => new Uint8Array([byte])),
    fc.string({ unit: "grapheme-ascii", maxLength: 2 }).map((text) => new Uint8Array(Buffer.from(text))),
    fc
      .constantFrom(
        "<",
        ">",
        "&",
        "]]>",
        "<dict>",
        "</dict>",
        "<array/>",
        "<key>",
        "<!--",
        "\u0000",
        "é",
        "&#0;",
        "-",
        "9e9",
      )
      .map((text) => new Uint8Array(Buffer.from(text))),
  ),
})

const damaged = fc
  .tuple(fc.constantFrom(...documents), fc.array(damage, { minLength: 1, maxLength: 3 }))
  .map(([document, places]) =>
    places.reduce<Uint8Array>((bytes, { at, remove, insert }) => {
      const from = Math.floor(at * bytes.length)
      return new Uint8Array(Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + remove)]))
    }, document),
  )

/** Any property list that XML can hold; characters it cannot are the writer's to refuse. */
const { value } = fc.letrec<{ value: Plist.Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: "grapheme-ascii" }),
    fc.constantFrom("", "__proto__", "Idle", "Authenticate", "tokens", "status", "$data"),
    fc.boolean(),
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.uint8Array({ maxLength: 8 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "$data", "$", "__proto__", "UDID", "ErrorCode"), tie("value"), { maxKeys: 3 }),
  ),
}))

const keys = [...new Set(dictionaries.flatMap(Object.keys))]

const rewritten = fc
  .tuple(
    fc.constantFrom(...dictionaries),
    fc.array(fc.tuple(fc.constantFrom(...keys), fc.option(value, { nil: undefined })), { minLength: 1, maxLength: 3 }),
  )
  .map(([dictionary, changes]) => {
    const entries = new Map<string, Plist.Value>(Object.entries(dictionary))
    for (const [key, replacement] of changes) {
      if (replacement === undefined) entries.delete(key)
      else entries.set(key, replacement)
    }
    return new Uint8Array(Buffer.from(Whitelabel.xml(Object.fromEntries(entries))))
  })

const replies: Backend.Replies = {
  event: Backend.taken,
  checkin: Backend.json({ _tag: "Command", commandUUID: "c", requestType: "DeviceLock", payload: { PIN: "1" } }),
  declarationTokens: Backend.json({
    activationsToken: "",
    configurationsToken: "",
    assetsToken: "",
    managementToken: "",
  }),
  declarationItems: Backend.json({ activations: [], configurations: [], assets: [], management: [] }),
  declaration: Backend.json(null),
  bootstrapToken: Backend.json({ bootstrapToken: "AAAA" }),
  token: Backend.json({ tokenData: "AAAA" }),
  userAuthenticate: Backend.json({ _tag: "Accept" }),
}

describe.each([
  ["bytes", damaged, 400],
  ["keys", rewritten, 400],
] as const)("damaged %s", (_, arbitrary, numRuns) => {
  it.live("never get a 5xx, and a refusal is a problem", () =>
    Effect.gen(function* () {
      const backend = yield* Backend.start(replies)
      const server = yield* Whitelabel.start(backend)
      const statuses = new Set<number>()
      const isAnswered = async (body: Uint8Array, send: typeof Whitelabel.checkIn) => {
        const { status, headers, text } = await Effect.runPromise(send(server, body))
        statuses.add(status)
        // A declaration that the backend has not is the one empty refusal.
        const isProblem = headers["content-type"] === "application/problem+json" && text.includes(`"status":${status}`)
        return status === 200 || (status === 404 && text === "") || (status === 400 && isProblem)
      }
      yield* Effect.promise(() =>
        fc.assert(fc.asyncProperty(arbitrary, fc.constantFrom(Whitelabel.checkIn, Whitelabel.report), isAnswered), {
          numRuns,
        }),
      )
      // Decodes all that was heard.
      expect(backend.heard()).not.toEqual([])
      expect(statuses).toContain(200)
      expect(statuses).toContain(400)
    }),
  )
})
