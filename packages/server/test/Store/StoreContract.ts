/**
 * What every store promises, whichever it is, asked through two clients of it where it has two.
 */
import { expect, type Vitest } from "@effect/vitest"
import { DateTime, Effect, Option, type Scope } from "effect"
import { TestClock } from "effect/testing"
import type { EnrollmentToken, Store, StoreError } from "../../src/Store/index.ts"

/** Two servers' stores on one database that is empty; the same one twice where nobody else can reach it. */
export type TwoServers<R> = Effect.Effect<readonly [Store["Service"], Store["Service"]], never, R | Scope.Scope>

const old = "a".repeat(64)
const next = "b".repeat(64)
const soon = DateTime.makeUnsafe(60_000)
const racers = Array.from({ length: 50 }, (_, index) => index)

/** Registers the suite. Times start at 1970, by the test's clock. */
export const contract = <R>(it: Vitest.MethodsNonLive<R>, servers: TwoServers<R>): void => {
  const test = (name: string, body: (one: Store["Service"], other: Store["Service"]) => Effect.Effect<void, unknown>) =>
    it.effect(name, () =>
      // A suite under one layer shares its clock.
      Effect.andThen(
        TestClock.setTime(0),
        Effect.flatMap(servers, ([one, other]) => body(one, other)),
      ),
    )

  /** Fifty calls at once, every other one to the other server; how many were told `true`. */
  const race = (call: (index: number) => Effect.Effect<boolean, StoreError>) =>
    Effect.map(
      Effect.forEach(racers, call, { concurrency: "unbounded" }),
      (answers) => answers.filter((answer) => answer).length,
    )

  test("a device has no pin before its first Authenticate, then that one, on every server", (one, other) =>
    Effect.gen(function* () {
      expect(yield* one.pinned("U")).toEqual(Option.none())
      expect(yield* one.findDevice(old)).toEqual(Option.none())
      expect(yield* one.pin("U", old)).toBe(true)
      expect(yield* other.pinned("U")).toEqual(Option.some(old))
      expect(yield* other.findDevice(old)).toEqual(Option.some("U"))
      expect(yield* other.pinned("u")).toEqual(Option.none())
    }))

  test("another Authenticate replaces the pin, of that device alone", (one, other) =>
    Effect.gen(function* () {
      yield* one.pin("U", old)
      yield* one.pin("V", "v")
      expect(yield* other.pin("U", next)).toBe(true)
      expect(yield* one.pinned("U")).toEqual(Option.some(next))
      expect(yield* one.pinned("V")).toEqual(Option.some("v"))
      expect(yield* one.findDevice(old)).toEqual(Option.none())
    }))

  test("a certificate is one device's: another cannot be pinned to it", (one, other) =>
    Effect.gen(function* () {
      yield* one.pin("U", old)
      yield* one.pin("V", "v")
      expect(yield* other.pin("V", old)).toBe(false)
      expect(yield* other.pin("W", old)).toBe(false)
      expect(yield* one.pin("U", old)).toBe(true)
      expect(yield* one.pinned("V")).toEqual(Option.some("v"))
      expect(yield* one.pinned("W")).toEqual(Option.none())
    }))

  test("all certificates of a line are one device's, whichever of them is pinned", (one, other) =>
    Effect.gen(function* () {
      yield* one.recordRenewal("a", "b")
      yield* other.recordRenewal("b", "c")
      yield* one.recordRenewal("b", "d")
      yield* one.recordRenewal("x", "y")
      for (const pinned of ["a", "b", "c", "d"]) {
        yield* one.pin("U", pinned)
        for (const member of ["a", "b", "c", "d"]) expect(yield* other.findDevice(member)).toEqual(Option.some("U"))
        for (const member of ["x", "y", "U"]) expect(yield* other.findDevice(member)).toEqual(Option.none())
      }
    }))

  test("of devices that race for one certificate, one wins", (one, other) =>
    Effect.gen(function* () {
      expect(yield* race((index) => (index % 2 === 0 ? one : other).pin(`U-${index}`, old))).toBe(1)
    }))

  test("only the pinned certificate speaks for a device", (one, other) =>
    Effect.gen(function* () {
      expect(yield* one.authorize("U", old)).toBe(false)
      yield* one.pin("U", old)
      expect(yield* other.authorize("U", old)).toBe(true)
      expect(yield* other.authorize("U", next)).toBe(false)
      expect(yield* other.authorize("V", old)).toBe(false)
    }))

  test("a renewed certificate takes over when it is first shown, and the old one is good until then", (one, other) =>
    Effect.gen(function* () {
      yield* one.pin("U", old)
      yield* one.recordRenewal(old, next)
      yield* one.recordRenewal(old, "third")
      yield* other.recordRenewal(old, next)
      expect(yield* other.authorize("U", old)).toBe(true)
      expect(yield* other.authorize("U", next)).toBe(true)
      expect(yield* one.pinned("U")).toEqual(Option.some(next))
      expect(yield* one.authorize("U", old)).toBe(false)
      expect(yield* one.authorize("U", "third")).toBe(false)
      expect(yield* one.authorize("U", next)).toBe(true)
    }))

  test("a certificate that succeeds another device's is not this one's", (one, other) =>
    Effect.gen(function* () {
      yield* one.pin("U", old)
      yield* one.pin("V", "v")
      yield* one.recordRenewal("v", next)
      expect(yield* other.authorize("U", next)).toBe(false)
      expect(yield* other.authorize("V", next)).toBe(true)
    }))

  test("a renewed certificate raced fifty times is admitted every time", (one, other) =>
    Effect.gen(function* () {
      yield* one.pin("U", old)
      yield* one.recordRenewal(old, next)
      expect(yield* race((index) => (index % 2 === 0 ? one : other).authorize("U", next))).toBe(50)
    }))

  const at = (millis: number) => DateTime.makeUnsafe(millis)
  const origin = "https://mdm.example.com"

  test("records expiry and origin of the pinned certificate, and lists those that expire first", (one, other) =>
    Effect.gen(function* () {
      for (const [udid, millis] of [
        ["U", 3000],
        ["V", 1000],
        ["W", 2000],
      ] as const) {
        yield* one.pin(udid, udid)
        yield* one.recordIdentity(udid, udid, { expiresAt: at(millis), origin })
      }
      yield* one.pin("X", "X")
      yield* one.recordIdentity("X", "another", { expiresAt: at(1), origin })
      const identity = (udid: string, millis: number, isReported = false) => ({
        udid,
        fingerprint: udid,
        expiresAt: Option.some(at(millis)),
        origin: Option.some(origin),
        isReported,
      })
      yield* other.recordExpiryReport("W", "W")
      expect(yield* other.identitiesExpiringBefore(at(3000))).toEqual([identity("V", 1000), identity("W", 2000, true)])
      expect(yield* other.identity("U")).toEqual(Option.some(identity("U", 3000)))
      expect(yield* other.identity("X")).toEqual(
        Option.some({ ...identity("X", 0), expiresAt: Option.none(), origin: Option.none() }),
      )
      expect(yield* other.identity("Z")).toEqual(Option.none())
      // Another certificate: what was recorded of the first is gone. The same one again: it stays.
      yield* one.pin("V", "V")
      expect(yield* other.identitiesExpiringBefore(at(1001))).toEqual([identity("V", 1000)])
      yield* one.pin("V", "next")
      expect(yield* other.identitiesExpiringBefore(at(1001))).toEqual([])
    }))

  test("a renewal is offered by one server, and again after the interval", (one, other) =>
    Effect.gen(function* () {
      yield* one.pin("U", old)
      expect(yield* one.claimRenewalOffer("U", next, 1000)).toBe(false)
      expect(yield* race((index) => (index % 2 === 0 ? one : other).claimRenewalOffer("U", old, 1000))).toBe(1)
      yield* TestClock.setTime(1000)
      expect(yield* other.claimRenewalOffer("U", old, 1000)).toBe(true)
    }))

  test("an imported device is accepted with its certificate, or with its first one", (one, other) =>
    Effect.gen(function* () {
      expect(yield* one.importDevice("U", old)).toBe(true)
      expect(yield* one.importDevice("V")).toBe(true)
      expect(yield* one.importDevice("V")).toBe(true)
      expect(yield* other.authorize("U", old)).toBe(true)
      expect(yield* other.authorize("U", "x")).toBe(false)
      expect(yield* other.authorize("V", old)).toBe(false)
      expect(yield* other.authorize("V", "v")).toBe(true)
      expect(yield* other.authorize("V", "w")).toBe(false)
      expect(yield* one.pinned("V")).toEqual(Option.some("v"))
    }))

  test("an import changes no enrolled device, and takes no device's certificate", (one, other) =>
    Effect.gen(function* () {
      yield* one.pin("U", old)
      expect(yield* other.importDevice("U", next)).toBe(false)
      expect(yield* other.importDevice("U")).toBe(false)
      expect(yield* other.importDevice("V", old)).toBe(false)
      expect(yield* one.pinned("U")).toEqual(Option.some(old))
      expect(yield* one.pinned("V")).toEqual(Option.none())
    }))

  const challenge = (id: string, request = "key") => ({ id, request, expiresAt: soon })

  test("a challenge is good for one request, on whichever server, and for that one again", (one, other) =>
    Effect.gen(function* () {
      expect(yield* one.enroll(challenge("C"))).toBe("First")
      expect(yield* one.enroll(challenge("C"))).toBe("Repeated")
      expect(yield* other.enroll({ ...challenge("C"), expiresAt: DateTime.makeUnsafe(120_000) })).toBe("Repeated")
      expect(yield* other.enroll(challenge("C", "another key"))).toBe("Refused")
      expect(yield* other.enroll(challenge("D"))).toBe("First")
    }))

  test("a challenge raced by fifty requests is one's", (one, other) =>
    Effect.gen(function* () {
      for (const id of ["C", "D", "E"]) {
        const enroll = (index: number) => (index % 2 === 0 ? one : other).enroll(challenge(id, `key-${index}`))
        expect(yield* race((index) => Effect.map(enroll(index), (answer) => answer === "First"))).toBe(1)
      }
    }))

  test("a challenge that has expired is good for nothing, used before or not", (one, other) =>
    Effect.gen(function* () {
      expect(yield* one.enroll(challenge("C"))).toBe("First")
      yield* TestClock.setTime(59_999)
      expect(yield* other.enroll(challenge("C"))).toBe("Repeated")
      expect(yield* other.enroll(challenge("D"))).toBe("First")
      for (const hours of [0, 1, 2, 24]) {
        yield* TestClock.setTime(60_000 + hours * 3_600_000)
        for (const id of ["C", "D", "E"]) expect(yield* one.enroll(challenge(id))).toBe("Refused")
      }
    }))

  let used = 0
  /** A first enrollment by a token. */
  const count = (store: Store["Service"], id: string, limit?: number) =>
    Effect.map(store.enroll(challenge(`challenge-${used++}`), { id, limit }), (answer) => answer === "First")

  test("an enrollment token counts up to its limit", (one, other) =>
    Effect.gen(function* () {
      expect(yield* one.createEnrollmentToken({ id: "T", limit: 2 })).toBe(true)
      expect(yield* one.isTokenUsable("T", 2)).toBe(true)
      expect(yield* count(one, "T", 2)).toBe(true)
      expect(yield* count(other, "T", 2)).toBe(true)
      expect(yield* one.isTokenUsable("T", 2)).toBe(false)
      expect(yield* count(one, "T", 2)).toBe(false)
      expect((yield* other.enrollmentTokens).map(({ used }) => used)).toEqual([2])
    }))

  test("a repeated request is not counted twice, and a refused one does not use up its challenge", (one, other) =>
    Effect.gen(function* () {
      yield* one.createEnrollmentToken({ id: "T", limit: 1 })
      expect(yield* one.enroll(challenge("C"), { id: "T", limit: 1 })).toBe("First")
      expect(yield* other.enroll(challenge("C"), { id: "T", limit: 1 })).toBe("Repeated")
      expect(yield* other.enroll(challenge("D"), { id: "T", limit: 1 })).toBe("Refused")
      expect(yield* one.enroll(challenge("D"))).toBe("First")
      expect((yield* other.enrollmentTokens).map(({ used }) => used)).toEqual([1])
    }))

  test("one without a limit counts on", (one, other) =>
    Effect.gen(function* () {
      yield* one.createEnrollmentToken({ id: "T" })
      expect(yield* race((index) => count(index % 2 === 0 ? one : other, "T"))).toBe(50)
      expect((yield* one.enrollmentTokens).map(({ used }) => used)).toEqual([50])
    }))

  test("of enrollments that race for a token, as many as its limit win, known before or not", (one, other) =>
    Effect.gen(function* () {
      yield* one.createEnrollmentToken({ id: "T", limit: 7 })
      for (const id of ["T", "unheard-of"]) {
        expect(yield* race((index) => count(index % 2 === 0 ? one : other, id, 7))).toBe(7)
      }
    }))

  test("a revoked token counts for nothing, known before or not", (one, other) =>
    Effect.gen(function* () {
      yield* one.createEnrollmentToken({ id: "T" })
      expect(yield* count(one, "T")).toBe(true)
      expect(yield* other.revokeEnrollmentToken("T")).toBe(true)
      expect(yield* other.revokeEnrollmentToken("unheard-of")).toBe(false)
      for (const id of ["T", "unheard-of"]) {
        expect(yield* count(one, id)).toBe(false)
        expect(yield* other.isTokenUsable(id)).toBe(false)
      }
      expect(yield* one.createEnrollmentToken({ id: "unheard-of" })).toBe(false)
      expect(yield* count(one, "unheard-of")).toBe(false)
    }))

  test("tokens are listed as they were made, used and revoked", (one, other) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1000)
      yield* one.createEnrollmentToken({ id: "T", expiresAt: soon, limit: 3, note: "for the school, “3b”" })
      yield* TestClock.setTime(2000)
      expect(yield* other.createEnrollmentToken({ id: "T", note: "again" })).toBe(false)
      yield* other.createEnrollmentToken({ id: "A" })
      yield* count(other, "T", 3)
      yield* TestClock.setTime(3000)
      yield* one.revokeEnrollmentToken("T")
      yield* TestClock.setTime(4000)
      yield* one.revokeEnrollmentToken("T")
      yield* count(one, "S")
      const tokens: ReadonlyArray<EnrollmentToken> = [
        {
          id: "T",
          createdAt: DateTime.makeUnsafe(1000),
          expiresAt: Option.some(soon),
          limit: Option.some(3),
          note: "for the school, “3b”",
          used: 1,
          revokedAt: Option.some(DateTime.makeUnsafe(3000)),
        },
        { ...blank, id: "A", createdAt: DateTime.makeUnsafe(2000) },
        { ...blank, id: "S", createdAt: DateTime.makeUnsafe(4000), used: 1 },
      ]
      expect(yield* other.enrollmentTokens).toEqual(tokens)
    }))

  test("what a device might send for a UDID is kept as it is, or refused alike by every store", (one, other) =>
    Effect.gen(function* () {
      for (const udid of ["'; DROP TABLE espalier_pin --", "þ\u{1F351}", " ", "x".repeat(255)]) {
        yield* one.pin(udid, udid)
        expect(yield* other.pinned(udid)).toEqual(Option.some(udid))
      }
      for (const udid of ["", "U\0", "\ud800", "x".repeat(256)]) {
        const verbs: ReadonlyArray<Effect.Effect<unknown, StoreError>> = [
          one.pin(udid, old),
          one.pin("U", udid),
          one.pinned(udid),
          one.findDevice(udid),
          one.authorize(udid, old),
          one.authorize("U", udid),
          one.recordRenewal(udid, old),
          one.recordRenewal(old, udid),
          one.enroll(challenge(udid)),
          one.enroll(challenge("C", udid)),
          one.enroll(challenge("C"), { id: udid }),
          one.createEnrollmentToken({ id: udid }),
          one.isTokenUsable(udid),
          one.revokeEnrollmentToken(udid),
        ]
        for (const verb of verbs) expect(yield* Effect.flip(verb)).toMatchObject({ reason: "Invalid" })
      }
      for (const limit of [0, -1, 1.5, Number.NaN]) {
        expect(yield* Effect.flip(one.isTokenUsable("T", limit))).toMatchObject({ reason: "Invalid" })
      }
    }))

  test("it is writable, time and again", (one, other) =>
    Effect.all([one.writable, other.writable, one.writable], { discard: true }))
}

const blank = { expiresAt: Option.none(), limit: Option.none(), note: "", used: 0, revokedAt: Option.none() }
