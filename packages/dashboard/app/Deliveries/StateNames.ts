/**
 * The display names of the states to filter by.
 */
import type { DeliveryState } from "@espalier/notifications/api"

export const stateNames: Readonly<Record<DeliveryState, string>> = {
  delivered: "Delivered",
  dead: "Failed",
  pending: "Pending",
}
