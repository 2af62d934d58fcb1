/**
 * The state of a delivery.
 */
import type { DeliveryState } from "@espalier/notifications/api"
import { Badge, type MantineColor } from "@mantine/core"

export const stateNames: Readonly<Record<DeliveryState, string>> = {
  delivered: "Delivered",
  dead: "Failed",
  pending: "Pending",
}

const colors: Readonly<Record<DeliveryState, MantineColor>> = { delivered: "teal", dead: "red", pending: "yellow" }

export const DeliveryStateBadge = ({ state }: { readonly state: DeliveryState }) => (
  <Badge color={colors[state]} variant="light" tt="none" className="delivery-state">
    {stateNames[state]}
  </Badge>
)
