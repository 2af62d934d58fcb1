/**
 * Where devices get their certificates (RFC 8894): capabilities, the authority's certificate, first requests by challenge, renewals. Refusals
 * are SCEP's own; only what is no SCEP message is an HTTP error.
 */
import { generateKeyPairSync, type KeyObject } from "node:crypto"
import { describe, expect, it } from "@effect/vitest"
import { Certificate, Scep } from "@espalier/apple"
import { Database } from "@espalier/sql"
import { ecKey, identityOf, rsaKey } from "@espalier/testing/Pki"
import * as ScepMessages from "@espalier/testing/ScepMessages"
import { Effect, Layer, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql"
import * as SignedToken from "../../src/Enrollment/SignedToken.ts"
import type { Server } from "../../src/index.ts"
import * as Backend from "../support/Backend.ts"
import * as Devices from "../support/Devices.ts"
import * as Folder from "../support/Folder.ts"
import { launch } from "../support/Launch.ts"
import { expectProblem, expectUnharmed } from "../support/Refusals.ts"
import * as Whitelabel from "../support/Whitelabel.ts"

const { authority, challenges, claims, firstRequest, renewal } = Devices
const route = "/mdm/apple/scep"

const given = Effect.fnUntraced(function* (options: Partial<Server.ServerOptions> = {}) {
  const backend = yield* Backend.start({})
  return { backend, server: yield* launch(backend, options) }
})

const failure = (failInfo: Scep.FailInfo) => ({ _tag: "Failure", failInfo })

describe("before a request", () => {
  it.live("GetCACaps says what is understood", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const answer = yield* Whitelabel.ask(server, { path: `${route}?operation=GetCACaps&message=ca` })
      expect(answer).toMatchObject({ status: 200, headers: { "content-type": expect.stringMatching(/^text\/plain/) } })
      expect(answer.text.split("\n")).toEqual(
        expect.arrayContaining(["AES", "POSTPKIOperation", "SHA-256", "SHA-512", "SCEPStandard", "Renewal"]),
      )
    }),
  )

  it.live.each(["/", "/pkiclient.exe", "/a/b"])("the path may continue with %s", (tail) =>
    Effect.gen(function* () {
      const { server } = yield* given()
      expect((yield* Whitelabel.ask(server, { path: `${route}${tail}?operation=GetCACaps` })).status).toBe(200)
    }),
  )

  it.live("GetCACert gives the authority's certificate", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const answer = yield* Whitelabel.ask(server, { path: `${route}?operation=GetCACert` })
      expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/x-x509-ca-cert" } })
      const certificates = Result.getOrThrow(Scep.readCaCertificates(answer.bytes))
      expect(certificates).toMatchObject([{ der: authority.certificate.der }])
    }),
  )

  it.live.each(["", "?", "?operation=", "?operation=GetNextCACert", "?operation=getcacaps", "?message=AAAA"])(
    "an operation that is none (%j) is refused",
    (query) =>
      Effect.gen(function* () {
        const { backend, server } = yield* given()
        expectProblem(yield* Whitelabel.ask(server, { path: `${route}${query}` }), 400)
        yield* expectUnharmed(server, backend)
      }),
  )

  it.live("a host that the server does not answer for gets nothing", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ origins: ["https://mdm.example.com"] })
      expectProblem(yield* Whitelabel.ask(server, { path: `${route}?operation=GetCACert` }), 421)
    }),
  )
})

describe("a first request", () => {
  it.live("with a challenge gets a certificate of its key, by this authority, for client authentication", () =>
    Effect.gen(function* () {
      const { backend, server } = yield* given()
      const { certificate } = yield* Devices.obtain(server, firstRequest(challenges.sign(claims())))
      expect(certificate.x509.checkPrivateKey(Devices.key)).toBe(true)
      expect(Result.isSuccess(Certificate.verifyChain(certificate, [], [authority.certificate], new Date()))).toBe(true)
      expect(certificate.x509.ca).toBe(false)
      expect(certificate.x509.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"])
      const days = (certificate.x509.validToDate.getTime() - Date.now()) / 86_400_000
      expect(Math.round(days)).toBe(398)
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live.each<readonly [string, (base64: string) => string]>([
    ["escaped", encodeURIComponent],
    ["as it is", (base64) => base64],
  ])("may come by GET, its base64 %s", ([, encode]) =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const pending = firstRequest(challenges.sign(claims()))
      const message = encode(Buffer.from(pending.message).toString("base64"))
      const answer = yield* Whitelabel.ask(server, { path: `${route}?operation=PKIOperation&message=${message}` })
      expect(answer).toMatchObject({ status: 200, headers: { "content-type": "application/x-pki-message" } })
      expect(Result.getOrThrow(Scep.readCertRep(answer.bytes, pending))._tag).toBe("Success")
    }),
  )

  const other = SignedToken.make(Devices.stranger.privateKey, "scep-challenge")
  const challenge = challenges.sign(claims())
  const [head = "", mac = ""] = challenge.split(".")
  it.live.each<readonly [string, string | undefined]>([
    ["no challenge", undefined],
    ["an empty one", ""],
    ["a wrong one", "secret"],
    ["one of another authority", other.sign(claims())],
    ["one that has expired", challenges.sign(claims({ expiresAt: Devices.seconds(-1) }))],
    ["an enrollment token", Devices.tokens.sign(claims())],
    ["one with other claims", `${Buffer.from(JSON.stringify(claims())).toString("base64url")}.${mac}`],
    ["one without its signature", `${head}.`],
    ["one with more behind it", `${challenge}.${mac}`],
    ["one of a thousand and a half characters", "A".repeat(1500)],
  ])("with %s is refused", ([, challenge]) =>
    Effect.gen(function* () {
      const { server } = yield* given()
      expect(yield* Devices.ask(server, firstRequest(challenge))).toEqual(failure("badRequest"))
    }),
  )

  it.live("that is repeated is answered again; another key gets nothing for the same challenge", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const challenge = challenges.sign(claims())
      yield* Devices.obtain(server, firstRequest(challenge))
      yield* Devices.obtain(server, firstRequest(challenge))
      expect(yield* Devices.ask(server, firstRequest(challenge, Devices.otherKey))).toEqual(failure("badRequest"))
      yield* Devices.obtain(server, firstRequest(challenge))
    }),
  )

  it.live("of two keys that race for one challenge, ten times each, one gets all the certificates", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const challenge = challenges.sign(claims())
      const requests = Array.from({ length: 20 }, (_, index) =>
        firstRequest(challenge, index % 2 === 0 ? Devices.key : Devices.otherKey),
      )
      const replies = yield* Effect.forEach(requests, (request) => Devices.ask(server, request), {
        concurrency: "unbounded",
      })
      const tags = replies.map(({ _tag }) => _tag)
      const [winner, loser] = tags[0] === "Success" ? ["Success", "Failure"] : ["Failure", "Success"]
      expect(tags).toEqual(tags.map((_, index) => (index % 2 === 0 ? winner : loser)))
    }),
  )

  it.live("counts for the enrollment token it was given out for, until that is used up", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const of = (limit: number) => challenges.sign(claims({ enrollmentToken: "T", limit }))
      const [first, second, third] = [of(2), of(2), of(2)]
      yield* Devices.obtain(server, firstRequest(first))
      yield* Devices.obtain(server, firstRequest(first))
      yield* Devices.obtain(server, firstRequest(second))
      expect(yield* Devices.ask(server, firstRequest(third))).toEqual(failure("badRequest"))
      // What was granted may still be asked for again.
      yield* Devices.obtain(server, firstRequest(second))
    }),
  )
})

describe("a key", () => {
  it.live.each<readonly [string, KeyObject]>([
    ["of 1024 bits", generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey],
    ["on a curve", ecKey("prime256v1")],
  ])("%s is not certified: badAlg, and the challenge still counts", ([, privateKey]) =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const challenge = challenges.sign(claims())
      const good = firstRequest(challenge)
      const request = { privateKey, subject: { commonName: "weak" }, challengePassword: Redacted.make(challenge) }
      const weak = ScepMessages.pkcsReq({
        csr: Result.getOrThrow(Scep.makeRequest(request)),
        authority: authority.certificate,
        signer: good.recipient,
        transactionId: "T-1",
      })
      expect(yield* Devices.ask(server, { ...good, ...weak })).toEqual(failure("badAlg"))
      yield* Devices.obtain(server, good)
    }),
  )

  it.live("of 3072 bits is certified", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      yield* Devices.obtain(server, firstRequest(challenges.sign(claims()), rsaKey(3072)))
    }),
  )
})

describe("a renewal", () => {
  it.live("signed with a certificate of this authority needs no challenge", () =>
    Effect.gen(function* () {
      const { server } = yield* given()
      const first = yield* Devices.obtain(server, firstRequest(challenges.sign(claims())))
      const next = yield* Devices.obtain(server, renewal(first, Devices.otherKey))
      expect(Certificate.fingerprint(next.certificate)).not.toBe(Certificate.fingerprint(first.certificate))
      expect(next.certificate.subject).toEqual(first.certificate.subject)
    }),
  )

  it.live.each<readonly [string, Certificate.KeyedCertificate, Scep.FailInfo]>([
    ["another authority of the same name", Devices.identity({ by: Devices.stranger }), "badMessageCheck"],
    ["another authority, that authority's own", Devices.stranger, "badMessageCheck"],
    ["this authority, long ago", Devices.identity({ at: Devices.inDays(-9), days: 8 }), "badTime"],
    ["this authority, its own", authority, "badRequest"],
    ["a device", identityOf(Devices.identity(), Devices.otherKey, { at: Devices.now }), "badMessageCheck"],
  ])("signed with a certificate of %s is refused", ([, present, failInfo]) =>
    Effect.gen(function* () {
      const { server } = yield* given()
      expect(yield* Devices.ask(server, renewal(present, present.privateKey))).toEqual(failure(failInfo))
    }),
  )

  it.live("of a configured root's certificate is refused: this authority renews its own only", () =>
    Effect.gen(function* () {
      const { server } = yield* given({ identity: { mode: "required", roots: [Devices.stranger.certificate] } })
      const foreign = Devices.identity({ by: Devices.stranger })
      expect(yield* Devices.ask(server, renewal(foreign))).toEqual(failure("badMessageCheck"))
    }),
  )
})

describe("what is no SCEP message", () => {
  it.live.each<readonly [string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["text", new TextEncoder().encode("hello")],
    ["half of one", firstRequest(challenges.sign(claims())).message.subarray(0, 700)],
    ["a certificate", authority.certificate.der],
    ["a megabyte of zeros", new Uint8Array(1024 * 1024)],
    ["a megabyte of brackets", new Uint8Array(1024 * 1024).fill(0x30)],
  ])("%s: 400, by POST", ([, body]) =>
    Effect.gen(function* () {
      const { backend, server } = yield* given()
      expectProblem(yield* Devices.operate(server, body), 400)
      yield* expectUnharmed(server, backend)
    }),
  )

  it.live.each(["", "&message=", "&message=%ff", "&message=AAAA", "&message=AAAA&message=AAAA"])(
    "%j: 400, by GET",
    (rest) =>
      Effect.gen(function* () {
        const { server } = yield* given()
        expectProblem(yield* Whitelabel.ask(server, { path: `${route}?operation=PKIOperation${rest}` }), 400)
      }),
  )
})

describe("a store that is down", () => {
  it.live("is a 503 to the device, and a challenge that still counts", () =>
    Effect.gen(function* () {
      const path = yield* Folder.temporary
      const databaseUrl = Redacted.make(`sqlite://${path}/store.db`)
      const { server } = yield* given({ databaseUrl })
      const context = yield* Layer.build(Layer.fresh(Database.layer({ url: databaseUrl })))
      const sql = (statement: string) =>
        Effect.provide(
          Effect.flatMap(SqlClient.SqlClient, (client) => client.unsafe(statement)),
          context,
        )
      const pending = firstRequest(challenges.sign(claims()))
      yield* sql("ALTER TABLE espalier_used_challenge RENAME TO away")
      const answer = yield* Devices.operate(server, pending.message)
      expect(answer).toMatchObject({ status: 503, text: "", headers: { "retry-after": "60" } })
      yield* sql("ALTER TABLE away RENAME TO espalier_used_challenge")
      yield* Devices.obtain(server, pending)
    }),
  )
})
