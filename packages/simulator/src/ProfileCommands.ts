/**
 * `InstallProfile`, `RemoveProfile` and `ProfileList`: each channel has its own profiles.
 *
 * A profile with the MDM payload of the server that sends it is an update: the device gets a new identity from its SCEP payload and
 * sends `TokenUpdate` with it. Removing the enrollment profile ends the enrollment.
 */
import { type Plist, Plist as PropertyList } from "@espalier/plist"
import { Effect, Result } from "effect"
import * as Command from "./Command.ts"
import * as DeviceContext from "./DeviceContext.ts"
import * as Enrollment from "./Enrollment.ts"
import * as Identity from "./Identity.ts"
import * as Profile from "./Profile.ts"
import type { SimulatorError } from "./SimulatorError.ts"
import * as State from "./State.ts"

const installationFailed = (...reason: Parameters<typeof Command.link>) =>
  Command.failed(
    Command.link("MCInstallationErrorDomain", 4001, "Profile Installation Failed"),
    Command.link(...reason),
  )

/** An update must not change these (Apple, "MDM"). */
const sameServer = (a: Profile.Server, b: Profile.Server): boolean =>
  a.topic === b.topic && a.serverUrl === b.serverUrl && a.checkInUrl === b.checkInUrl

/**
 * Installs or updates a profile on the channel of the command.
 *
 * @category answers
 * @since 0.1.0
 */
export const install = Effect.fnUntraced(function* ({
  context,
  channel,
  payload,
}: Command.Command): Effect.fn.Return<Command.Outcome, SimulatorError> {
  const bytes = payload["Payload"]
  if (!(bytes instanceof Uint8Array)) return Command.malformed("Payload")
  const read = Profile.read(bytes)
  if (Result.isFailure(read)) return installationFailed("MCProfileErrorDomain", 1000, "The profile is invalid.")
  const { installed, server, scep } = read.success
  const keep = DeviceContext.updateChannel(context, channel, (before) => ({
    ...before,
    profiles: State.withEntry(before.profiles, installed.identifier, installed),
  }))
  if (server === undefined) return Command.done({}, Effect.as(keep, "continue"))

  const enrollment = yield* DeviceContext.enrollment(context)
  if (channel !== "device" || !sameServer(server, enrollment.server)) {
    return installationFailed("MCMDMErrorDomain", 12011, "The MDM payload may not replace the installed one.")
  }
  if (scep === undefined) return Command.done({}, Effect.as(keep, "continue"))
  const identity = yield* Effect.result(Identity.obtain(context, scep))
  if (Result.isFailure(identity))
    return installationFailed("MCSCEPErrorDomain", 22013, "The SCEP server issued no certificate.")
  return Command.done(
    {},
    Effect.gen(function* () {
      yield* keep
      yield* DeviceContext.updateEnrollment(context, (before) => ({ ...before, server, scep }))
      yield* Enrollment.replaceIdentity(context, identity.success)
      yield* Enrollment.tokenUpdate(context, "device")
      return "continue" as const
    }),
  )
})

/**
 * @category answers
 * @since 0.1.0
 */
export const remove = Effect.fnUntraced(function* ({
  context,
  channel,
  payload,
}: Command.Command): Effect.fn.Return<Command.Outcome, SimulatorError> {
  const identifier = payload["Identifier"]
  if (typeof identifier !== "string") return Command.malformed("Identifier")
  const { server } = yield* DeviceContext.enrollment(context)
  const { profiles } = yield* DeviceContext.channel(context, channel)
  if (!profiles.has(identifier)) {
    return Command.failed(Command.link("MCMDMErrorDomain", 12075, "The profile is not installed."))
  }
  if (channel === "device" && identifier === server.profileIdentifier) {
    return Command.done({}, Effect.as(Enrollment.checkOut(context), "stop"))
  }
  const drop = DeviceContext.updateChannel(context, channel, (before) => ({
    ...before,
    profiles: State.withoutEntry(before.profiles, identifier),
  }))
  return Command.done({}, Effect.as(drop, "continue"))
})

/** A real device adds further keys of the profile. */
const listed = (profile: Profile.Installed): Plist.Dictionary => ({
  PayloadIdentifier: profile.identifier,
  PayloadUUID: profile.uuid,
  PayloadDisplayName: profile.displayName,
  PayloadVersion: 1,
  HasRemovalPasscode: false,
  IsEncrypted: false,
  IsManaged: true,
  PayloadRemovalDisallowed: false,
  PayloadContent: profile.payloads
    .map(({ type, identifier, uuid }) => ({
      PayloadType: type,
      PayloadVersion: 1,
      PayloadIdentifier: identifier,
      PayloadUUID: uuid,
    }))
    .filter(PropertyList.isValue),
})

/**
 * @category answers
 * @since 0.1.0
 */
export const list = Effect.fnUntraced(function* ({
  context,
  channel,
}: Command.Command): Effect.fn.Return<Command.Outcome, SimulatorError> {
  const { profiles } = yield* DeviceContext.channel(context, channel)
  return Command.done({ ProfileList: [...profiles.values()].map(listed) })
})
