/**
 * The product's webhook handlers: `@espalier/devices` handles what is about devices; who may enroll is decided here.
 */
import { Devices, DeviceWebhooks } from "@espalier/devices"
import { Handler } from "@espalier/handler"
import { Effect, Layer } from "effect"
import { DeviceNotifications } from "./DeviceNotifications.ts"

/**
 * A handler for every webhook.
 *
 * @category layers
 */
export const handlers = Handler.layer({
  ...Handler.optionalNotSupported,
  ...DeviceWebhooks.functions,

  /** Accepts every user of a managed device. */
  userAuthenticate: Effect.fn("userAuthenticate")(function* ({ scope }) {
    const devices = yield* Devices
    yield* DeviceWebhooks.orInternalServerError(devices.managed({ udid: scope.udid }))
    return { _tag: "Accept" }
  }),

  /** Accepts every device; a real product checks `token` or `machineInfo`. */
  enroll: () =>
    Effect.succeed({
      _tag: "Allow",
      profile: { organization: "Espalier Example", displayName: "Espalier Example Management" },
    }),
}).pipe(Layer.provide(DeviceNotifications.layerHooks))
