/**
 * How much each integration may be sent: a token bucket each, full at a second's worth.
 */

/**
 * @category models
 * @since 0.1.0
 */
export interface RateLimit {
  /** How many may go now. */
  readonly allowed: (id: string, now: number) => number
  /** Milliseconds until one may go; 0 when one may. */
  readonly wait: (id: string, now: number) => number
  readonly take: (id: string, count: number) => void
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (perSecond: number): RateLimit => {
  const capacity = Math.max(perSecond, 1)
  const buckets = new Map<string, { tokens: number; at: number }>()

  const bucket = (id: string, now: number) => {
    const known = buckets.get(id) ?? { tokens: capacity, at: now }
    known.tokens = Math.min(capacity, known.tokens + (Math.max(now - known.at, 0) * perSecond) / 1000)
    known.at = now
    buckets.set(id, known)
    return known
  }

  return {
    allowed: (id, now) => Math.floor(bucket(id, now).tokens),
    wait: (id, now) => Math.max(Math.ceil(((1 - bucket(id, now).tokens) * 1000) / perSecond), 0),
    take: (id, count) => {
      const known = buckets.get(id)
      if (known !== undefined) known.tokens -= count
    },
  }
}
