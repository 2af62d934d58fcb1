/**
 * Display texts of devices and users.
 */
import { type Device, DeviceInfo, type User } from "@espalier/devices/api"

export const { nameOf } = DeviceInfo

export const modelOf = (device: Device): string => DeviceInfo.modelOf(device) ?? "Unknown"

export const osOf = (device: Device): string => DeviceInfo.osVersionOf(device) ?? "Unknown"

export const serialOf = (device: Device): string => DeviceInfo.serialNumberOf(device) ?? "Unknown"

export const userNameOf = ({ userId, userShortName }: Pick<User, "userId" | "userShortName">): string =>
  userShortName ?? userId

/** Unique among the users of a device: those of a Shared iPad all have the same `userId`. */
export const userKeyOf = ({ userId, userShortName }: Pick<User, "userId" | "userShortName">): string =>
  `${userId} ${userShortName ?? ""}`
