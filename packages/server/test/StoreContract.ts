/**
 * What every store promises, whichever it is, asked through two clients of it where it has two.
 */
import { expect, type Vitest } from "@effect/vitest"
import { DateTime, Effect, Option, type Scope } from "effect"
import { TestClock } from "effect/testing"
import type { EnrollmentToken, Store, StoreError } from "../src/Store/index.ts"

/** Two servers' stores on one database that is empty; the same one twice where nobody else can reach it. */
export type TwoServers<R> = Effect.Effect<readonly [Store["Service"], Store["Service"]], never, R | Scope.Scope>

const old = "a".repeat(64)
const next = "b".repeat(64)
const soon = DateTime.makeUnsafe(60_000)
const racers = Array.from({ length: 50 }, (_, index) => index)

/** Registers the suite. Times start at 1970, by the test's clock. */
export const contract = <R>(it: Vitest.MethodsNonLive<R>, servers: TwoServers<R>): void => {
  const test = (name: string, body: (one: Store["Service"], other: Store["Service"]) => Effect.Effect<void, unknown>) =>
    it.effect(name, () => Effect.flatMap(servers, ([one, other]) => body(one, other)))

  /** Fifty calls at once, every other one to the other server; how many were told `true`. */
  const race = (call: (index: number) => Effect.Effect<boolean, StoreError>) =>
    Effect.map(
      Effect.forEach(racers, call, { concurrency: "unbounded" }),
      (answers) => answers.filter((answer) => answer).length,
    )

  test("a device has no pin before its first Authenticate, then that one, on every server", (one, other) =>
    Effect.gen(function* () {
      expect(yield* one.pinned("U")).toEqual(Option.none())
      yield* one.pin("U", old)
      expect(yield* other.pinned("U")).toEqual(Option.some(old))
      expect(yield* other.pinned("u")).toEqual(Option.none())
    }))

  test("another Authenticate replaces the pin, of that device alone", (one, other) =>
    Effect.gen(function* () {
      yield* one.pin("U", old)
      yield* one.pin("V", old)
      yield* other.pin("U", next)
      expect(yield* one.pinned("U")).toEqual(Option.some(next))
      expect(yield* one.pinned("V")).toEqual(Option.some(old))
    }))

  test("a renewal needs the old certificate, and happens once", (one, other) =>
    Effect.gen(function* () {
      expect(yield* one.renew("U", old, next)).toBe(false)
      expect(yield* one.pinned("U")).toEqual(Option.none())
      yield* one.pin("U", old)
      expect(yield* other.renew("U", next, old)).toBe(false)
      expect(yield* one.renew("U", old, next)).toBe(true)
      expect(yield* other.renew("U", old, next)).toBe(false)
      expect(yield* other.pinned("U")).toEqual(Option.some(next))
    }))

  test("of renewals that race, one wins, and the pin is the winner's", (one, other) =>
    Effect.gen(function* () {
      yield* one.pin("U", old)
      const winners: Array<string> = []
      const renew = (index: number) =>
        Effect.tap((index % 2 === 0 ? one : other).renew("U", old, `next-${index}`), (won) =>
          Effect.sync(() => won && winners.push(`next-${index}`)),
        )
      expect(yield* race(renew)).toBe(1)
      expect(yield* one.pinned("U")).toEqual(Option.fromUndefinedOr(winners[0]))
    }))

  test("an operator forgets a device", (one, other) =>
    Effect.gen(function* () {
      yield* one.pin("U", old)
      expect(yield* other.unpin("U")).toBe(true)
      expect(yield* one.pinned("U")).toEqual(Option.none())
      expect(yield* one.unpin("U")).toBe(false)
      expect(yield* one.renew("U", old, next)).toBe(false)
    }))

  test("a challenge is used once, on whichever server", (one, other) =>
    Effect.gen(function* () {
      expect(yield* one.useChallenge("C", soon)).toBe(true)
      expect(yield* one.useChallenge("C", soon)).toBe(false)
      expect(yield* other.useChallenge("C", DateTime.makeUnsafe(120_000))).toBe(false)
      expect(yield* other.useChallenge("D", soon)).toBe(true)
    }))

  test("a challenge raced fifty times is used once", (one, other) =>
    Effect.gen(function* () {
      for (const id of ["C", "D", "E"]) {
        expect(yield* race((index) => (index % 2 === 0 ? one : other).useChallenge(id, soon))).toBe(1)
      }
    }))

  test("a challenge that has expired is good for nothing, used before or not", (one, other) =>
    Effect.gen(function* () {
      expect(yield* one.useChallenge("C", soon)).toBe(true)
      yield* TestClock.setTime(59_999)
      expect(yield* other.useChallenge("C", soon)).toBe(false)
      expect(yield* other.useChallenge("D", soon)).toBe(true)
      for (const hours of [0, 1, 2, 24]) {
        yield* TestClock.setTime(60_000 + hours * 3_600_000)
        for (const id of ["C", "D", "E"]) expect(yield* one.useChallenge(id, soon)).toBe(false)
      }
    }))

  test("an enrollment token counts up to its limit", (one, other) =>
    Effect.gen(function* () {
      expect(yield* one.createEnrollmentToken({ id: "T", limit: 2 })).toBe(true)
      expect(yield* one.countEnrollment("T", 2)).toBe(true)
      expect(yield* other.countEnrollment("T", 2)).toBe(true)
      expect(yield* one.countEnrollment("T", 2)).toBe(false)
      expect((yield* other.enrollmentTokens).map(({ used }) => used)).toEqual([2])
    }))

  test("one without a limit counts on", (one, other) =>
    Effect.gen(function* () {
      yield* one.createEnrollmentToken({ id: "T" })
      expect(yield* race((index) => (index % 2 === 0 ? one : other).countEnrollment("T"))).toBe(50)
      expect((yield* one.enrollmentTokens).map(({ used }) => used)).toEqual([50])
    }))

  test("of enrollments that race for a token, as many as its limit win, known before or not", (one, other) =>
    Effect.gen(function* () {
      yield* one.createEnrollmentToken({ id: "T", limit: 7 })
      for (const id of ["T", "unheard-of"]) {
        expect(yield* race((index) => (index % 2 === 0 ? one : other).countEnrollment(id, 7))).toBe(7)
      }
    }))

  test("a revoked token counts for nothing, known before or not", (one, other) =>
    Effect.gen(function* () {
      yield* one.createEnrollmentToken({ id: "T" })
      expect(yield* one.countEnrollment("T")).toBe(true)
      expect(yield* other.revokeEnrollmentToken("T")).toBe(true)
      expect(yield* other.revokeEnrollmentToken("unheard-of")).toBe(false)
      for (const id of ["T", "unheard-of"]) expect(yield* one.countEnrollment(id)).toBe(false)
      expect(yield* one.createEnrollmentToken({ id: "unheard-of" })).toBe(false)
      expect(yield* one.countEnrollment("unheard-of")).toBe(false)
    }))

  test("tokens are listed as they were made, used and revoked", (one, other) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1000)
      yield* one.createEnrollmentToken({ id: "T", expiresAt: soon, limit: 3, note: "for the school, “3b”" })
      yield* TestClock.setTime(2000)
      expect(yield* other.createEnrollmentToken({ id: "T", note: "again" })).toBe(false)
      yield* other.createEnrollmentToken({ id: "A" })
      yield* other.countEnrollment("T", 3)
      yield* TestClock.setTime(3000)
      yield* one.revokeEnrollmentToken("T")
      yield* TestClock.setTime(4000)
      yield* one.revokeEnrollmentToken("T")
      yield* one.countEnrollment("S")
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
        yield* one.pin(udid, old)
        expect(yield* other.pinned(udid)).toEqual(Option.some(old))
      }
      for (const udid of ["", "U\0", "\ud800", "x".repeat(256)]) {
        const verbs: ReadonlyArray<Effect.Effect<unknown, StoreError>> = [
          one.pin(udid, old),
          one.pin("U", udid),
          one.pinned(udid),
          one.unpin(udid),
          one.renew(udid, old, next),
          one.renew("U", old, udid),
          one.useChallenge(udid, soon),
          one.createEnrollmentToken({ id: udid }),
          one.countEnrollment(udid),
          one.revokeEnrollmentToken(udid),
        ]
        for (const verb of verbs) expect(yield* Effect.flip(verb)).toMatchObject({ reason: "Invalid" })
      }
      for (const limit of [0, -1, 1.5, Number.NaN]) {
        expect(yield* Effect.flip(one.countEnrollment("T", limit))).toMatchObject({ reason: "Invalid" })
      }
    }))

  test("it is writable, time and again", (one, other) =>
    Effect.all([one.writable, other.writable, one.writable], { discard: true }))
}

const blank = { expiresAt: Option.none(), limit: Option.none(), note: "", used: 0, revokedAt: Option.none() }
