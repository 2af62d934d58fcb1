/**
 * Times and durations as text.
 */
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "long" })
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" })

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const

/** `3 minutes ago`, `in 2 hours`; `now` within some seconds. */
export const relativeTime = (at: number, now: number): string => {
  const distance = at - now
  for (const [unit, size] of units) {
    if (Math.abs(distance) >= size) return relative.format(Math.trunc(distance / size), unit)
  }
  return Math.abs(distance) < 10_000
    ? relative.format(0, "second")
    : relative.format(Math.round(distance / 1000), "second")
}

export const absoluteTime = (at: number): string => whole.format(at)

/** Milliseconds as `87 ms`, `1.2 s` or `3 min`. */
export const durationText = (milliseconds: number): string => {
  if (milliseconds < 1000) return `${milliseconds} ms`
  return milliseconds < 120_000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.round(milliseconds / 60_000)} min`
}
