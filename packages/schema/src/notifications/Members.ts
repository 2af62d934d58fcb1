/**
 * The members that several notification events share: the organization, the MDM user, the device.
 *
 * Names and shapes are those of the custom webhooks' documentation. Unknown members are ignored when decoding.
 */
import { Schema } from "effect"

/**
 * The name of a platform in `action` and in the device member: Android `emm`, Windows `win`, Apple `adm`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const NotificationPlatform = Schema.Literals(["emm", "win", "adm"]).annotate({
  identifier: "NotificationPlatform",
  description: "Android `emm`, Windows `win`, Apple `adm`",
})
/**
 * @category models
 * @since 0.1.0
 */
export type NotificationPlatform = typeof NotificationPlatform.Type

/**
 * The workspace that an event belongs to.
 *
 * @category schemas
 * @since 0.1.0
 */
export const NotificationOrganization = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  url: Schema.String,
}).annotate({
  identifier: "NotificationOrganization",
  description: "The workspace that an event belongs to",
  examples: [
    { id: "5d4d1391cd523c15f50df235", name: "Example", url: "https://dashboard.example.com/workspaces/example" },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type NotificationOrganization = typeof NotificationOrganization.Type

/**
 * The user that a device belongs to.
 *
 * @category schemas
 * @since 0.1.0
 */
export const NotificationUser = Schema.Struct({
  id: Schema.String,
  email: Schema.String,
  url: Schema.String,
}).annotate({
  identifier: "NotificationUser",
  description: "The user that a device belongs to",
  examples: [
    { id: "5e9099ee4da32b180204770e", email: "ada@example.com", url: "https://dashboard.example.com/users/ada" },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type NotificationUser = typeof NotificationUser.Type

/**
 * A device. Android devices have a `type` (`Fully Managed`), Windows devices a `productName`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const NotificationDevice = Schema.Struct({
  type: Schema.optionalKey(Schema.String),
  productName: Schema.optionalKey(Schema.String),
  url: Schema.String,
}).annotate({
  identifier: "NotificationDevice",
  description: "A device",
  examples: [{ productName: "MacBookPro18,3", url: "https://dashboard.example.com/devices/1" }],
})
/**
 * @category models
 * @since 0.1.0
 */
export type NotificationDevice = typeof NotificationDevice.Type
