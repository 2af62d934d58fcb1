/**
 * The notification events of devices: what customers' tools receive.
 *
 * **Details**
 *
 * An event is stored before the webhook that caused it responds. If it cannot be stored, the webhook responds with 500 and the device sends its message
 * again. Idempotency keys make sure that a repeated message is published once.
 */
import { Channel, DeviceHooks, type ManagedDevice, type User } from "@espalier/devices"
import { Notifications } from "@espalier/notifications"
import {
  InternalServerError,
  type NotificationEvent,
  type NotificationUser,
  type PropertyListDictionary,
} from "@espalier/schema"
import { Context, Effect, Layer, Predicate, type Schema } from "effect"
import { BackendUrl, organization as organizationAt, page, workspace } from "./Workspace.ts"

type Publishing = Effect.Effect<void, InternalServerError>

/**
 * Publishes the events.
 *
 * @category services
 */
export class DeviceNotifications extends Context.Service<
  DeviceNotifications,
  {
    /** An enrollment link was created; `id` is its token's. */
    readonly enrollmentLinkCreated: (id: string) => Publishing
    /** A device sent its first `TokenUpdate`. */
    readonly enrolled: (device: ManagedDevice) => Publishing
    /** A user has a channel on a device. */
    readonly userAdded: (device: ManagedDevice, user: Pick<User, "userId" | "userShortName">) => Publishing
    /** A device answered the `DeviceInformation` command of this UUID. Publishes nothing if nothing has changed. */
    readonly information: (
      device: ManagedDevice,
      commandUUID: string,
      information: PropertyListDictionary,
    ) => Publishing
  }
>()("@espalier/example-in-memory/DeviceNotifications") {
  static readonly layer = Layer.effect(
    DeviceNotifications,
    Effect.gen(function* () {
      const notifications = yield* Notifications
      const backend = yield* BackendUrl
      const organization = organizationAt(backend)

      const publish = (idempotencyKey: string, event: NotificationEvent): Publishing =>
        notifications.publish(workspace, event, { idempotencyKey }).pipe(
          Effect.asVoid,
          // An invalid event stays invalid, so the device must not send its message again; a database may recover.
          Effect.catchTags({
            InvalidEvent: ({ reason }) => Effect.logError(`${event.action} is invalid`, reason),
            InvalidIdempotencyKey: () => Effect.logError(`${event.action} has an invalid idempotency key`),
            IdempotencyKeyConflict: () => Effect.logError(`${event.action} has the idempotency key of another event`),
          }),
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
      /** The user of a device without users. */
      const desk: NotificationUser = { id: "it-desk", email: "it-desk@example.com", url: organization.url }
      const ownerOf = (device: ManagedDevice): NotificationUser => {
        const [first] = device.users
        return first === undefined ? desk : userOf(device, first)
      }

      return DeviceNotifications.of({
        enrollmentLinkCreated: (id) =>
          publish(`invited/${id}`, {
            action: "adm_enrollment_token_created",
            sendEmail: false,
            enrollmentToken: { type: "Device Enrollment" },
            mdmUser: { ...desk, id: { id: desk.id, email: desk.email } },
            organization,
          }),

        enrolled: (device) =>
          publish(`enrolled/${device.enrollmentId}`, {
            action: "adm_device_enrolled",
            organization,
            admDevice: deviceOf(device),
            mdmUser: desk,
          }),

        userAdded: (device, user) =>
          publish(`user/${device.enrollmentId}/${Channel.userKey(user)}`, {
            action: "adm_device_added_mdm_user",
            organization,
            admDevice: deviceOf(device),
            mdmUser: userOf(device, user),
            trigger: "deviceUpdate",
          }),

        information: (device, commandUUID, information) => {
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

  /** Publishes an event for each change of the devices. */
  static readonly layerHooks = Layer.effect(
    DeviceHooks,
    Effect.map(DeviceNotifications, ({ enrolled, userAdded, information }) => ({
      onEnrolled: enrolled,
      onUserAdded: userAdded,
      onInformation: information,
    })),
  )
}

/** The answers to `DeviceInformation` that belong to an inventory. */
const inventoryQueries = [
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
    inventoryQueries.flatMap((query) => {
      const value = plainValue(information[query])
      return value === undefined ? [] : [[query, value]]
    }),
  )

/** Without property list types: `{"$real":128}` becomes 128. */
const plainValue = (value: Schema.Json | undefined): string | number | boolean | undefined => {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value
  return Predicate.hasProperty(value, "$real") && typeof value.$real === "number" ? value.$real : undefined
}

const typeOf = (productName: Schema.Json | undefined): string =>
  typeof productName === "string"
    ? (/^(?:iPhone|iPad|Mac|AppleTV|Watch|RealityDevice)/.exec(productName)?.[0] ?? "device")
    : "device"
