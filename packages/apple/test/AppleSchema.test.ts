/**
 * Every check-in and every command result that Apple's schema files allow, with odd values in optional keys: all are accepted, and no value
 * is lost.
 */
import { Plist } from "@espalier/plist"
import * as AppleMessages from "@espalier/testing/AppleMessages"
import { fc } from "@espalier/testing/Property"
import { describe, expect, it } from "vitest"
import { CommandReport, Message } from "../src/index.ts"
import { succeeded } from "./Messages.ts"

const udid = "00008110-001A24E03C88801E"
const bytesOf = (message: Plist.Dictionary) => new TextEncoder().encode(succeeded(Plist.toXml(message)))

const envelope = new Set(["Status", "CommandUUID", "ErrorChain", "NotOnConsole"])

/** Each value under its key, or renamed; the items of an array may be in either. */
const expectKept = (decoded: object, sent: Plist.Dictionary) => {
  const found = new Map(Object.entries(decoded))
  for (const [key, value] of Object.entries(sent)) {
    const [same, odd] = [found.get(key), found.get(`Invalid${key}`)]
    if (Array.isArray(same) && Array.isArray(odd))
      expect([...same, ...odd]).toHaveLength(Array.isArray(value) ? value.length : -1)
    else expect([same, odd]).toContainEqual(value)
  }
}

describe("Apple's schema", () => {
  // The names of the newest schema: see the README of apple-device-management-delta.
  it("has the check-ins that this package knows", () => {
    expect(AppleMessages.messageTypes.toSorted()).toEqual([
      "Authenticate",
      "CheckOut",
      "DeclarativeManagement",
      "GetBootstrapToken",
      "GetToken",
      "ReturnToService",
      "SetBootstrapToken",
      "TokenUpdate",
      "UserAuthenticate",
    ])
    expect(AppleMessages.requestTypes.length).toBeGreaterThan(60)
  })

  it.each(AppleMessages.messageTypes)("%s: every allowed message is accepted without loss", (messageType) => {
    fc.assert(
      fc.property(AppleMessages.checkIn(messageType), (message) => {
        const sent = { ...message, UDID: udid, ...(messageType === "UserAuthenticate" ? { UserID: "0E2B" } : {}) }
        const decoded = succeeded(Message.decodeCheckIn(bytesOf(sent)))
        expect(decoded.MessageType).toBe(messageType)
        expectKept(decoded, sent)
      }),
      { numRuns: 60 },
    )
  })

  it.each(AppleMessages.requestTypes)("%s: every allowed result is accepted without loss", (requestType) => {
    fc.assert(
      fc.property(AppleMessages.report(requestType), (report) => {
        const sent = { ...report, UDID: udid }
        const decoded = succeeded(Message.decodeCommandReport(bytesOf(sent)))
        expectKept(decoded, sent)
        const own = Object.entries(report).filter(([key]) => !envelope.has(key))
        expect(CommandReport.result(decoded)).toMatchObject(Object.fromEntries(own))
      }),
      { numRuns: 15 },
    )
  })
})
