/**
 * A device was enrolled. The platforms in `action` and in the name of the device member agree; otherwise the event is invalid.
 */
import { Schema } from "effect"
import { NotificationDevice, NotificationOrganization, NotificationUser } from "./Members.ts"

const organization = NotificationOrganization
const mdmUser = NotificationUser
const action = <const Action extends `${string}_device_enrolled`>(action: Action) => Schema.Literal(action)

/**
 * Subscription `device_enrolled`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeviceEnrolled = Schema.Union([
  Schema.Struct({ action: action("emm_device_enrolled"), organization, emmDevice: NotificationDevice, mdmUser }),
  Schema.Struct({ action: action("win_device_enrolled"), organization, winDevice: NotificationDevice, mdmUser }),
  Schema.Struct({ action: action("adm_device_enrolled"), organization, admDevice: NotificationDevice, mdmUser }),
]).annotate({
  identifier: "DeviceEnrolled",
  description: "A Device has been successfully enrolled",
  examples: [
    {
      action: "adm_device_enrolled",
      organization: { id: "5d4d1391cd523c15f50df235", name: "Example", url: "https://dashboard.example.com/example" },
      admDevice: {
        productName: "MacBookPro18,3",
        url: "https://dashboard.example.com/devices/5f634c11034824062256e38c",
      },
      mdmUser: {
        id: "5e9099ee4da32b180204770e",
        email: "ada@example.com",
        url: "https://dashboard.example.com/users/5e9099ee4da32b180204770e",
      },
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeviceEnrolled = typeof DeviceEnrolled.Type
