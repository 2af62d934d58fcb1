/**
 * Limits the attempts for each integration: a token bucket each, which holds the tokens of one second.
 */

/**
 * @category models
 * @since 0.1.0
 */
export interface RateLimit {
  /** The number of attempts that are allowed now. */
  readonly allowed: (id: string, now: number) => number
  /** Milliseconds until one attempt is allowed; 0 when one is allowed now. */
  readonly wait: (id: string, now: number) => number
  readonly take: (id: string, count: number) => void
  /** Sets the rate of an id; `undefined` is the common one. */
  readonly setRate: (id: string, perSecond: number | undefined) => void
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (perSecond: number): RateLimit => {
  const buckets = new Map<string, { tokens: number; at: number }>()
  const rates = new Map<string, number>()
  const rateOf = (id: string) => Math.min(rates.get(id) ?? perSecond, perSecond)

  const bucket = (id: string, now: number) => {
    const rate = rateOf(id)
    const capacity = Math.max(rate, 1)
    const known = buckets.get(id) ?? { tokens: capacity, at: now }
    known.tokens = Math.min(capacity, known.tokens + (Math.max(now - known.at, 0) * rate) / 1000)
    known.at = now
    buckets.set(id, known)
    return known
  }

  return {
    allowed: (id, now) => Math.floor(bucket(id, now).tokens),
    wait: (id, now) => Math.max(Math.ceil(((1 - bucket(id, now).tokens) * 1000) / rateOf(id)), 0),
    take: (id, count) => {
      const known = buckets.get(id)
      if (known !== undefined) known.tokens -= count
    },
    setRate: (id, rate) => {
      if (rate === undefined) rates.delete(id)
      else rates.set(id, rate)
    },
  }
}
