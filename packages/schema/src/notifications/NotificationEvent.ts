/**
 * The events that a webhook integration can subscribe to.
 *
 * The name of a subscription has no platform (`device_enrolled`), the action of an event has one (`adm_device_enrolled`). A new event is a
 * new entry in {@link notificationEvents}, and the compiler names every place that must handle it.
 */
import { Schema } from "effect"
import { ApplePushCertificationRenovation } from "./ApplePushCertificationRenovation.ts"
import { DeviceAddedMdmUser } from "./DeviceAddedMdmUser.ts"
import { DeviceEnrolled } from "./DeviceEnrolled.ts"
import { EnrollmentTokenCreated } from "./EnrollmentTokenCreated.ts"
import { InventoryItem } from "./InventoryItem.ts"

/**
 * The schema of each subscription's events.
 *
 * @category events
 * @since 0.1.0
 */
export const notificationEvents = {
  enrollment_token_created: EnrollmentTokenCreated,
  device_enrolled: DeviceEnrolled,
  device_added_mdm_user: DeviceAddedMdmUser,
  apple_push_certification_renovation: ApplePushCertificationRenovation,
  inventory_item: InventoryItem,
} as const

/**
 * The name of a subscription.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SubscriptionName = Schema.Literals([
  "enrollment_token_created",
  "device_enrolled",
  "device_added_mdm_user",
  "apple_push_certification_renovation",
  "inventory_item",
] as const satisfies ReadonlyArray<keyof typeof notificationEvents>).annotate({
  identifier: "SubscriptionName",
  description: "The name of a subscription",
})
/**
 * @category models
 * @since 0.1.0
 */
export type SubscriptionName = keyof typeof notificationEvents

/**
 * The body of a notification.
 *
 * @category schemas
 * @since 0.1.0
 */
export const NotificationEvent = Schema.Union([
  EnrollmentTokenCreated,
  DeviceEnrolled,
  DeviceAddedMdmUser,
  ApplePushCertificationRenovation,
  InventoryItem,
]).annotate({ identifier: "NotificationEvent", description: "The body of a notification" })
/**
 * @category models
 * @since 0.1.0
 */
export type NotificationEvent = typeof NotificationEvent.Type

/**
 * The event of a subscription.
 *
 * @category models
 * @since 0.1.0
 */
export type NotificationEventOf<Name extends SubscriptionName> = (typeof notificationEvents)[Name]["Type"]

const subscriptions: { readonly [Action in NotificationEvent["action"]]: SubscriptionName } = {
  emm_enrollment_token_created: "enrollment_token_created",
  win_enrollment_token_created: "enrollment_token_created",
  adm_enrollment_token_created: "enrollment_token_created",
  emm_device_enrolled: "device_enrolled",
  win_device_enrolled: "device_enrolled",
  adm_device_enrolled: "device_enrolled",
  emm_device_added_mdm_user: "device_added_mdm_user",
  win_device_added_mdm_user: "device_added_mdm_user",
  adm_device_added_mdm_user: "device_added_mdm_user",
  apple_push_certification_renovation: "apple_push_certification_renovation",
  "A new InventoryItem is being registered": "inventory_item",
}

/**
 * The subscription that an event belongs to.
 *
 * @category events
 * @since 0.1.0
 */
export const subscriptionOf = (event: NotificationEvent): SubscriptionName => subscriptions[event.action]
