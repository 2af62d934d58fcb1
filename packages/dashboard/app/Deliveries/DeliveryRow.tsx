/**
 * A delivery in the list.
 */
import type { Delivery } from "@espalier/notifications/api"
import { memo } from "react"
import { Link } from "wouter"
import { RelativeTime } from "../components/RelativeTime.tsx"
import { eventNames } from "../Integrations/EventNames.ts"
import { DeliveryStateBadge } from "./DeliveryStateBadge.tsx"

interface DeliveryRowProps {
  readonly delivery: Delivery
  readonly url: string
  readonly href: string
}

export const DeliveryRow = memo(({ delivery: { state, name, attempts, createdAt }, url, href }: DeliveryRowProps) => (
  <Link href={href} className="delivery-row">
    <span className="delivery-row-state">
      <DeliveryStateBadge state={state} />
    </span>
    <span className="delivery-row-event">{eventNames[name]}</span>
    <span className="delivery-row-url" title={url}>
      {url}
    </span>
    <span className="delivery-row-attempts">{attempts === 1 ? "1 attempt" : `${attempts} attempts`}</span>
    <span className="delivery-row-time">
      <RelativeTime at={createdAt} />
    </span>
  </Link>
))
