/**
 * The display names of the events.
 */
import type { SubscriptionName } from "@espalier/schema"

/** The display name of an event; the name itself for one that this page does not know. */
export const eventLabel = (name: string): string =>
  name === "*" ? "All events" : (Object.entries(eventNames).find(([known]) => known === name)?.[1] ?? name)

export const eventNames: Readonly<Record<SubscriptionName, string>> = {
  enrollment_token_created: "Enrollment token created",
  device_enrolled: "Device enrolled",
  device_added_mdm_user: "Device employee assigned",
  apple_push_certification_renovation: "Apple Push Certificate expires",
  inventory_item: "Inventory item registered",
}
