/**
 * Users on a device: each that the server manages has a channel of its own.
 *
 * On a Mac a user is named by GUID. A local user's channel opens with its `TokenUpdate`; for a network user the device asks first
 * (`UserAuthenticate`), and the server may decline (410), let the user in, or want a digest. On Shared iPad everybody has the same
 * `UserID`, and the short name, a Managed Apple Account, tells users apart.
 */
import { Channel as AppleChannel } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Ref, Schema } from "effect"
import * as Conversation from "./Conversation.ts"
import * as Enrollment from "./Enrollment.ts"
import * as Facts from "./Facts.ts"
import * as Machine from "./Machine.ts"
import { badAnswer, type SimulatorError, simulatorError } from "./SimulatorError.ts"
import * as State from "./State.ts"

/**
 * Somebody who logs in.
 *
 * @category models
 * @since 0.1.0
 */
export interface User {
  readonly shortName: string
  readonly longName?: string
  /** The GUID on a Mac; follows from seed and short name unless given. */
  readonly userId?: string
  /** Makes it a network user: what the user answers to a `DigestChallenge`. Macs only. */
  readonly digest?: (challenge: string) => string
}

/**
 * The channel of a user.
 *
 * @category accessors
 * @since 0.1.0
 */
export const channelOf = (shortName: string): State.ChannelName => `user:${shortName}`

const identify = ({ facts }: Machine.Machine, user: User) => ({
  UserID:
    facts.kind === "SharedIPad"
      ? AppleChannel.sharedIPadUserID
      : (user.userId ?? Facts.uuidOf(facts.derive(`user ${user.shortName}`))),
  UserShortName: user.shortName,
  UserLongName: facts.kind === "SharedIPad" ? "" : (user.longName ?? user.shortName),
})

const isChallenge = Schema.is(Schema.Struct({ DigestChallenge: Schema.String }))
const isAdmission = Schema.is(Schema.Struct({ AuthToken: Schema.String }))

const step = Effect.fnUntraced(function* (
  machine: Machine.Machine,
  name: State.ChannelName,
  more: Plist.Dictionary,
): Effect.fn.Return<Plist.Value, SimulatorError> {
  const answer = yield* Conversation.checkIn(machine, name, { ...more, MessageType: "UserAuthenticate" })
  if (answer.body.length === 0) return {}
  return yield* Effect.mapError(Effect.fromResult(Plist.parse(answer.body)), () => badAnswer("a property list"))
})

/** The `AuthToken` of this login, if the server gave one. */
const authenticate = Effect.fnUntraced(function* (
  machine: Machine.Machine,
  name: State.ChannelName,
  digest: (challenge: string) => string,
): Effect.fn.Return<string | undefined, SimulatorError> {
  const first = yield* step(machine, name, {})
  const challenge = isChallenge(first) ? first.DigestChallenge : ""
  if (challenge === "") return undefined
  const second = yield* step(machine, name, { DigestResponse: digest(challenge) })
  if (isAdmission(second) && second.AuthToken !== "") return second.AuthToken
  return yield* simulatorError("Refused", "The server takes the user's digest to be wrong")
})

/**
 * Logs a user in and opens the channel. `false`: the server does not manage this user, and hears no more of it. A user who is
 * logged in already says `TokenUpdate` again.
 *
 * @category verbs
 * @since 0.1.0
 */
export const login = Effect.fnUntraced(function* (
  machine: Machine.Machine,
  user: User,
): Effect.fn.Return<boolean, SimulatorError> {
  if (machine.facts.kind === "iPhone") {
    return yield* simulatorError("Unsupported", "An iPhone has no user channels")
  }
  const name = channelOf(user.shortName)
  const { channels } = yield* Machine.enrollment(machine)
  const before = channels.get(name)
  const { enrollments } = yield* Ref.get(machine.state)
  const fresh = Enrollment.newChannel(machine, name, enrollments, identify(machine, user))
  const opened = before ?? fresh
  yield* Machine.updateEnrollment(machine, (enrollment) => ({
    ...enrollment,
    channels: State.withEntry(enrollment.channels, name, opened),
  }))
  const { digest } = user
  if (digest !== undefined && machine.facts.kind === "Mac") {
    const close = logout(machine, user.shortName)
    const admitted = yield* authenticate(machine, name, digest).pipe(
      Effect.map((authToken) => ({ authToken })),
      Effect.tapError(() => close),
      Effect.catchIf(
        (error) => error.reason === "Refused" && error.status === 410,
        () => Effect.succeed(undefined),
      ),
    )
    if (admitted === undefined) return false
    const { authToken } = admitted
    yield* Machine.updateChannel(machine, name, (channel) => ({
      ...channel,
      speaker: authToken === undefined ? fresh.speaker : { ...fresh.speaker, AuthToken: authToken },
    }))
  }
  yield* Enrollment.tokenUpdate(machine, name)
  return true
})

/**
 * Closes a user's channel. The server is told nothing, as by a real device.
 *
 * @category verbs
 * @since 0.1.0
 */
export const logout = (machine: Machine.Machine, shortName: string): Effect.Effect<void> =>
  Machine.updateEnrollment(machine, (enrollment) => ({
    ...enrollment,
    channels: State.withoutEntry(enrollment.channels, channelOf(shortName)),
  }))

/**
 * The logged-in users, as `UserList` has them.
 *
 * @category accessors
 * @since 0.1.0
 */
export const list = (machine: Machine.Machine): Effect.Effect<ReadonlyArray<Plist.Dictionary>, SimulatorError> =>
  Effect.map(Machine.enrollment(machine), ({ channels }) =>
    [...channels.values()]
      .filter(({ name }) => name !== "device")
      .map(({ speaker }, index) => ({
        UserName: speaker["UserShortName"] ?? "",
        IsLoggedIn: true,
        ...(machine.facts.kind === "Mac"
          ? {
              FullName: speaker["UserLongName"] ?? "",
              UID: 501 + index,
              UserGUID: speaker["UserID"] ?? "",
              MobileAccount: false,
            }
          : { HasDataToSync: false, DataQuota: 1_073_741_824, DataUsed: 52_428_800 }),
      })),
  )
