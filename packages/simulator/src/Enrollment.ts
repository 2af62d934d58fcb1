/**
 * Enrolls and unenrolls a device: profile, identity, `Authenticate`, `TokenUpdate`, at the end `CheckOut`.
 *
 * An enrollment that fails before the server accepted `Authenticate` leaves no state. After that the device is enrolled: a
 * `TokenUpdate` that failed is sent again before the next poll.
 */
import type { Certificate } from "@espalier/apple"
import type { Plist } from "@espalier/plist"
import { Effect, Ref } from "effect"
import * as DeviceContext from "./DeviceContext.ts"
import * as DeviceProfile from "./DeviceProfile.ts"
import * as Identity from "./Identity.ts"
import * as MdmClient from "./MdmClient.ts"
import * as Profile from "./Profile.ts"
import * as ProfileDownload from "./ProfileDownload.ts"
import { type SimulatorError, simulatorError } from "./SimulatorError.ts"
import * as State from "./State.ts"

/**
 * An enrollment without a profile, for servers that need neither profile nor certificate.
 *
 * @category models
 * @since 0.1.0
 */
export interface Attachment {
  readonly serverUrl: string
  /** The URL of check-ins. Default: `serverUrl`. */
  readonly checkInUrl?: string
  readonly topic?: string
  /** An existing identity that signs the messages. */
  readonly identity?: Certificate.KeyedCertificate
}

/** The `Authenticate` message of a device. Only Macs send the names. */
const authenticate = (
  { profile }: DeviceContext.DeviceContext,
  { topic, userEnrollment }: Profile.Server,
): Plist.Dictionary & { readonly MessageType: string } => ({
  MessageType: "Authenticate",
  Topic: topic,
  OSVersion: profile.osVersion,
  BuildVersion: profile.buildVersion,
  ProductName: profile.productName,
  ...(userEnrollment ? {} : identifying(profile)),
})

/** Apple, "AuthenticateRequest": a User Enrollment has no serial number, IMEI and MEID. */
const identifying = (profile: DeviceProfile.DeviceProfile): Plist.Dictionary => ({
  SerialNumber: profile.serialNumber,
  ...(profile.kind === "Mac"
    ? { DeviceName: profile.name, Model: profile.productName, ModelName: profile.modelName }
    : profile.kind === "iPhone"
      ? { IMEI: imeiOf(profile) }
      : {}),
})

const imeiOf = (profile: DeviceProfile.DeviceProfile): string =>
  Array.from(profile.derive("imei").subarray(0, 15), (byte) => String(byte % 10))
    .join("")
    .replace(/^(.{2})(.{6})(.{6})(.)$/, "$1 $2 $3 $4")

/**
 * The keys that identify the device in a message: `UDID`, or `EnrollmentID` in a User Enrollment.
 *
 * @category accessors
 * @since 0.1.0
 */
export const deviceIds = (
  { profile }: DeviceContext.DeviceContext,
  { userEnrollment, serverUrl }: Profile.Server,
): Plist.Dictionary =>
  userEnrollment
    ? { EnrollmentID: DeviceProfile.uuidOf(profile.derive(`enrollment ${serverUrl}`)) }
    : { UDID: profile.udid }

/**
 * A channel before its first `TokenUpdate`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const newChannel = (
  context: DeviceContext.DeviceContext,
  name: State.ChannelName,
  enrollments: number,
  device: Plist.Dictionary,
  user: Plist.Dictionary = {},
): State.Channel => ({
  name,
  enrollmentIds: { ...device, ...user },
  push: {
    token: context.profile.derive(`push token ${name}`),
    magic: DeviceProfile.uuidOf(context.profile.derive(`push magic ${name} ${enrollments}`)),
  },
  owesTokenUpdate: true,
  profiles: new Map(),
  declarations: State.noDeclarations,
})

/**
 * Sends the push token and magic of a channel.
 *
 * @category verbs
 * @since 0.1.0
 */
export const tokenUpdate = Effect.fnUntraced(function* (context: DeviceContext.DeviceContext, name: State.ChannelName) {
  const { server } = yield* DeviceContext.enrollment(context)
  const { push } = yield* DeviceContext.channel(context, name)
  const { awaitingConfiguration } = yield* Ref.get(context.state)
  yield* MdmClient.checkIn(context, name, {
    MessageType: "TokenUpdate",
    Topic: server.topic,
    Token: push.token,
    PushMagic: push.magic,
    AwaitingConfiguration: name === "device" && awaitingConfiguration,
    ...(name === "device"
      ? context.profile.kind === "Mac"
        ? {}
        : { UnlockToken: context.profile.derive("unlock token") }
      : { NotOnConsole: false }),
  })
  yield* DeviceContext.updateChannel(context, name, (channel) => ({ ...channel, owesTokenUpdate: false }))
})

const begin = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  parts: Omit<State.Enrollment, "channels"> & {
    readonly profile: Profile.Installed | undefined
    readonly roots: ReadonlyArray<Certificate.Certificate>
  },
): Effect.fn.Return<void, SimulatorError> {
  const { server, scep, identity, profile, roots } = parts
  const { enrollments } = yield* Ref.updateAndGet(context.state, (state) => ({
    ...state,
    enrollments: state.enrollments + 1,
  }))
  const fresh = newChannel(context, "device", enrollments, deviceIds(context, server))
  const device = profile === undefined ? fresh : { ...fresh, profiles: new Map([[profile.identifier, profile]]) }
  yield* Ref.update(context.state, (state) => ({
    ...state,
    enrollment: { server, scep, identity, channels: new Map([["device" as const, device]]) },
  }))
  yield* context.transport.setCredentials({ identity, roots })
  yield* Effect.tapError(MdmClient.checkIn(context, "device", authenticate(context, server)), () =>
    DeviceContext.forget(context),
  )
  yield* tokenUpdate(context, "device")
})

const requireNotEnrolled = Effect.fnUntraced(function* (context: DeviceContext.DeviceContext) {
  const { enrollment } = yield* Ref.get(context.state)
  if (enrollment !== undefined) return yield* simulatorError("AlreadyEnrolled", "The device is already enrolled")
})

/**
 * Enrolls with the bytes of a profile.
 *
 * @category verbs
 * @since 0.1.0
 */
export const install = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  bytes: Uint8Array,
): Effect.fn.Return<void, SimulatorError> {
  yield* requireNotEnrolled(context)
  const { server, scep, roots, installed } = yield* Effect.fromResult(Profile.read(bytes))
  if (server === undefined) return yield* simulatorError("InvalidProfile", "The profile has no MDM payload")
  if (roots.length > 0) yield* context.transport.setCredentials({ identity: undefined, roots })
  const identity =
    scep === undefined
      ? undefined
      : yield* Effect.tapError(Identity.obtain(context, scep), () => DeviceContext.forget(context))
  yield* begin(context, { server, scep, identity, profile: installed, roots })
})

/**
 * Downloads a profile and enrolls with it.
 *
 * @category verbs
 * @since 0.1.0
 */
export const enroll = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  url: string,
  options: ProfileDownload.DownloadOptions = {},
): Effect.fn.Return<void, SimulatorError> {
  yield* requireNotEnrolled(context)
  const response = yield* ProfileDownload.send(context, url, options)
  yield* install(context, yield* ProfileDownload.profileIn(response))
})

/**
 * Enrolls without a profile.
 *
 * @category verbs
 * @since 0.1.0
 */
export const attach = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  attachment: Attachment,
): Effect.fn.Return<void, SimulatorError> {
  yield* requireNotEnrolled(context)
  const { identity, serverUrl, checkInUrl = serverUrl, topic = "com.apple.mgmt.External.simulator" } = attachment
  yield* begin(context, {
    server: {
      serverUrl,
      checkInUrl,
      topic,
      signMessage: identity !== undefined,
      checkOutWhenRemoved: true,
      profileIdentifier: undefined,
      userEnrollment: false,
    },
    scep: undefined,
    identity,
    profile: undefined,
    roots: [],
  })
})

/**
 * Replaces the identity.
 *
 * @category verbs
 * @since 0.1.0
 */
export const replaceIdentity = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  identity: Certificate.KeyedCertificate,
) {
  yield* DeviceContext.updateEnrollment(context, (enrollment) => ({ ...enrollment, identity }))
  yield* context.transport.setCredentials({ identity, roots: yield* rootsOf(context) })
})

/** The authorities in the enrollment profile. */
const rootsOf = Effect.fnUntraced(function* (context: DeviceContext.DeviceContext) {
  const { server } = yield* DeviceContext.enrollment(context)
  const { profiles } = yield* DeviceContext.channel(context, "device")
  const profile = profiles.get(server.profileIdentifier ?? "")
  return profile === undefined ? [] : (yield* Effect.fromResult(Profile.read(profile.bytes))).roots
})

/**
 * Renews the identity by SCEP and uses the new one.
 *
 * @category verbs
 * @since 0.1.0
 */
export const renew = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
): Effect.fn.Return<void, SimulatorError> {
  const { scep, identity } = yield* DeviceContext.enrollment(context)
  if (scep === undefined || identity === undefined) {
    return yield* simulatorError("ScepFailed", "No SCEP authority can renew the identity")
  }
  yield* replaceIdentity(context, yield* Identity.renew(context, scep, identity))
})

/**
 * Removes the profile: sends `CheckOut` if the profile requires it, then deletes the enrollment, whatever the response is.
 *
 * @category verbs
 * @since 0.1.0
 */
export const checkOut = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
): Effect.fn.Return<void, SimulatorError> {
  const { server } = yield* DeviceContext.enrollment(context)
  const checkOutMessage = server.checkOutWhenRemoved
    ? MdmClient.checkIn(context, "device", { MessageType: "CheckOut", Topic: server.topic })
    : Effect.void
  yield* Effect.ensuring(checkOutMessage, DeviceContext.forget(context))
})
