/**
 * Display texts of devices and users.
 */
import type { Device, User } from "@espalier/devices/api"

/** From the last `DeviceInformation`. */
const informationOf = ({ information }: Device, key: string): string | undefined => {
  const value = information?.[key]
  return typeof value === "string" && value !== "" ? value : undefined
}

export const nameOf = (device: Device): string =>
  informationOf(device, "DeviceName") ?? device.about.deviceName ?? device.about.modelName ?? device.udid

export const modelOf = (device: Device): string =>
  informationOf(device, "ModelName") ??
  device.about.modelName ??
  device.about.productName ??
  device.about.model ??
  "Unknown"

export const osOf = (device: Device): string =>
  informationOf(device, "OSVersion") ?? device.about.osVersion ?? "Unknown"

export const serialOf = (device: Device): string =>
  informationOf(device, "SerialNumber") ?? device.about.serialNumber ?? "Unknown"

export const userNameOf = ({ userId, userShortName }: Pick<User, "userId" | "userShortName">): string =>
  userShortName ?? userId

/** Unique among the users of a device: those of a Shared iPad all have the same `userId`. */
export const userKeyOf = ({ userId, userShortName }: Pick<User, "userId" | "userShortName">): string =>
  `${userId} ${userShortName ?? ""}`
