/**
 * The state of a device. It is immutable: every step replaces it.
 *
 * The device channel and every user channel have their own profiles, declarations and push tokens. Without an enrollment
 * there are no channels: unenrollment deletes all of it.
 */

import type { Certificate, DeclarativeManagement } from "@espalier/apple"
import type { Plist } from "@espalier/plist"
import type { Schema } from "effect"
import type * as Profile from "./Profile.ts"

/**
 * `device`, or a user by short name.
 *
 * @category models
 * @since 0.1.0
 */
export type ChannelName = "device" | `user:${string}`

/**
 * The push token and magic of `TokenUpdate`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Push {
  readonly token: Uint8Array
  readonly magic: string
}

/**
 * A declaration on the device.
 *
 * @category models
 * @since 0.1.0
 */
export interface Declaration {
  readonly kind: DeclarativeManagement.DeclarationType
  readonly type: string
  readonly identifier: string
  readonly serverToken: string
  readonly payload: Schema.JsonObject
}

/**
 * The fetched data of an asset declaration, or why it cannot be used.
 *
 * @category models
 * @since 0.1.0
 */
export interface AssetData {
  readonly serverToken: string
  readonly data: Uint8Array | undefined
  /** A reason code of the status report, if there is no data. */
  readonly problem?: string
}

/**
 * A channel's declarative management.
 *
 * @category models
 * @since 0.1.0
 */
export interface Declarations {
  /** The `DeclarationsToken` of the last complete synchronisation. */
  readonly token: string | undefined
  /** By {@link Declaration.kind}, a slash, and the identifier. */
  readonly items: ReadonlyMap<string, Declaration>
  /** By the asset declaration's identifier. */
  readonly assets: ReadonlyMap<string, AssetData>
}

/**
 * A channel of the enrollment.
 *
 * @category models
 * @since 0.1.0
 */
export interface Channel {
  readonly name: ChannelName
  /** The identifying keys that every message on this channel carries: `UDID`, `UserID`, … */
  readonly enrollmentIds: Plist.Dictionary
  readonly push: Push
  /** The server has not accepted this channel's `TokenUpdate` yet. */
  readonly owesTokenUpdate: boolean
  readonly profiles: ReadonlyMap<string, Profile.Installed>
  readonly declarations: Declarations
}

/**
 * The managing server, and the device's identity there.
 *
 * @category models
 * @since 0.1.0
 */
export interface Enrollment {
  readonly server: Profile.Server
  readonly scep: Profile.Scep | undefined
  readonly identity: Certificate.KeyedCertificate | undefined
  readonly channels: ReadonlyMap<ChannelName, Channel>
}

/**
 * The state of a device at one moment.
 *
 * @category models
 * @since 0.1.0
 */
export interface State {
  readonly enrollment: Enrollment | undefined
  readonly locked: boolean
  /** It answered `NotNow` and polls again when it is unlocked. */
  readonly postponed: boolean
  /** It waits in Setup Assistant for `DeviceConfigured`. */
  readonly awaitingConfiguration: boolean
  readonly bootstrapToken: Uint8Array | undefined
  /** Enrollments so far: each has another push magic. */
  readonly enrollments: number
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const initial: State = {
  enrollment: undefined,
  locked: false,
  postponed: false,
  awaitingConfiguration: false,
  bootstrapToken: undefined,
  enrollments: 0,
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const noDeclarations: Declarations = { token: undefined, items: new Map(), assets: new Map() }

/**
 * A map with one entry set.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> =>
  new Map(map).set(key, value)

/**
 * A map without that key.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutEntry = <K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> => {
  const rest = new Map(map)
  rest.delete(key)
  return rest
}
