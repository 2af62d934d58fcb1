/**
 * Proofs of who one is, damaged at random: whatever comes of them, none is believed, the backend hears of none, and none is the server's
 * fault.
 */
import { describe, expect, it } from "@effect/vitest"
import { Certificate, Identity, Scep } from "@espalier/apple"
import { Effect, Result } from "effect"
import fc from "fast-check"
import * as Backend from "./support/Backend.ts"
import * as Devices from "./support/Devices.ts"
import { launch } from "./support/Launch.ts"
import * as Messages from "./support/Messages.ts"
import * as Whitelabel from "./support/Whitelabel.ts"

/** One cut, insertion, overwriting or doubling, at a place between 0 and 1. */
const damage = <A>(piece: fc.Arbitrary<A>) =>
  fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      remove: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 1) }, { weight: 1, arbitrary: fc.nat({ max: 64 }) }),
      insert: fc.array(piece, { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  )

const byte = fc.nat({ max: 255 })

/** Bytes with damage done to them, never the bytes as they were. */
const damagedBytes = (bytes: Uint8Array) =>
  damage(byte)
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
  { weight: 1, arbitrary: fc.constantFrom("=", "%", ":", ";", ",", "-", "%00", "%ff", "ü", "\u007f".slice(1)) },
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
const isRefusal = ({ status, headers }: Whitelabel.Answer, ...statuses: ReadonlyArray<number>) =>
  statuses.includes(status) && headers["content-type"] === "application/problem+json"

describe("Mdm-Signature", () => {
  const signature = Devices.signature(body, device)
  const bytes = new Uint8Array(Buffer.from(signature, "base64"))

  it.live("damaged: another signer's, or none", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ identity: { mode: "required" } })
      const forgeries = fc.oneof(
        damagedBytes(bytes).map((damaged) => Buffer.from(damaged).toString("base64")),
        damagedText(signature).map((text) => Buffer.from(text, "latin1").toString("latin1")),
      )
      const believed: Array<string> = []
      yield* check(forgeries, 400, async (forgery) => {
        const answer = await Effect.runPromise(Devices.put(server, body, { "mdm-signature": forgery }))
        // What is not looked at may be damaged: then it is the same signature by the same certificate.
        if (answer.status === 200) believed.push(forgery)
        return answer.status === 200 || isRefusal(answer, 403)
      })
      for (const forgery of believed) {
        const signer = Identity.fromMdmSignature(forgery, new TextEncoder().encode(body))
        expect(Certificate.equals(Result.getOrThrow(signer), device.certificate)).toBe(true)
      }
      expect(backend.heard().length).toBe(believed.length)
      expect(believed.length).toBeLessThan(80)
    }),
  )

  it.live("over a damaged body: none", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given({ identity: { mode: "optional" } })
      const bodies = damagedBytes(new TextEncoder().encode(body))
      yield* check(bodies, 150, async (damaged) => {
        const headers = { "content-type": Whitelabel.checkInType, "mdm-signature": signature }
        const path = "/mdm/apple/mdm"
        return isRefusal(
          await Effect.runPromise(Whitelabel.ask(server, { method: "PUT", path, headers, body: damaged })),
          403,
        )
      })
      expect(backend.heard()).toEqual([])
    }),
  )
})

describe("a proxy's header", () => {
  it.live("damaged: none", () =>
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
        ...values.map((value) => damagedText(value).map((text) => Buffer.from(text, "latin1").toString("latin1"))),
      )
      let believed = 0
      yield* check(forgeries, 400, async (forgery) => {
        const answer = await Effect.runPromise(Devices.put(server, body, { [header]: forgery }))
        if (answer.status !== 200) return isRefusal(answer, 403)
        // Damage that leaves the certificate as it was: around the PEM, in its escapes or lines.
        believed++
        const read = Identity.fromHeader(forgery)
        return Result.isSuccess(read) && Certificate.equals(read.success, certificate)
      })
      expect(backend.heard().length).toBe(believed)
    }),
  )
})

describe("SCEP messages", () => {
  const challenge = Devices.challenges.sign(Devices.claims())
  const first = Devices.firstRequest(challenge)
  const renewal = Devices.renewal(device)

  it.live.each([
    ["a first request", first],
    ["a renewal", renewal],
  ] as const)("%s, damaged: a failure in SCEP, or 400", ([, pending]) =>
    Effect.gen(function* () {
      const { server } = yield* given({})
      let issued = 0
      yield* check(damagedBytes(pending.message), 250, async (message) => {
        const answer = await Effect.runPromise(Devices.operate(server, message))
        if (answer.status !== 200) return isRefusal(answer, 400)
        const reply = Scep.readCertRep(answer.bytes, pending)
        // An answer to another transaction is none to this one; a certificate would be one of this key, to its holder.
        if (Result.isSuccess(reply) && reply.success._tag === "Success") issued++
        return true
      })
      expect(issued).toBeLessThan(50)
    }),
  )

  it.live("with a damaged challenge: a failure", () =>
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
  it.live("damaged: none", () =>
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
