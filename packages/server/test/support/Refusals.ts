/** What the tests of refusals share: a server, well-formed messages to spoil, and what a refusal must be like. */
import { expect } from "@effect/vitest"
import { Effect } from "effect"
import * as Backend from "./Backend.ts"
import * as Messages from "./Messages.ts"
import * as Whitelabel from "./Whitelabel.ts"

/** Stands in what is sent, and must not stand in what comes back. */
export const marker = "MARKER"

/** A server before a backend that has nothing to say. */
export const given = Effect.gen(function* () {
  const backend = yield* Backend.start({}, Backend.json({ _tag: "Idle" }))
  return { backend, server: yield* Whitelabel.start(backend) }
})

/** The answer is a problem with this status, says a sentence, and quotes nothing. */
export const expectProblem = (answer: Whitelabel.Answer, status: number) => {
  expect(answer).toMatchObject({ status, complete: true })
  expect(answer.headers["content-type"]).toBe("application/problem+json")
  const problem: unknown = JSON.parse(answer.text)
  expect(problem).toEqual({
    type: "about:blank",
    title: expect.stringMatching(/^[A-Z]/),
    status,
    detail: expect.stringMatching(/\w+ \w+/),
  })
  expect(answer.text).not.toContain(marker)
  expect(answer.text).not.toMatch(/node_modules|\.ts\b|\n\s*at /)
}

/** The backend has heard nothing, and the server answers. */
export const expectUnharmed = Effect.fnUntraced(function* (server: Whitelabel.Whitelabel, backend: Backend.Backend) {
  expect(backend.heard()).toEqual([])
  expect((yield* Whitelabel.ask(server, { path: "/health" })).text).toBe(`{"status":"ok"}`)
})

/** Where messages go. */
export const mdm = "/mdm/apple/mdm"
/** The header of a check-in. */
export const checkInType = { "content-type": Whitelabel.checkInType }
/** A report of a device with nothing to report. */
export const idle = Whitelabel.xml(Messages.idle)

/** A property list around the inside of its dictionary. */
export const plist = (inside: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>${inside}</dict></plist>`
/** A check-in that is as it should be. */
export const checkOut = plist(`<key>MessageType</key><string>CheckOut</string><key>UDID</key><string>A-1</string>`)
