/**
 * What the application had before there were webhooks: it knows its devices. Plain TypeScript, no Effect needed.
 *
 * {@link Devices} lends it to the backend, so that both speak of the same devices.
 */
import { Context, Layer } from "effect"

/** One device, as the application keeps it. */
export interface Device {
  readonly udid: string
  readonly name: string
}

/** The application's own storage; a real one would ask its database. */
export const makeDevices = () => {
  const devices = new Map<string, Device>()
  return {
    add: (device: Device): void => {
      devices.set(device.udid, device)
    },
    remove: (udid: string): boolean => devices.delete(udid),
    has: (udid: string): boolean => devices.has(udid),
    list: (): ReadonlyArray<Device> => [...devices.values()],
  }
}

/** The same as a service, for handlers that need it. */
export class Devices extends Context.Service<Devices, ReturnType<typeof makeDevices>>()("example/Devices") {
  static readonly layer = Layer.sync(Devices, makeDevices)
}
