/**
 * Users on a device: each managed user has a channel.
 *
 * On a Mac a user is named by GUID. The channel of a local user opens with its `TokenUpdate`. For a network user the device sends
 * `UserAuthenticate` first, and the server may decline (410), accept the user, or require a digest. On Shared iPad all users have the same
 * `UserID`, and the short name, a Managed Apple Account, identifies the user.
 */
import { Channel as AppleChannel } from "@espalier/apple"
import { Plist } from "@espalier/plist"
import { Effect, Ref, Schema } from "effect"
import * as DeviceContext from "./DeviceContext.ts"
import * as DeviceProfile from "./DeviceProfile.ts"
import * as Enrollment from "./Enrollment.ts"
import * as MdmClient from "./MdmClient.ts"
import { invalidResponse, type SimulatorError, simulatorError } from "./SimulatorError.ts"
import * as State from "./State.ts"

/**
 * A user who logs in.
 *
 * @category models
 * @since 0.1.0
 */
export interface User {
  readonly shortName: string
  readonly longName?: string
  /** The GUID on a Mac. Default: derived from the seed and the short name. */
  readonly userId?: string
  /** Makes it a network user: computes the response to a `DigestChallenge`. Macs only. */
  readonly digest?: (challenge: string) => string
}

/**
 * The channel of a user.
 *
 * @category accessors
 * @since 0.1.0
 */
export const channelOf = (shortName: string): State.ChannelName => `user:${shortName}`

const identify = ({ profile }: DeviceContext.DeviceContext, user: User) => ({
  UserID:
    profile.kind === "SharedIPad"
      ? AppleChannel.sharedIPadUserID
      : (user.userId ?? DeviceProfile.uuidOf(profile.derive(`user ${user.shortName}`))),
  UserShortName: user.shortName,
  UserLongName: profile.kind === "SharedIPad" ? "" : (user.longName ?? user.shortName),
})

const isChallenge = Schema.is(Schema.Struct({ DigestChallenge: Schema.String }))
const isAdmission = Schema.is(Schema.Struct({ AuthToken: Schema.String }))

const step = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  name: State.ChannelName,
  more: Plist.Dictionary,
): Effect.fn.Return<Plist.Value, SimulatorError> {
  const answer = yield* MdmClient.checkIn(context, name, { ...more, MessageType: "UserAuthenticate" })
  if (answer.body.length === 0) return {}
  return yield* Effect.mapError(Effect.fromResult(Plist.parse(answer.body)), () => invalidResponse("a property list"))
})

/** The `AuthToken` of this login, if the server sent one. */
const authenticate = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  name: State.ChannelName,
  digest: (challenge: string) => string,
): Effect.fn.Return<string | undefined, SimulatorError> {
  const first = yield* step(context, name, {})
  const challenge = isChallenge(first) ? first.DigestChallenge : ""
  if (challenge === "") return undefined
  const second = yield* step(context, name, { DigestResponse: digest(challenge) })
  if (isAdmission(second) && second.AuthToken !== "") return second.AuthToken
  return yield* simulatorError("UnexpectedStatus", "The server rejected the user's digest")
})

/**
 * Logs a user in and opens the channel. `false`: the server does not manage this user. A user who is already
 * logged in sends `TokenUpdate` again.
 *
 * @category verbs
 * @since 0.1.0
 */
export const login = Effect.fnUntraced(function* (
  context: DeviceContext.DeviceContext,
  user: User,
): Effect.fn.Return<boolean, SimulatorError> {
  if (context.profile.kind === "iPhone") {
    return yield* simulatorError("Unsupported", "An iPhone has no user channels")
  }
  const name = channelOf(user.shortName)
  const { channels, server } = yield* DeviceContext.enrollment(context)
  const before = channels.get(name)
  const { enrollments } = yield* Ref.get(context.state)
  const fresh = Enrollment.newChannel(
    context,
    name,
    enrollments,
    Enrollment.deviceIds(context, server),
    identify(context, user),
  )
  const opened = before ?? fresh
  yield* DeviceContext.updateEnrollment(context, (enrollment) => ({
    ...enrollment,
    channels: State.withEntry(enrollment.channels, name, opened),
  }))
  const { digest } = user
  if (digest !== undefined && context.profile.kind === "Mac") {
    const close = logout(context, user.shortName)
    const admitted = yield* authenticate(context, name, digest).pipe(
      Effect.map((authToken) => ({ authToken })),
      Effect.tapError(() => close),
      Effect.catchIf(
        (error) => error.reason === "UnexpectedStatus" && error.status === 410,
        () => Effect.succeed(undefined),
      ),
    )
    if (admitted === undefined) return false
    const { authToken } = admitted
    yield* DeviceContext.updateChannel(context, name, (channel) => ({
      ...channel,
      enrollmentIds: authToken === undefined ? fresh.enrollmentIds : { ...fresh.enrollmentIds, AuthToken: authToken },
    }))
  }
  yield* Enrollment.tokenUpdate(context, name)
  return true
})

/**
 * Closes a user's channel. The server gets no message, as with a real device.
 *
 * @category verbs
 * @since 0.1.0
 */
export const logout = (context: DeviceContext.DeviceContext, shortName: string): Effect.Effect<void> =>
  DeviceContext.updateEnrollment(context, (enrollment) => ({
    ...enrollment,
    channels: State.withoutEntry(enrollment.channels, channelOf(shortName)),
  }))

/**
 * The logged-in users, as `UserList` has them.
 *
 * @category accessors
 * @since 0.1.0
 */
export const list = (
  context: DeviceContext.DeviceContext,
): Effect.Effect<ReadonlyArray<Plist.Dictionary>, SimulatorError> =>
  Effect.map(DeviceContext.enrollment(context), ({ channels }) =>
    [...channels.values()]
      .filter(({ name }) => name !== "device")
      .map(({ enrollmentIds }, index) => ({
        UserName: enrollmentIds["UserShortName"] ?? "",
        IsLoggedIn: true,
        ...(context.profile.kind === "Mac"
          ? {
              FullName: enrollmentIds["UserLongName"] ?? "",
              UID: 501 + index,
              UserGUID: enrollmentIds["UserID"] ?? "",
              MobileAccount: false,
            }
          : { HasDataToSync: false, DataQuota: 1_073_741_824, DataUsed: 52_428_800 }),
      })),
  )
