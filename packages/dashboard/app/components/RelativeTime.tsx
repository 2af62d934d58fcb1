/**
 * A relative time, such as "3 minutes ago", with the absolute time as a tooltip.
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
