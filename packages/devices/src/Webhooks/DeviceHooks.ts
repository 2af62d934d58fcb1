/**
 * What a backend does besides when a device enrolls, a user appears, or a device answers what it is.
 */
import type { InternalServerError, PropertyListDictionary } from "@espalier/schema"
import { Context, Effect, Layer } from "effect"
import type { User } from "../Devices/Device.ts"
import type { ManagedDevice } from "../Devices/Devices.ts"

type Hook = Effect.Effect<void, InternalServerError>

/**
 * Called before the change is stored. A hook that fails makes the webhook answer 500, and the device sends its message again: a hook must accept
 * the same call twice.
 *
 * @category services
 * @since 0.1.0
 */
export class DeviceHooks extends Context.Service<
  DeviceHooks,
  {
    /** A device sent the first `TokenUpdate` of its enrollment. */
    readonly onEnrolled: (device: ManagedDevice) => Hook
    /** A user has a channel on the device. */
    readonly onUserAdded: (device: ManagedDevice, user: Pick<User, "userId" | "userShortName">) => Hook
    /** The device, as known so far, has answered the `DeviceInformation` command of this UUID. */
    readonly onInformation: (device: ManagedDevice, commandUUID: string, information: PropertyListDictionary) => Hook
  }
>()("@espalier/devices/DeviceHooks") {
  /** Does nothing. */
  static readonly layerEmpty: Layer.Layer<DeviceHooks> = Layer.succeed(DeviceHooks, {
    onEnrolled: () => Effect.void,
    onUserAdded: () => Effect.void,
    onInformation: () => Effect.void,
  })
}
