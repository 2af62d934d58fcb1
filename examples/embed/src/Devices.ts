/**
 * The application's own device storage. Plain TypeScript, without Effect.
 *
 * {@link Devices} makes it a service for the backend, so that both use the same devices.
 */
import { Context, Layer } from "effect"

/** One device in the application's storage. */
export interface Device {
  readonly udid: string
  readonly name: string
}

/** The storage, in memory; use a database. */
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
export class Devices extends Context.Service<Devices, ReturnType<typeof makeDevices>>()(
  "@espalier/example-embed/Devices",
) {
  static readonly layer = Layer.sync(Devices, makeDevices)
}
