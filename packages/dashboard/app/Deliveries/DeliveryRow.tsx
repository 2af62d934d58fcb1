/**
 * A delivery in the list.
 */
import type { Delivery } from "@espalier/notifications/api"
import type { Integration } from "@espalier/schema"
import { memo } from "react"
import { Link } from "wouter"
import { useNow } from "../components/Clock.ts"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { eventLabel } from "../Integrations/EventNames.ts"
import { statusOf } from "./DeliveryStatus.ts"
import { DeliveryStatusBadge } from "./DeliveryStatusBadge.tsx"

interface DeliveryRowProps {
  readonly delivery: Delivery
  readonly integration: Integration | undefined
  readonly href: string
}

export const DeliveryRow = memo(({ delivery, integration, href }: DeliveryRowProps) => {
  const status = statusOf(delivery, integration, useNow())
  const url = integration?.url ?? delivery.integration
  return (
    <Link href={href} className="delivery-row">
      <span className="delivery-row-state">
        <DeliveryStatusBadge status={status} test={delivery.test} />
      </span>
      <span className="delivery-row-event">{eventLabel(delivery.name)}</span>
      <span className="delivery-row-url" title={url}>
        {url}
      </span>
      <span className="delivery-row-reason" title={status.reason}>
        {status.reason}
      </span>
      <span className="delivery-row-time">
        <RelativeTime at={delivery.createdAt} />
      </span>
    </Link>
  )
})
