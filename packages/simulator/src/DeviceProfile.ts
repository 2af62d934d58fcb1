/**
 * The properties of a device, independent of its enrollment: model, system, serial number, UDID. They are derived from a seed, so that the
 * same seed gives the same device in every run; without a seed a device is random.
 */
import { createHash, randomUUID } from "node:crypto"

/**
 * The kinds of devices, which differ in their messages.
 *
 * @category models
 * @since 0.1.0
 */
export type Kind = "iPhone" | "Mac" | "SharedIPad"

/**
 * Options of a device; missing ones are derived from the seed.
 *
 * @category models
 * @since 0.1.0
 */
export interface DeviceProfileOptions {
  readonly kind: Kind
  readonly udid?: string
  readonly serialNumber?: string
  readonly name?: string
  readonly osVersion?: string
  readonly seed?: string | number
}

/**
 * The properties of a device.
 *
 * @category models
 * @since 0.1.0
 */
export interface DeviceProfile {
  readonly kind: Kind
  readonly udid: string
  readonly serialNumber: string
  readonly name: string
  readonly osVersion: string
  readonly buildVersion: string
  /** The identifier of the model: `iPhone15,4`. */
  readonly productName: string
  readonly modelName: string
  readonly family: "iPhone" | "Mac" | "iPad"
  readonly osFamily: "iOS" | "macOS" | "iPadOS"
  /** The `User-Agent` of its management client. */
  readonly userAgent: string
  /** 32 bytes derived from the seed and this label. */
  readonly derive: (label: string) => Uint8Array
}

const models = {
  iPhone: {
    osVersion: "18.1",
    buildVersion: "22B83",
    productName: "iPhone15,4",
    modelName: "iPhone",
    family: "iPhone",
    osFamily: "iOS",
    userAgent: "MDM-iOS/1.0",
  },
  Mac: {
    osVersion: "15.1",
    buildVersion: "24B83",
    productName: "Mac14,7",
    modelName: "MacBook Pro",
    family: "Mac",
    osFamily: "macOS",
    userAgent: "MDM-OSX/1.0 mdmclient/1830",
  },
  SharedIPad: {
    osVersion: "18.1",
    buildVersion: "22B83",
    productName: "iPad14,1",
    modelName: "iPad",
    family: "iPad",
    osFamily: "iPadOS",
    userAgent: "MDM-iOS/1.0",
  },
} as const

/**
 * 16 bytes in the form of a random UUID (RFC 9562 § 5.4), upper case like Apple's.
 *
 * @category constructors
 * @since 0.1.0
 */
export const uuidOf = (bytes: Uint8Array): string => {
  const own = Uint8Array.from(bytes.subarray(0, 16))
  own[6] = ((own[6] ?? 0) & 0x0f) | 0x40
  own[8] = ((own[8] ?? 0) & 0x3f) | 0x80
  return Buffer.from(own)
    .toString("hex")
    .toUpperCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}

/** A UDID in the form of that kind of device: a hardware UUID on a Mac, chip and ECID on the others. */
const udidOf = (kind: Kind, bytes: Uint8Array): string => {
  if (kind === "Mac") return uuidOf(bytes)
  return `00008120-${Buffer.from(bytes.subarray(0, 8)).toString("hex").toUpperCase()}`
}

/** The characters of serial numbers: no vowels and no ambiguous ones. */
const letters = "0123456789CDFGHJKLMNPQRTVWXY"

const serialNumberOf = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, 10), (byte) => letters[byte % letters.length]).join("")

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: DeviceProfileOptions): DeviceProfile => {
  const seed = options.seed === undefined ? randomUUID() : String(options.seed)
  const derive = (label: string): Uint8Array =>
    new Uint8Array(
      createHash("sha256")
        .update(JSON.stringify([options.kind, seed, label]))
        .digest(),
    )
  const model = models[options.kind]
  const serialNumber = options.serialNumber ?? serialNumberOf(derive("serial number"))
  return {
    ...model,
    kind: options.kind,
    udid: options.udid ?? udidOf(options.kind, derive("udid")),
    serialNumber,
    name: options.name ?? `${model.modelName} ${serialNumber}`,
    osVersion: options.osVersion ?? model.osVersion,
    derive,
  }
}
