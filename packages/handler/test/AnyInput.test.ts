/**
 * Generated and mutated bodies: every answer is one that the protocol documents.
 */
import { describe, expect, it } from "@effect/vitest"
import { RequestError, WebhookError } from "@espalier/schema"
import { fc } from "@espalier/testing/Property"
import { Effect, Schema } from "effect"
import { backendOf, deviceScope, fetchHandler, type Mounted, pathOf, stillAnswers } from "./Backend.ts"

const decodeError = Schema.decodeUnknownSync(Schema.Union([...WebhookError.members, ...RequestError.members]))

const backend = backendOf({
  checkin: () => Effect.succeed({ _tag: "Idle" }),
  event: () => Effect.void,
  asset: () => Effect.succeed(null),
})

describe("answers as documented", () => {
  const documented = new Set([200, 204, 400, 404, 405, 408, 413, 415, 501])

  const isAnswered = async (mounted: Mounted, path: string, body: string | Uint8Array<ArrayBuffer>) => {
    const response = await mounted.fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    })
    const text = await response.text()
    expect(documented.has(response.status), `${response.status} ${text}`).toBe(true)
    if (response.status >= 400) expect(() => decodeError(JSON.parse(text))).not.toThrow()
  }

  const paths = fc.constantFrom(pathOf("checkin"), pathOf("event"), pathOf("asset"))
  const checkedWith = <A>(input: fc.Arbitrary<A>, bodyOf: (input: A) => string | Uint8Array<ArrayBuffer>) =>
    Effect.gen(function* () {
      const mounted = yield* fetchHandler(backend)
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(paths, input, (path, value) => isAnswered(mounted, path, bodyOf(value))),
          { numRuns: 300 },
        ),
      )
      yield* stillAnswers(mounted)
    })

  const examples = [
    { scope: deviceScope },
    { scope: deviceScope, event: { _tag: "Authenticate", serialNumber: "C02" } },
    {
      scope: { ...deviceScope, _tag: "user", userId: "U" },
      event: {
        _tag: "CommandResult",
        commandUUID: "c",
        status: "NotNow",
        payload: { a: [{ $data: "AAAA" }, 1.5, true] },
      },
    },
    { scope: deviceScope, event: { _tag: "DeclarationStatus", report: { StatusItems: { a: null }, Errors: [] } } },
    { identityCertificate: "PEM", identifier: "asset-id" },
  ].map((example) => Buffer.from(JSON.stringify(example)))

  it.live("any bytes", () => checkedWith(fc.uint8Array({ maxLength: 200 }), (value) => new Uint8Array(value)))

  it.live("any JSON", () => checkedWith(fc.json(), (value) => value))

  it.live("any JSON as the members of the protocol", () =>
    checkedWith(fc.record({ scope: fc.jsonValue(), event: fc.jsonValue(), identifier: fc.jsonValue() }), (value) =>
      JSON.stringify(value),
    ),
  )

  it.live("valid bodies with some bytes changed, removed or inserted", () => {
    const edit = fc.record({ at: fc.nat(), length: fc.nat(6), insert: fc.uint8Array({ maxLength: 6 }) })
    return checkedWith(
      fc.record({ example: fc.constantFrom(...examples), edits: fc.array(edit, { minLength: 1, maxLength: 4 }) }),
      ({ example, edits }) =>
        new Uint8Array(
          edits.reduce((body, { at, length, insert }) => {
            const start = at % (body.length + 1)
            return Buffer.concat([body.subarray(0, start), insert, body.subarray(start + length)])
          }, example),
        ),
    )
  })
})
