/**
 * Devices and their users in words.
 */
import type { Device, User } from "../../src/Devices/index.ts"

/** What a device last answered, else what it said when it enrolled. */
const told = ({ information }: Device, key: string): string | undefined => {
  const value = information?.[key]
  return typeof value === "string" && value !== "" ? value : undefined
}

export const nameOf = (device: Device): string =>
  told(device, "DeviceName") ?? device.about.deviceName ?? device.about.modelName ?? device.udid

export const modelOf = (device: Device): string =>
  told(device, "ModelName") ?? device.about.modelName ?? device.about.productName ?? device.about.model ?? "Unknown"

export const osOf = (device: Device): string => told(device, "OSVersion") ?? device.about.osVersion ?? "Unknown"

export const serialOf = (device: Device): string =>
  told(device, "SerialNumber") ?? device.about.serialNumber ?? "Unknown"

export const userNameOf = ({ userId, userShortName }: Pick<User, "userId" | "userShortName">): string =>
  userShortName ?? userId

/** Tells users apart: those of a Shared iPad all have the same `userId`. */
export const userKeyOf = ({ userId, userShortName }: Pick<User, "userId" | "userShortName">): string =>
  `${userId} ${userShortName ?? ""}`
