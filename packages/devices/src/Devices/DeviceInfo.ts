/**
 * What people know a device by: from its last `DeviceInformation`, otherwise from its `Authenticate`.
 */
import type { Device } from "./Device.ts"

const informationOf = ({ information }: Pick<Device, "information">, key: string): string | undefined => {
  const value = information?.[key]
  return typeof value === "string" && value !== "" ? value : undefined
}

/**
 * The device's name, otherwise its model, otherwise its UDID.
 *
 * @category accessors
 * @since 0.1.0
 */
export const nameOf = (device: Pick<Device, "about" | "information" | "udid">): string =>
  informationOf(device, "DeviceName") ?? device.about.deviceName ?? device.about.modelName ?? device.udid

/**
 * @category accessors
 * @since 0.1.0
 */
export const modelOf = (device: Pick<Device, "about" | "information">): string | undefined =>
  informationOf(device, "ModelName") ?? device.about.modelName ?? device.about.productName ?? device.about.model

/**
 * @category accessors
 * @since 0.1.0
 */
export const osVersionOf = (device: Pick<Device, "about" | "information">): string | undefined =>
  informationOf(device, "OSVersion") ?? device.about.osVersion

/**
 * @category accessors
 * @since 0.1.0
 */
export const serialNumberOf = (device: Pick<Device, "about" | "information">): string | undefined =>
  informationOf(device, "SerialNumber") ?? device.about.serialNumber
