/**
 * Proofs of who one is, damaged at random: whatever comes of them, nobody is taken for somebody else, and none is the server's fault.
 *
 * What surprises: some damage is none, such as a changed byte that no signature covers. Then it is still the same certificate's word over the
 * same body, and each such case is checked to be just that.
 */
import { describe, expect, it } from "@effect/vitest"
import { Certificate, Identity } from "@espalier/apple"
import { fc } from "@espalier/testing/Property"
import { Effect, Result } from "effect"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import { launch } from "../support/Launch.ts"
import * as Messages from "../support/Messages.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

/** Cuts, insertions and overwriting, at places between 0 and 1. */
const damage = <A>(piece: fc.Arbitrary<A>) =>
  fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      remove: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 1) }, { weight: 1, arbitrary: fc.nat({ max: 64 }) }),
      insert: fc.array(piece, { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  )

/** Bytes with damage done to them, never the bytes as they were. */
const damagedBytes = (bytes: Uint8Array) =>
  damage(fc.nat({ max: 255 }))
    .map((places) =>
      places.reduce<Uint8Array>((bytes, { at, remove, insert }) => {
        const from = Math.floor(at * bytes.length)
        return Uint8Array.from([...bytes.subarray(0, from), ...insert, ...bytes.subarray(from + remove)])
      }, bytes),
    )
    .filter((damaged) => Buffer.compare(damaged, bytes) !== 0)

/** What a header may hold. */
const character = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 93 }).map((code) => String.fromCharCode(33 + code)) },
  { weight: 1, arbitrary: fc.constantFrom("=", "%", ":", ";", ",", "-", "%00", "%ff", "ü") },
)
const damagedText = (text: string) =>
  damage(character)
    .map((places) =>
      places.reduce((text, { at, remove, insert }) => {
        const from = Math.floor(at * text.length)
        return text.slice(0, from) + insert.join("") + text.slice(from + remove)
      }, text),
    )
    .filter((damaged) => damaged.trim() !== text)

const check = <A>(arbitrary: fc.Arbitrary<A>, numRuns: number, holds: (value: A) => Promise<boolean>) =>
  Effect.promise(() => fc.assert(fc.asyncProperty(arbitrary, holds), { numRuns }))

const given = Effect.fnUntraced(function* (options: Parameters<typeof launch>[1]) {
  const backend = yield* Backend.start({ event: Backend.taken })
  return { backend, server: yield* launch(backend, options) }
})

const body = Whitelabel.xml(Messages.authenticate)
const device = Devices.identity()
const isRefusal = ({ status, headers }: Whitelabel.Answer, expected: number) =>
  status === expected && headers["content-type"] === "application/problem+json"

const isOf = (identity: Result.Result<Identity.PresentedIdentity, unknown>, { certificate }: typeof device) =>
  Result.isSuccess(identity) && Certificate.equals(identity.success.certificate, certificate)

describe("Mdm-Signature", () => {
  const signature = Devices.signature(body, device)
  const bytes = new Uint8Array(Buffer.from(signature, "base64"))

  it.live("damaged: refused, or still this certificate's over this body", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ identity: { mode: "required" } })
      const forgeries = fc.oneof(
        damagedBytes(bytes).map((damaged) => Buffer.from(damaged).toString("base64")),
        damagedText(signature),
      )
      let believed = 0
      yield* check(forgeries, 400, async (forgery) => {
        const answer = await Effect.runPromise(Devices.put(server, body, { "mdm-signature": forgery }))
        if (answer.status !== 200) return isRefusal(answer, 403)
        believed++
        return isOf(Identity.fromMdmSignature(forgery, new TextEncoder().encode(body)), device)
      })
      expect(backend.heard().length).toBe(believed)
    }),
  )

  it.live("over a damaged body: refused", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ identity: { mode: "optional" } })
      const headers = { "content-type": Whitelabel.checkInType, "mdm-signature": signature }
      yield* check(damagedBytes(new TextEncoder().encode(body)), 150, async (body) => {
        const message = { method: "PUT", path: "/mdm/apple/mdm", headers, body }
        return isRefusal(await Effect.runPromise(Whitelabel.ask(server, message)), 403)
      })
      expect(backend.heard()).toEqual([])
    }),
  )
})

describe("a proxy's header", () => {
  it.live("damaged: refused, or still this certificate", () =>
    Effect.gen(function* () {
      const header = "x-device-identity-certificate"
      const proxy = { header, addresses: new Set(["127.0.0.1"]) }
      const { backend, server } = yield* given({ identity: { mode: "required", proxy } })
      const { certificate } = device
      const values = [
        Identity.toHeader(certificate),
        encodeURIComponent(Certificate.toPem(certificate)),
        Buffer.from(certificate.der).toString("base64"),
        `Cert="${encodeURIComponent(Certificate.toPem(certificate))}"`,
      ]
      const forgeries = fc.oneof(
        damagedBytes(certificate.der).map((der) => `:${Buffer.from(der).toString("base64")}:`),
        ...values.map(damagedText),
      )
      let believed = 0
      yield* check(forgeries, 400, async (forgery) => {
        const answer = await Effect.runPromise(Devices.put(server, body, { [header]: forgery }))
        if (answer.status !== 200) return isRefusal(answer, 403)
        believed++
        return isOf(Identity.fromHeader(forgery), device)
      })
      expect(backend.heard().length).toBe(believed)
    }),
  )
})

describe("SCEP", () => {
  const challenge = Devices.challenges.sign(Devices.claims())
  const messages = [
    ["a first request", Devices.firstRequest(challenge)],
    ["a renewal", Devices.renewal(device)],
  ] as const

  it.live.each(messages)("%s, damaged: an answer in SCEP, or 400", ([, pending]) =>
    Effect.gen(function* () {
      const { server } = yield* given({})
      yield* check(damagedBytes(pending.message), 250, async (message) => {
        const answer = await Effect.runPromise(Devices.operate(server, message))
        return (
          isRefusal(answer, 400) ||
          (answer.status === 200 && answer.headers["content-type"] === "application/x-pki-message")
        )
      })
    }),
  )

  it.live("a damaged challenge: a failure", () =>
    Effect.gen(function* () {
      const { server } = yield* given({})
      yield* check(damagedText(challenge), 60, async (forgery) => {
        const reply = await Effect.runPromise(Devices.ask(server, Devices.firstRequest(forgery)))
        return reply._tag === "Failure"
      })
    }),
  )
})

describe("enrollment tokens", () => {
  it.live("damaged: refused", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({})
      const token = Devices.tokens.sign(Devices.claims({ limit: 3 }))
      const forgeries = fc.oneof(damagedText(token), fc.string({ unit: "grapheme", maxLength: 40 }))
      yield* check(forgeries, 400, async (forgery) => {
        const path = `/mdm/apple/enroll?${new URLSearchParams({ token: forgery })}`
        return isRefusal(await Effect.runPromise(Whitelabel.ask(server, { path })), 403)
      })
      expect(backend.heard()).toEqual([])
    }),
  )
})
