/**
 * A store in memory, for development and tests. It is lost with the process, and no other server shares it.
 *
 * **Gotchas**
 *
 * Used challenges are deleted when they expire; everything else grows with the number of devices and tokens.
 */
import { DateTime, Effect, Layer, Option } from "effect"
import { type EnrollmentToken, type PinnedIdentity, Store } from "./Store.ts"
import { validated } from "./StoreValidation.ts"

/** What is recorded of a pinned certificate. */
interface Recorded {
  readonly expiresAt?: DateTime.Utc
  readonly origin?: string
  readonly isReported: boolean
  readonly offeredAt?: number
}

const unrecorded: Recorded = { isReported: false }

const expiry = ({ expiresAt }: PinnedIdentity): number =>
  Option.match(expiresAt, { onNone: () => 0, onSome: ({ epochMilliseconds }) => epochMilliseconds })

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
  const identities = new Map<string, Recorded>()
  const expected = new Set<string>()
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
    if (old !== fingerprint) identities.delete(udid)
    pins.set(udid, fingerprint)
    owners.set(fingerprint, udid)
    expected.delete(udid)
    return true
  }

  /** The recorded facts of a pinned certificate; none where another one is pinned. */
  const recorded = (udid: string, fingerprint: string): Recorded | undefined =>
    pins.get(udid) === fingerprint ? (identities.get(udid) ?? unrecorded) : undefined

  const identityOf = (udid: string, fingerprint: string): PinnedIdentity => {
    const { expiresAt, origin, isReported } = identities.get(udid) ?? unrecorded
    return {
      udid,
      fingerprint,
      expiresAt: Option.fromUndefinedOr(expiresAt),
      origin: Option.fromUndefinedOr(origin),
      isReported,
    }
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
        if (pinned === fingerprint) return true
        if (pinned === undefined) return expected.has(udid) && pin(udid, fingerprint)
        return predecessors.get(fingerprint) === pinned && pin(udid, fingerprint)
      }),
    identity: (udid) =>
      Effect.sync(() => Option.map(Option.fromUndefinedOr(pins.get(udid)), (pinned) => identityOf(udid, pinned))),
    recordIdentity: (udid, fingerprint, facts) =>
      Effect.sync(() => {
        const known = recorded(udid, fingerprint)
        if (known !== undefined) identities.set(udid, { ...known, ...facts })
      }),
    identitiesExpiringBefore: (time) =>
      Effect.sync(() =>
        [...pins]
          .filter(([udid]) => (identities.get(udid)?.expiresAt?.epochMilliseconds ?? Infinity) < time.epochMilliseconds)
          .map(([udid, fingerprint]) => identityOf(udid, fingerprint))
          .sort((a, b) => expiry(a) - expiry(b)),
      ),
    recordExpiryReport: (udid, fingerprint) =>
      Effect.sync(() => {
        const known = recorded(udid, fingerprint)
        if (known !== undefined) identities.set(udid, { ...known, isReported: true })
      }),
    claimRenewalOffer: (udid, fingerprint, interval) =>
      Effect.map(DateTime.now, ({ epochMilliseconds: now }) => {
        const known = recorded(udid, fingerprint)
        if (known === undefined || (known.offeredAt !== undefined && known.offeredAt > now - interval)) return false
        identities.set(udid, { ...known, offeredAt: now })
        return true
      }),
    importDevice: (udid, fingerprint) =>
      Effect.sync(() => {
        if (pins.has(udid)) return false
        if (fingerprint !== undefined) return pin(udid, fingerprint)
        expected.add(udid)
        return true
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
