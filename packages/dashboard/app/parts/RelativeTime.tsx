/**
 * How long ago, or in how long; when exactly, to whom points at it.
 */
import { useNow } from "./Clock.ts"
import { absoluteTime, relativeTime } from "./Time.ts"

/** `at` in Unix milliseconds. */
export const RelativeTime = ({ at }: { readonly at: number }) => {
  const now = useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={absoluteTime(at)}>
      {relativeTime(at, now)}
    </time>
  )
}
