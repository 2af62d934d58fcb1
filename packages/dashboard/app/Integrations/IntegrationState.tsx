/**
 * Whether an integration is sent anything, and if not, why.
 */
import type { DisabledReason, Integration } from "@espalier/schema"
import { Badge } from "@mantine/core"
import { relativeTime } from "../parts/Time.ts"

export const disabledSentences: Readonly<Record<DisabledReason, string>> = {
  Asked: "Somebody disabled it. What was waiting goes out when it is enabled again.",
  Gone: "Its receiver answered 410 Gone: it wants no more. Enable it again if that was a mistake.",
  Failing: "Nothing but failure for five days. Enable it again when its receiver works.",
}

export const failingSentence = (since: number) =>
  `Nothing but failure since ${relativeTime(since, Date.now())}. It is disabled after five days of that.`

export const IntegrationState = ({ integration }: { readonly integration: Integration }) => {
  if (!integration.enabled) {
    const reason = integration.disabledReason ?? "Asked"
    return (
      <Badge color={reason === "Asked" ? "gray" : "red"} variant="light" tt="none" title={disabledSentences[reason]}>
        {reason === "Asked" ? "Disabled" : reason === "Gone" ? "Disabled: gone" : "Disabled: failing"}
      </Badge>
    )
  }
  return integration.failingSince === undefined ? (
    <Badge color="teal" variant="light" tt="none">
      Enabled
    </Badge>
  ) : (
    <Badge color="yellow" variant="light" tt="none" title={failingSentence(integration.failingSince)}>
      Failing
    </Badge>
  )
}
