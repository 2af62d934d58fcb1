/**
 * A user was assigned to a device, or the assignment changed. The platforms in `action` and in the device member agree.
 */
import { Schema } from "effect"
import { NotificationDevice, NotificationOrganization, NotificationUser } from "./Members.ts"

const organization = NotificationOrganization
const mdmUser = NotificationUser
const trigger = Schema.String.annotate({ description: "What caused the assignment, such as `deviceUpdate`" })
const action = <const Action extends `${string}_device_added_mdm_user`>(action: Action) => Schema.Literal(action)

/**
 * Subscription `device_added_mdm_user`. `trigger` is the cause of the assignment, such as `deviceUpdate`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeviceAddedMdmUser = Schema.Union([
  Schema.Struct({
    action: action("emm_device_added_mdm_user"),
    organization,
    emmDevice: NotificationDevice,
    mdmUser,
    trigger,
  }),
  Schema.Struct({
    action: action("win_device_added_mdm_user"),
    organization,
    winDevice: NotificationDevice,
    mdmUser,
    trigger,
  }),
  Schema.Struct({
    action: action("adm_device_added_mdm_user"),
    organization,
    admDevice: NotificationDevice,
    mdmUser,
    trigger,
  }),
]).annotate({
  identifier: "DeviceAddedMdmUser",
  description: "An MDM user has been assigned to or changed on a Device",
  examples: [
    {
      action: "adm_device_added_mdm_user",
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
      trigger: "deviceUpdate",
    },
  ],
})
/**
 * @category models
 * @since 0.1.0
 */
export type DeviceAddedMdmUser = typeof DeviceAddedMdmUser.Type
