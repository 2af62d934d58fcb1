/**
 * Whether an integration receives events, and if not, why.
 */
import type { DisabledReason, Integration } from "@espalier/schema"
import { Badge } from "@mantine/core"
import { relativeTime } from "../components/Time.ts"

export const disabledMessages: Readonly<Record<DisabledReason, string>> = {
  Asked: "It was disabled manually. Pending deliveries are sent when it is enabled again.",
  Gone: "Its receiver responded with 410 Gone. Enable it again if that was a mistake.",
  Failing: "All deliveries failed for five days. Enable it again when its receiver works.",
}

export const failingMessage = (since: number) =>
  `All deliveries have failed since ${relativeTime(since, Date.now())}. After five days of failures it is disabled.`

export const IntegrationState = ({ integration }: { readonly integration: Integration }) => {
  if (!integration.enabled) {
    const reason = integration.disabledReason ?? "Asked"
    return (
      <Badge color={reason === "Asked" ? "gray" : "red"} variant="light" tt="none" title={disabledMessages[reason]}>
        {reason === "Asked" ? "Disabled" : reason === "Gone" ? "Disabled: gone" : "Disabled: failing"}
      </Badge>
    )
  }
  return integration.failingSince === undefined ? (
    <Badge color="teal" variant="light" tt="none">
      Enabled
    </Badge>
  ) : (
    <Badge color="yellow" variant="light" tt="none" title={failingMessage(integration.failingSince)}>
      Failing
    </Badge>
  )
}
