/**
 * From what devices do to what customers hear of it: the mapping to notification events.
 *
 * An event is committed before the webhook that led to it is answered: when it cannot be, the webhook answers 500, and the device says its
 * message again. The idempotency keys see to it that a message heard twice is published once.
 */
import type { User } from "@espalier/dashboard/devices-api"
import { Notifications } from "@espalier/notifications"
import {
  InternalServerError,
  type NotificationEvent,
  type NotificationUser,
  type PropertyListDictionary,
} from "@espalier/schema"
import { Context, Effect, Layer, Predicate, type Schema } from "effect"
import * as Channel from "./Channel.ts"
import type { ManagedDevice } from "./Devices.ts"
import { BackendUrl, organization as organizationAt, page, workspace } from "./Workspace.ts"

type Publishing = Effect.Effect<void, InternalServerError>

/**
 * What customers hear of.
 *
 * @category services
 */
export class Publish extends Context.Service<
  Publish,
  {
    /** Somebody made an enrollment link; `id` is its token's. */
    readonly invited: (id: string) => Publishing
    /** A device is enrolled: it has said its first `TokenUpdate`. */
    readonly enrolled: (device: ManagedDevice) => Publishing
    /** A user has a channel on a device. */
    readonly userAdded: (device: ManagedDevice, user: Pick<User, "userId" | "userShortName">) => Publishing
    /** A device has answered the `DeviceInformation` of this UUID. Says nothing when that is what it said before. */
    readonly informed: (device: ManagedDevice, commandUUID: string, information: PropertyListDictionary) => Publishing
  }
>()("@espalier/example-in-memory/Publish") {
  static readonly layer = Layer.effect(
    Publish,
    Effect.gen(function* () {
      const notifications = yield* Notifications
      const backend = yield* BackendUrl
      const organization = organizationAt(backend)

      const publish = (idempotencyKey: string, event: NotificationEvent): Publishing =>
        notifications.publish(workspace, event, { idempotencyKey }).pipe(
          Effect.asVoid,
          // The same message would be refused again and again; only the database may think better of it.
          Effect.catchTag("PublishRefused", ({ reason }) => Effect.logError(`${event.action} is refused`, reason)),
          Effect.catchTag("SqlError", ({ reason }) =>
            Effect.logError(`${event.action} was not published`, reason._tag).pipe(
              Effect.andThen(new InternalServerError({ message: "The notification could not be stored" })),
            ),
          ),
        )

      const deviceOf = ({ udid, about, enrollmentKind }: ManagedDevice) => ({
        type: enrollmentKind === "device" ? "Device Enrollment" : "User Enrollment",
        ...(about.productName === undefined ? {} : { productName: about.productName }),
        url: page(backend, `/devices/${encodeURIComponent(udid)}`),
      })
      const userOf = (device: ManagedDevice, user: Pick<User, "userId" | "userShortName">): NotificationUser => {
        const name = user.userShortName ?? user.userId
        return {
          id: Channel.userKey(user) ?? user.userId,
          email: name.includes("@") ? name : `${name}@example.com`,
          url: page(backend, `/devices/${encodeURIComponent(device.udid)}`),
        }
      }
      /** The person of a device that nobody has logged in to. */
      const desk: NotificationUser = { id: "it-desk", email: "it-desk@example.com", url: organization.url }
      const ownerOf = (device: ManagedDevice): NotificationUser => {
        const [first] = device.users
        return first === undefined ? desk : userOf(device, first)
      }

      return Publish.of({
        invited: (id) =>
          publish(`invited/${id}`, {
            action: "adm_enrollment_token_created",
            sendEmail: false,
            enrollmentToken: { type: "Device Enrollment" },
            mdmUser: { ...desk, id: { id: desk.id, email: desk.email } },
            organization,
          }),

        enrolled: (device) =>
          publish(`enrolled/${device.life}`, {
            action: "adm_device_enrolled",
            organization,
            admDevice: deviceOf(device),
            mdmUser: desk,
          }),

        userAdded: (device, user) =>
          publish(`user/${device.life}/${Channel.userKey(user)}`, {
            action: "adm_device_added_mdm_user",
            organization,
            admDevice: deviceOf(device),
            mdmUser: userOf(device, user),
            trigger: "deviceUpdate",
          }),

        informed: (device, commandUUID, information) => {
          const before = device.information
          const metadata = metadataOf({ ...before, ...information })
          if (before !== undefined && JSON.stringify(metadata) === JSON.stringify(metadataOf(before)))
            return Effect.void
          const { id, email } = ownerOf(device)
          return publish(`informed/${commandUUID}`, {
            action: "A new InventoryItem is being registered",
            subAction: before === undefined ? "created" : "updated",
            organization,
            inventoryItem: {
              id: device.udid,
              type: typeOf(metadata["ProductName"]),
              members: { type: "mdmUser", memberId: id, email },
              metadata,
            },
          })
        },
      })
    }),
  )
}

/** What an inventory is interested in, of all that a device may answer. */
const interesting = [
  "DeviceName",
  "SerialNumber",
  "ModelName",
  "ProductName",
  "OSVersion",
  "BuildVersion",
  "DeviceCapacity",
  "AvailableDeviceCapacity",
  "BatteryLevel",
  "IsSupervised",
] as const

const metadataOf = (information: PropertyListDictionary): Schema.JsonObject =>
  Object.fromEntries(
    interesting.flatMap((query) => {
      const value = plain(information[query])
      return value === undefined ? [] : [[query, value]]
    }),
  )

/** Without the property list's types: `{"$real":128}` is 128. */
const plain = (value: Schema.Json | undefined): string | number | boolean | undefined => {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value
  return Predicate.hasProperty(value, "$real") && typeof value.$real === "number" ? value.$real : undefined
}

const typeOf = (productName: Schema.Json | undefined): string =>
  typeof productName === "string"
    ? (/^(?:iPhone|iPad|Mac|AppleTV|Watch|RealityDevice)/.exec(productName)?.[0] ?? "device")
    : "device"
