/**
 * A simulated Apple device: it enrolls, polls, synchronises and executes commands like a real one, over HTTP, with any server.
 *
 * **Gotchas**
 *
 * Nothing happens automatically. A push reaches it as {@link Device.wake}. Only {@link Device.unlock} polls without a push, if the device
 * answered `NotNow` before. One operation runs at a time; others wait.
 *
 * @example
 * ```ts
 * import { Device } from "@espalier/simulator"
 * import { Effect } from "effect"
 *
 * export const tour = Effect.gen(function* () {
 *   const mac = yield* Device.make({ kind: "Mac", seed: 1 })
 *   yield* mac.enroll("https://mdm.example.com/mdm/apple/enroll")
 *   return yield* mac.wake()
 * }).pipe(Effect.scoped)
 * ```
 */
import { generateKeyPair, type KeyObject } from "node:crypto"
import type { Certificate } from "@espalier/apple"
import type { Plist } from "@espalier/plist"
import { Effect, Ref, type Scope, Semaphore, type Stream } from "effect"
import * as AccountEnrollment from "./AccountEnrollment.ts"
import type * as Command from "./Command.ts"
import * as CommandLoop from "./CommandLoop.ts"
import * as Commands from "./Commands.ts"
import * as DeviceContext from "./DeviceContext.ts"
import * as DeviceProfile from "./DeviceProfile.ts"
import * as Enrollment from "./Enrollment.ts"
import * as Exchange from "./Exchange.ts"
import type * as ProfileDownload from "./ProfileDownload.ts"
import * as ReturnToService from "./ReturnToService.ts"
import * as Secrets from "./Secrets.ts"
import type { SimulatorError } from "./SimulatorError.ts"
import * as State from "./State.ts"
import * as Transport from "./Transport.ts"
import * as Users from "./Users.ts"

export type { AccountOptions } from "./AccountEnrollment.ts"
export type { Report } from "./CommandLoop.ts"
export type { DeviceProfile, Kind } from "./DeviceProfile.ts"
export type { Attachment } from "./Enrollment.ts"
export type { DownloadOptions } from "./ProfileDownload.ts"
export type { Channel, ChannelName, Declaration, State } from "./State.ts"
export type { User } from "./Users.ts"

/**
 * The kind of device, and how it connects to its servers.
 *
 * @category options
 * @since 0.1.0
 */
export interface Options extends DeviceProfile.DeviceProfileOptions, Transport.TransportOptions {
  /** Waits in Setup Assistant for `DeviceConfigured` after it enrolls, like a device that enrolls automatically. */
  readonly awaitingConfiguration?: boolean
  /** Further commands, or other implementations of known ones. */
  readonly commands?: Command.Table
  /** How many of the last exchanges are kept. Default: 1,000. */
  readonly maxExchanges?: number
  /** Creates RSA keys, or takes them from a pool for many devices. Default: a new key each time. */
  readonly newKey?: (bits: number) => Effect.Effect<KeyObject>
  /** The certificate that a real device has from Apple; it signs the `MachineInfo` of automated enrollment. */
  readonly appleIdentity?: Certificate.KeyedCertificate
}

/**
 * The push address of a channel, for a simulated APNs.
 *
 * @category models
 * @since 0.1.0
 */
export interface PushTarget extends State.Push {
  readonly channel: State.ChannelName
  readonly topic: string
}

type Operation<A = void> = Effect.Effect<A, SimulatorError>

/**
 * @category models
 * @since 0.1.0
 */
export interface Device {
  readonly profile: DeviceProfile.DeviceProfile
  /** The current state. */
  readonly state: Effect.Effect<State.State>
  /** The last exchanges, and new ones as a stream. */
  readonly exchanges: {
    readonly all: Effect.Effect<ReadonlyArray<Exchange.Exchange>>
    readonly stream: Stream.Stream<Exchange.Exchange>
  }
  /** Downloads an enrollment profile, gets an identity, sends `Authenticate` and `TokenUpdate`. */
  readonly enroll: (url: string, options?: ProfileDownload.DownloadOptions) => Operation
  /** The same with the server of a Managed Apple Account, found by its domain. */
  readonly enrollAccount: (options: AccountEnrollment.AccountOptions) => Operation
  /** The same with the bytes of a profile, plain or signed. */
  readonly install: (profile: Uint8Array) => Operation
  /** The same without profile and SCEP, for a server that needs no identity, or with an existing identity. */
  readonly attach: (attachment: Enrollment.Attachment) => Operation
  /** Polls for commands and executes them until the queue is empty, on the device channel or a user channel. */
  readonly poll: (shortName?: string) => Operation<ReadonlyArray<CommandLoop.Report>>
  /** Polls as after a push: with a push token its channel, without one every channel. */
  readonly wake: (token?: Uint8Array) => Operation<ReadonlyArray<CommandLoop.Report>>
  /** The push addresses. Empty while it is not enrolled. */
  readonly pushTargets: Effect.Effect<ReadonlyArray<PushTarget>>
  /** Locks it: commands that need an unlocked device are answered with `NotNow`. */
  readonly lock: () => Effect.Effect<void>
  /** Unlocks it, and polls if it answered `NotNow` before. */
  readonly unlock: () => Operation<ReadonlyArray<CommandLoop.Report>>
  /** Opens a user's channel; `false` when the server does not manage that user. */
  readonly login: (user: Users.User) => Operation<boolean>
  /** Closes a user's channel. The server gets no message. */
  readonly logout: (shortName: string) => Effect.Effect<void>
  /** Renews the identity certificate by SCEP and uses it. */
  readonly renew: () => Operation
  readonly escrowBootstrapToken: () => Operation<Uint8Array>
  readonly fetchBootstrapToken: () => Operation<Uint8Array | undefined>
  readonly getToken: (service: string, parameters?: Plist.Dictionary) => Operation<Uint8Array>
  /** Asks how to erase itself; if the server allows it with a profile, erases itself and enrolls with that. `false`: not allowed. */
  readonly returnToService: () => Operation<boolean>
  /** Removes the profile: sends `CheckOut` if the profile requires it, then deletes the enrollment. */
  readonly checkOut: () => Operation
  /** Erases it without a message to the server. */
  readonly erase: () => Effect.Effect<void>
}

const generate = (bits: number): Effect.Effect<KeyObject> =>
  Effect.callback<KeyObject>((resume) => {
    generateKeyPair("rsa", { modulusLength: bits }, (error, _, privateKey) =>
      resume(error === null ? Effect.succeed(privateKey) : Effect.die(error)),
    )
  })

/**
 * A new device that is not enrolled. Its connections close with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<Device, never, Scope.Scope> =>
  Effect.gen(function* () {
    const profile = DeviceProfile.make(options)
    const log = yield* Exchange.makeLog(options.maxExchanges ?? 1000)
    const unenrolled = { ...State.initial, awaitingConfiguration: options.awaitingConfiguration ?? false }
    const context: DeviceContext.DeviceContext = {
      profile,
      state: yield* Ref.make<State.State>(unenrolled),
      transport: yield* Transport.make(options, log),
      newKey: options.newKey ?? generate,
      appleIdentity: options.appleIdentity,
    }
    const table = { ...Commands.table, ...options.commands }
    const turn = yield* Semaphore.make(1)
    const exclusive = <A, E>(operation: Effect.Effect<A, E>): Effect.Effect<A, E> => turn.withPermit(operation)

    const targets = Effect.map(Ref.get(context.state), ({ enrollment }): ReadonlyArray<PushTarget> => {
      if (enrollment === undefined) return []
      const { topic } = enrollment.server
      return [...enrollment.channels.values()].map(({ name, push }) => ({ channel: name, topic, ...push }))
    })

    const wake = Effect.fnUntraced(function* (token: Uint8Array | undefined) {
      if (token === undefined) return yield* CommandLoop.pollAll(context, table)
      const target = (yield* targets).find((one) => Buffer.compare(one.token, token) === 0)
      // APNs would report the token as invalid.
      return target === undefined ? [] : yield* CommandLoop.poll(context, table, target.channel)
    })

    const unlock = Effect.gen(function* () {
      const { postponed, enrollment } = yield* Ref.getAndUpdate(context.state, (state) => ({
        ...state,
        locked: false,
        postponed: false,
      }))
      if (!postponed || enrollment === undefined) return []
      return yield* Effect.tapError(CommandLoop.pollAll(context, table), () =>
        Ref.update(context.state, (state) => ({ ...state, postponed: state.enrollment !== undefined })),
      )
    })

    return {
      profile,
      state: Ref.get(context.state),
      exchanges: { all: log.all, stream: log.stream },
      pushTargets: targets,
      enroll: (url, how) => exclusive(Enrollment.enroll(context, url, how)),
      enrollAccount: (how) => exclusive(AccountEnrollment.enroll(context, how)),
      install: (profile) => exclusive(Enrollment.install(context, profile)),
      attach: (attachment) => exclusive(Enrollment.attach(context, attachment)),
      poll: (shortName) =>
        exclusive(CommandLoop.poll(context, table, shortName === undefined ? "device" : Users.channelOf(shortName))),
      wake: (token) => exclusive(wake(token)),
      lock: () => exclusive(Ref.update(context.state, (state) => ({ ...state, locked: true }))),
      unlock: () => exclusive(unlock),
      login: (user) => exclusive(Users.login(context, user)),
      logout: (shortName) => exclusive(Users.logout(context, shortName)),
      renew: () => exclusive(Enrollment.renew(context)),
      escrowBootstrapToken: () => exclusive(Secrets.escrowBootstrapToken(context)),
      fetchBootstrapToken: () => exclusive(Secrets.fetchBootstrapToken(context)),
      getToken: (service, parameters) => exclusive(Secrets.getToken(context, service, parameters)),
      returnToService: () => exclusive(ReturnToService.request(context)),
      checkOut: () => exclusive(Enrollment.checkOut(context)),
      erase: () =>
        exclusive(
          DeviceContext.forget(context).pipe(
            Effect.andThen(Ref.update(context.state, ({ enrollments }) => ({ ...unenrolled, enrollments }))),
          ),
        ),
    }
  })
