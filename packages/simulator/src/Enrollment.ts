/**
 * Becoming managed and ceasing to be: profile, identity, `Authenticate`, `TokenUpdate`, in the end `CheckOut`.
 *
 * An enrollment that fails before the server has taken `Authenticate` leaves nothing behind. After that the device is enrolled: a
 * `TokenUpdate` that did not get through is owed, and goes out before the next poll.
 */
import type { Certificate } from "@espalier/apple"
import type { Plist } from "@espalier/plist"
import { Effect, Ref } from "effect"
import * as Conversation from "./Conversation.ts"
import * as Facts from "./Facts.ts"
import * as Identity from "./Identity.ts"
import * as Machine from "./Machine.ts"
import * as Profile from "./Profile.ts"
import { type SimulatorError, simulatorError } from "./SimulatorError.ts"
import * as State from "./State.ts"

/**
 * For servers that need neither profile nor certificate.
 *
 * @category models
 * @since 0.1.0
 */
export interface Attachment {
  readonly serverUrl: string
  /** Where check-ins go, if not to `serverUrl`. */
  readonly checkInUrl?: string
  readonly topic?: string
  /** An identity from elsewhere; messages are signed with it. */
  readonly identity?: Certificate.KeyedCertificate
}

/** What a device tells about itself when it enrolls. Only Macs send the names. */
const authenticate = (
  { facts }: Machine.Machine,
  topic: string,
): Plist.Dictionary & { readonly MessageType: string } => ({
  MessageType: "Authenticate",
  Topic: topic,
  OSVersion: facts.osVersion,
  BuildVersion: facts.buildVersion,
  ProductName: facts.productName,
  SerialNumber: facts.serialNumber,
  ...(facts.kind === "Mac"
    ? { DeviceName: facts.name, Model: facts.productName, ModelName: facts.modelName }
    : facts.kind === "iPhone"
      ? { IMEI: imeiOf(facts) }
      : {}),
})

const imeiOf = (facts: Facts.Facts): string =>
  Array.from(facts.derive("imei").subarray(0, 15), (byte) => String(byte % 10))
    .join("")
    .replace(/^(.{2})(.{6})(.{6})(.)$/, "$1 $2 $3 $4")

/**
 * A channel that the server knows nothing of yet.
 *
 * @category constructors
 * @since 0.1.0
 */
export const newChannel = (
  machine: Machine.Machine,
  name: State.ChannelName,
  enrollments: number,
  user: Plist.Dictionary = {},
): State.Channel => ({
  name,
  speaker: { UDID: machine.facts.udid, ...user },
  push: {
    token: machine.facts.derive(`push token ${name}`),
    magic: Facts.uuidOf(machine.facts.derive(`push magic ${name} ${enrollments}`)),
  },
  owesTokenUpdate: true,
  profiles: new Map(),
  declarations: State.noDeclarations,
})

/**
 * Tells the server where to push a channel.
 *
 * @category verbs
 * @since 0.1.0
 */
export const tokenUpdate = Effect.fnUntraced(function* (machine: Machine.Machine, name: State.ChannelName) {
  const { server } = yield* Machine.enrollment(machine)
  const { push } = yield* Machine.channel(machine, name)
  const { awaitingConfiguration } = yield* Ref.get(machine.state)
  yield* Conversation.checkIn(machine, name, {
    MessageType: "TokenUpdate",
    Topic: server.topic,
    Token: push.token,
    PushMagic: push.magic,
    AwaitingConfiguration: name === "device" && awaitingConfiguration,
    ...(name === "device"
      ? machine.facts.kind === "Mac"
        ? {}
        : { UnlockToken: machine.facts.derive("unlock token") }
      : { NotOnConsole: false }),
  })
  yield* Machine.updateChannel(machine, name, (channel) => ({ ...channel, owesTokenUpdate: false }))
})

const begin = Effect.fnUntraced(function* (
  machine: Machine.Machine,
  parts: Omit<State.Enrollment, "channels"> & {
    readonly profile: Profile.Installed | undefined
    readonly roots: ReadonlyArray<Certificate.Certificate>
  },
): Effect.fn.Return<void, SimulatorError> {
  const { server, scep, identity, profile, roots } = parts
  const { enrollments } = yield* Ref.updateAndGet(machine.state, (state) => ({
    ...state,
    enrollments: state.enrollments + 1,
  }))
  const fresh = newChannel(machine, "device", enrollments)
  const device = profile === undefined ? fresh : { ...fresh, profiles: new Map([[profile.identifier, profile]]) }
  yield* Ref.update(machine.state, (state) => ({
    ...state,
    enrollment: { server, scep, identity, channels: new Map([["device" as const, device]]) },
  }))
  yield* machine.transport.present({ identity, roots })
  yield* Effect.tapError(Conversation.checkIn(machine, "device", authenticate(machine, server.topic)), () =>
    Machine.forget(machine),
  )
  yield* tokenUpdate(machine, "device")
})

const notYet = Effect.fnUntraced(function* (machine: Machine.Machine) {
  const { enrollment } = yield* Ref.get(machine.state)
  if (enrollment !== undefined) return yield* simulatorError("AlreadyEnrolled", "The device is enrolled already")
})

/**
 * Enrolls with a profile in hand.
 *
 * @category verbs
 * @since 0.1.0
 */
export const install = Effect.fnUntraced(function* (
  machine: Machine.Machine,
  bytes: Uint8Array,
): Effect.fn.Return<void, SimulatorError> {
  yield* notYet(machine)
  const { server, scep, roots, installed } = yield* Effect.fromResult(Profile.read(bytes))
  if (server === undefined) return yield* simulatorError("BadProfile", "The profile has no MDM payload")
  if (roots.length > 0) yield* machine.transport.present({ identity: undefined, roots })
  const identity =
    scep === undefined
      ? undefined
      : yield* Effect.tapError(Identity.obtain(machine, scep), () => Machine.forget(machine))
  yield* begin(machine, { server, scep, identity, profile: installed, roots })
})

/** The profile itself is wanted, not the page that a server may have for people. */
const accept = "application/x-apple-aspen-config, */*;q=0.8"

/**
 * Downloads a profile, and enrolls with it.
 *
 * @category verbs
 * @since 0.1.0
 */
export const enroll = Effect.fnUntraced(function* (
  machine: Machine.Machine,
  url: string,
): Effect.fn.Return<void, SimulatorError> {
  yield* notYet(machine)
  const answer = yield* machine.transport.send({
    channel: "device",
    said: "profile",
    method: "GET",
    url,
    headers: { accept, "user-agent": machine.facts.userAgent },
  })
  if (answer.status !== 200) {
    return yield* simulatorError("Refused", `No profile: the server answers ${answer.status}`, answer)
  }
  yield* install(machine, answer.body)
})

/**
 * Enrolls without a profile.
 *
 * @category verbs
 * @since 0.1.0
 */
export const attach = Effect.fnUntraced(function* (
  machine: Machine.Machine,
  attachment: Attachment,
): Effect.fn.Return<void, SimulatorError> {
  yield* notYet(machine)
  const { identity, serverUrl, checkInUrl = serverUrl, topic = "com.apple.mgmt.External.simulator" } = attachment
  yield* begin(machine, {
    server: {
      serverUrl,
      checkInUrl,
      topic,
      signMessage: identity !== undefined,
      checkOutWhenRemoved: true,
      profileIdentifier: undefined,
    },
    scep: undefined,
    identity,
    profile: undefined,
    roots: [],
  })
})

/**
 * Puts a new identity in the place of the present one.
 *
 * @category verbs
 * @since 0.1.0
 */
export const replaceIdentity = Effect.fnUntraced(function* (
  machine: Machine.Machine,
  identity: Certificate.KeyedCertificate,
) {
  yield* Machine.updateEnrollment(machine, (enrollment) => ({ ...enrollment, identity }))
  yield* machine.transport.present({ identity, roots: yield* rootsOf(machine) })
})

/** The authorities that the enrollment profile brought. */
const rootsOf = Effect.fnUntraced(function* (machine: Machine.Machine) {
  const { server } = yield* Machine.enrollment(machine)
  const { profiles } = yield* Machine.channel(machine, "device")
  const profile = profiles.get(server.profileIdentifier ?? "")
  return profile === undefined ? [] : (yield* Effect.fromResult(Profile.read(profile.bytes))).roots
})

/**
 * Gets the next identity by SCEP and uses it from then on.
 *
 * @category verbs
 * @since 0.1.0
 */
export const renew = Effect.fnUntraced(function* (machine: Machine.Machine): Effect.fn.Return<void, SimulatorError> {
  const { scep, identity } = yield* Machine.enrollment(machine)
  if (scep === undefined || identity === undefined) {
    return yield* simulatorError("ScepFailed", "There is no SCEP authority to renew the identity with")
  }
  yield* replaceIdentity(machine, yield* Identity.renew(machine, scep, identity))
})

/**
 * The person removes the profile: `CheckOut`, if the profile wants it, and then the device forgets, whatever the answer was.
 *
 * @category verbs
 * @since 0.1.0
 */
export const checkOut = Effect.fnUntraced(function* (machine: Machine.Machine): Effect.fn.Return<void, SimulatorError> {
  const { server } = yield* Machine.enrollment(machine)
  const farewell = server.checkOutWhenRemoved
    ? Conversation.checkIn(machine, "device", { MessageType: "CheckOut", Topic: server.topic })
    : Effect.void
  yield* Effect.ensuring(farewell, Machine.forget(machine))
})
