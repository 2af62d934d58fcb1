/**
 * A store in memory, for development and tests. It is lost with the process, and no other server shares it.
 *
 * **Gotchas**
 *
 * Used challenges are deleted when they expire; everything else grows with the number of devices and tokens.
 */
import { DateTime, Effect, Layer, Option } from "effect"
import { type EnrollmentToken, Store } from "./Store.ts"
import { validated } from "./StoreValidation.ts"

/**
 * An empty store.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<Store["Service"]> = Effect.sync(() => {
  const pins = new Map<string, string>()
  const owners = new Map<string, string>()
  const predecessors = new Map<string, string>()
  const challenges = new Map<string, { readonly expiresAt: number; readonly request: string }>()
  const tokens = new Map<string, EnrollmentToken>()
  let sweepAt = Number.POSITIVE_INFINITY

  const sweep = (now: number): void => {
    if (now < sweepAt) return
    for (const [id, { expiresAt }] of challenges) if (expiresAt <= now) challenges.delete(id)
    sweepAt = Math.min(...[...challenges.values()].map(({ expiresAt }) => expiresAt), Number.POSITIVE_INFINITY)
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

  const pin = (udid: string, fingerprint: string): boolean => {
    if ((owners.get(fingerprint) ?? udid) !== udid) return false
    const old = pins.get(udid)
    if (old !== undefined) owners.delete(old)
    pins.set(udid, fingerprint)
    owners.set(fingerprint, udid)
    return true
  }

  /** A certificate with all that `recordRenewal` linked to it. */
  const lineOf = (fingerprint: string): ReadonlySet<string> => {
    const line = new Set([fingerprint])
    for (const member of line) {
      for (const [next, predecessor] of predecessors) {
        if (next === member) line.add(predecessor)
        if (predecessor === member) line.add(next)
      }
    }
    return line
  }

  const isUsable = (known: EnrollmentToken, limit = Number.POSITIVE_INFINITY): boolean =>
    Option.isNone(known.revokedAt) && known.used < limit

  return validated({
    pin: (udid, fingerprint) => Effect.sync(() => pin(udid, fingerprint)),
    pinned: (udid) => Effect.sync(() => Option.fromUndefinedOr(pins.get(udid))),
    findDevice: (fingerprint) =>
      Effect.sync(() => {
        const owner = [...lineOf(fingerprint)].find((member) => owners.has(member))
        return Option.fromUndefinedOr(owner === undefined ? undefined : owners.get(owner))
      }),
    recordRenewal: (predecessor, fingerprint) => Effect.sync(() => void predecessors.set(fingerprint, predecessor)),
    authorize: (udid, fingerprint) =>
      Effect.sync(() => {
        const pinned = pins.get(udid)
        if (pinned === undefined) return false
        return pinned === fingerprint || (predecessors.get(fingerprint) === pinned && pin(udid, fingerprint))
      }),
    enroll: ({ id, expiresAt, request }, enrollment) =>
      Effect.map(DateTime.now, (now) => {
        sweep(now.epochMilliseconds)
        if (expiresAt.epochMilliseconds <= now.epochMilliseconds) return "Refused"
        const used = challenges.get(id)
        if (used !== undefined) return used.request === request ? "Repeated" : "Refused"
        if (enrollment !== undefined) {
          const known = token(enrollment.id, now)
          if (!isUsable(known, enrollment.limit)) return "Refused"
          tokens.set(known.id, { ...known, used: known.used + 1 })
        }
        challenges.set(id, { expiresAt: expiresAt.epochMilliseconds, request })
        sweepAt = Math.min(sweepAt, expiresAt.epochMilliseconds)
        return "First"
      }),
    createEnrollmentToken: ({ id, expiresAt, limit, note = "" }) =>
      Effect.map(DateTime.now, (now) => {
        if (tokens.has(id)) return false
        const [expiry, bound] = [Option.fromUndefinedOr(expiresAt), Option.fromUndefinedOr(limit)]
        tokens.set(id, { ...token(id, now), expiresAt: expiry, limit: bound, note })
        return true
      }),
    isTokenUsable: (id, limit) => Effect.map(DateTime.now, (now) => isUsable(token(id, now), limit)),
    revokeEnrollmentToken: (id) =>
      Effect.map(DateTime.now, (now) => {
        const isKnown = tokens.has(id)
        const known = token(id, now)
        tokens.set(id, { ...known, revokedAt: Option.orElseSome(known.revokedAt, () => now) })
        return isKnown
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
 * @since 0.1.0
 */
export const layer: Layer.Layer<Store> = Layer.effect(Store, make)
