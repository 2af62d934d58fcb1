/**
 * The store in this process's memory: for development and tests. All is gone with the process, and no other server shares it.
 *
 * What surprises: used challenges are swept as they expire, everything else grows with the devices and tokens there are.
 */
import { Clock, DateTime, Effect, Layer, Option } from "effect"
import { type EnrollmentToken, Store } from "./Store.ts"
import { guarded } from "./StoreGuard.ts"

/**
 * An empty store.
 *
 * @category constructors
 */
export const make: Effect.Effect<Store["Service"]> = Effect.sync(() => {
  const pins = new Map<string, string>()
  const challenges = new Map<string, number>()
  const tokens = new Map<string, EnrollmentToken>()
  let sweepAt = Number.POSITIVE_INFINITY

  const sweep = (now: number): void => {
    if (now < sweepAt) return
    for (const [id, expiresAt] of challenges) if (expiresAt <= now) challenges.delete(id)
    sweepAt = Math.min(...challenges.values(), Number.POSITIVE_INFINITY)
  }

  const token = (id: string, now: DateTime.Utc): EnrollmentToken =>
    tokens.get(id) ?? {
      id,
      createdAt: now,
      expiresAt: Option.none(),
      limit: Option.none(),
      note: "",
      used: 0,
      revokedAt: Option.none(),
    }

  return guarded({
    pin: (udid, fingerprint) => Effect.sync(() => void pins.set(udid, fingerprint)),
    pinned: (udid) => Effect.sync(() => Option.fromUndefinedOr(pins.get(udid))),
    unpin: (udid) => Effect.sync(() => pins.delete(udid)),
    renew: (udid, oldFingerprint, newFingerprint) =>
      Effect.sync(() => {
        if (pins.get(udid) !== oldFingerprint) return false
        pins.set(udid, newFingerprint)
        return true
      }),
    useChallenge: (id, expiresAt) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        sweep(now)
        if (expiresAt.epochMilliseconds <= now || challenges.has(id)) return false
        challenges.set(id, expiresAt.epochMilliseconds)
        sweepAt = Math.min(sweepAt, expiresAt.epochMilliseconds)
        return true
      }),
    createEnrollmentToken: ({ id, expiresAt, limit, note = "" }) =>
      Effect.map(DateTime.now, (now) => {
        if (tokens.has(id)) return false
        const [expiry, bound] = [Option.fromUndefinedOr(expiresAt), Option.fromUndefinedOr(limit)]
        tokens.set(id, { ...token(id, now), expiresAt: expiry, limit: bound, note })
        return true
      }),
    countEnrollment: (id, limit = Number.POSITIVE_INFINITY) =>
      Effect.map(DateTime.now, (now) => {
        const known = token(id, now)
        if (Option.isSome(known.revokedAt) || known.used >= limit) return false
        tokens.set(id, { ...known, used: known.used + 1 })
        return true
      }),
    revokeEnrollmentToken: (id) =>
      Effect.map(DateTime.now, (now) => {
        const heard = tokens.has(id)
        const known = token(id, now)
        tokens.set(id, { ...known, revokedAt: Option.orElseSome(known.revokedAt, () => now) })
        return heard
      }),
    enrollmentTokens: Effect.sync(() =>
      [...tokens.values()].sort(
        (a, b) => a.createdAt.epochMilliseconds - b.createdAt.epochMilliseconds || (a.id < b.id ? -1 : 1),
      ),
    ),
    writable: Effect.void,
  })
})

/**
 * `make` as a layer.
 *
 * @category layers
 */
export const layer: Layer.Layer<Store> = Layer.effect(Store, make)
