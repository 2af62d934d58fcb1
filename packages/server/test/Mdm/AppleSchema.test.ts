/**
 * Every command result that Apple's schema files allow, with odd values in optional keys, reaches the backend without loss.
 */
import { describe, expect, it } from "@effect/vitest"
import { type Plist, PlistJson } from "@espalier/plist"
import { EventRequest, PropertyListDictionary } from "@espalier/schema"
import * as AppleMessages from "@espalier/testing/AppleMessages"
import { fc } from "@espalier/testing/Property"
import { Effect, Result, Schema } from "effect"
import { given } from "../support/Conversation.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

/** The keys that are not part of a result: who, which command, and how it ended. */
const envelope = new Set(["Status", "CommandUUID", "ErrorChain", "NotOnConsole"])

/** A value of another type than Apple's arrives under its name with `Invalid` before it. */
const expectedPayload = (report: Plist.Dictionary, payload: object) =>
  Object.entries(report).flatMap(([key, value]) => {
    if (!envelope.has(key)) return [[key, value] as const]
    const odd = `Invalid${key}`
    return odd in payload && key !== "ErrorChain" ? [[odd, value] as const] : []
  })

const decodeRequest = Schema.decodeUnknownSync(EventRequest)
const decodeDictionary = Schema.decodeUnknownSync(PropertyListDictionary)

const commandResultOf = (body: unknown) => {
  const { event } = decodeRequest(body)
  if (event._tag !== "CommandResult") throw new Error(`${event._tag} in place of a CommandResult`)
  return event
}

describe("results of Apple's schema", () => {
  it.live(
    "reach the backend without loss",
    () =>
      Effect.gen(function* () {
        const { backend, server } = yield* given({})
        const reports = AppleMessages.requestTypes.flatMap((type) => fc.sample(AppleMessages.report(type), 2))
        for (const report of reports) {
          const answer = yield* Whitelabel.report(server, { ...report, UDID: Messages.udid })
          expect([answer.status, answer.text]).toEqual([200, ""])
        }
        const events = backend.heardBy("event").map(commandResultOf)
        expect(events).toHaveLength(reports.length)
        for (const [index, { payload, errorChain = [] }] of events.entries()) {
          const report = reports[index] ?? {}
          const expected = Object.fromEntries(expectedPayload(report, payload))
          expect(payload).toMatchObject(decodeDictionary(Result.getOrThrow(PlistJson.fromValue(expected))))
          const items = report["ErrorChain"]
          const odd = payload["InvalidErrorChain"]
          if (Array.isArray(items)) expect(errorChain.length + (Array.isArray(odd) ? odd.length : 0)).toBe(items.length)
          else expect(odd !== undefined).toBe(items !== undefined)
        }
      }),
    { timeout: 60_000 },
  )
})
