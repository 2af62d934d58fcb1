/** Changed certificates, signatures and enrollments are errors: they never throw and are never accepted. */
import { authorityOf, edited, identityOf, now, rsaKey } from "@espalier/testing/Pki"
import { fc } from "@espalier/testing/Property"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { Certificate, Cms, Identity, Scep } from "../src/index.ts"
import { succeeded } from "./Messages.ts"

const ca = authorityOf("Authority", rsaKey())
const device = identityOf(ca, rsaKey())
const body = Buffer.from("<plist/>")

const attached = succeeded(Cms.sign({ content: body, signer: device, signingTime: now }))
const detached = succeeded(Cms.sign({ content: body, signer: device, detached: true, withoutAttributes: true }))
const envelope = succeeded(Cms.envelope(body, ca.certificate))
const request = { privateKey: device.privateKey, subject: { commonName: "d" }, authority: ca.certificate, at: now }
const pending = succeeded(Scep.pkcsReq(request))
const received = succeeded(Scep.receive(pending.message, ca, now))
const answer = succeeded(Scep.success(ca, received, device.certificate))
const header = Identity.toHeader(device.certificate)

const edit = fc.record({ at: fc.nat(), drop: fc.nat(8), insert: fc.uint8Array({ maxLength: 8 }) })
const flip = fc.record({ at: fc.nat(), drop: fc.constant(1), insert: fc.uint8Array({ minLength: 1, maxLength: 1 }) })
const cut = fc.record({ at: fc.nat(), drop: fc.constant(1_000_000), insert: fc.constant(new Uint8Array()) })
const edits = fc.array(fc.oneof(edit, flip, flip, cut), { minLength: 1, maxLength: 3 })

const check = (bytes: Uint8Array, numRuns: number, test: (mutated: Uint8Array) => void) =>
  fc.assert(
    fc.property(edits, (list) => {
      const mutated = edited(bytes, list)
      fc.pre(Buffer.compare(mutated, bytes) !== 0)
      test(mutated)
    }),
    { numRuns },
  )

/**
 * A change outside the signed bytes may leave the signature valid. Then the key and the content are still the same, and a
 * changed certificate no longer verifies.
 */
const harmless = (verified: Result.Result<Cms.Verified, Cms.CmsError>) => {
  if (Result.isFailure(verified)) return
  const { signer, content } = verified.success
  expect(Buffer.from(content)).toEqual(body)
  expect(signer.x509.publicKey.equals(device.certificate.x509.publicKey)).toBe(true)
  if (Certificate.equals(signer, device.certificate)) return
  expect(Result.isFailure(Certificate.verifyChain(signer, [], [ca.certificate], now))).toBe(true)
}

describe("hostile bytes", () => {
  it("as certificates", () =>
    check(device.certificate.der, 400, (bytes) => {
      const parsed = Certificate.parse(bytes)
      if (Result.isSuccess(parsed)) {
        expect(Result.isFailure(Certificate.verifyChain(parsed.success, [], [ca.certificate], now))).toBe(true)
      }
    }))

  it("as signatures, content inside", () => check(attached, 400, (bytes) => harmless(Cms.verify(bytes))))

  it("as signatures, content apart", () =>
    check(detached, 400, (bytes) => harmless(Cms.verify(bytes, { detached: body }))))

  it("as the content of signatures", () =>
    check(body, 200, (bytes) => expect(Result.isFailure(Cms.verify(detached, { detached: bytes }))).toBe(true)))

  it("as envelopes", () =>
    check(envelope, 200, (bytes) => {
      Cms.open(bytes, ca)
    }))

  it("as SCEP requests", () =>
    check(pending.message, 200, (bytes) => {
      const result = Scep.receive(bytes, ca, now)
      if (Result.isSuccess(result)) {
        expect(result.success.request.publicKeyInfo).toEqual(device.certificate.publicKeyInfo)
      } else if (result.failure.transaction !== undefined) {
        expect(Result.isSuccess(Scep.failure(ca, result.failure.transaction, result.failure.failInfo))).toBe(true)
      }
    }))

  it("inside the envelope of SCEP requests", () => {
    const csr = succeeded(Scep.makeRequest(request))
    check(csr, 300, (bytes) => expect(Result.isFailure(Scep.readRequest(bytes))).toBe(true))
  })

  it("as SCEP answers", () =>
    check(answer, 200, (bytes) => {
      const reply = Scep.readCertRep(bytes, pending)
      if (Result.isSuccess(reply)) expect(reply.success._tag).toBe("Success")
    }))

  it("as headers", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      edits.map((list) => Buffer.from(edited(Buffer.from(header), list)).toString("latin1")),
      fc.stringMatching(/^(Cert="|:|%2D|-----BEGIN CERTIFICATE-----|[A-Za-z0-9+/=,;:%"]){0,40}$/),
    )
    fc.assert(
      fc.property(text, (value) => {
        Identity.fromMdmSignature(value, body)
        const identity = Identity.fromHeader(value)
        if (Result.isFailure(identity)) expect(identity.failure.message.length).toBeLessThan(100)
      }),
      { numRuns: 500 },
    )
  })
})
