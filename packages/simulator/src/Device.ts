/**
 * A simulated Apple device: it enrolls, polls, synchronises and obeys like a real one, over HTTP, with whatever server it is given.
 *
 * What surprises: nothing happens by itself. A push reaches it as {@link Device.wake}; only after {@link Device.unlock} does it poll
 * unasked, if it had put something off. One verb runs at a time, the others wait for it.
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
import type { Plist } from "@espalier/plist"
import { Effect, Ref, type Scope, Semaphore, type Stream } from "effect"
import type * as Command from "./Command.ts"
import * as CommandLoop from "./CommandLoop.ts"
import * as Commands from "./Commands.ts"
import * as DeviceContext from "./DeviceContext.ts"
import * as DeviceProfile from "./DeviceProfile.ts"
import * as Enrollment from "./Enrollment.ts"
import * as Exchange from "./Exchange.ts"
import * as Secrets from "./Secrets.ts"
import type { SimulatorError } from "./SimulatorError.ts"
import * as State from "./State.ts"
import * as Transport from "./Transport.ts"
import * as Users from "./Users.ts"

export type { Report } from "./CommandLoop.ts"
export type { DeviceProfile, Kind } from "./DeviceProfile.ts"
export type { Attachment } from "./Enrollment.ts"
export type { Channel, ChannelName, Declaration, State } from "./State.ts"
export type { User } from "./Users.ts"

/**
 * Which device, and how it reaches its servers.
 *
 * @category options
 * @since 0.1.0
 */
export interface Options extends DeviceProfile.DeviceProfileOptions, Transport.TransportOptions {
  /** Waits in Setup Assistant for `DeviceConfigured` after it enrolls, like a device that enrolls automatically. */
  readonly awaitingConfiguration?: boolean
  /** More commands, or other answers to known ones. */
  readonly commands?: Command.Table
  /** How many of the last exchanges are kept; 1,000 unless given. */
  readonly maxExchanges?: number
  /** Where RSA keys come from, such as a pool for many devices; a new one each time unless given. */
  readonly newKey?: (bits: number) => Effect.Effect<KeyObject>
}

/**
 * Where a channel is to be pushed: what a stand-in for APNs needs.
 *
 * @category models
 * @since 0.1.0
 */
export interface PushTarget extends State.Push {
  readonly channel: State.ChannelName
  readonly topic: string
}

type Verb<A = void> = Effect.Effect<A, SimulatorError>

/**
 * @category models
 * @since 0.1.0
 */
export interface Device {
  readonly profile: DeviceProfile.DeviceProfile
  /** What it remembers now. */
  readonly state: Effect.Effect<State.State>
  /** What it and its servers operation, of late and from now on. */
  readonly exchanges: {
    readonly all: Effect.Effect<ReadonlyArray<Exchange.Exchange>>
    readonly stream: Stream.Stream<Exchange.Exchange>
  }
  /** Downloads an enrollment profile, gets an identity, says `Authenticate` and `TokenUpdate`. */
  readonly enroll: (url: string) => Verb
  /** The same with a profile in hand, plain or signed. */
  readonly install: (profile: Uint8Array) => Verb
  /** The same without profile and SCEP, for servers that need no identity or are given one. */
  readonly attach: (attachment: Enrollment.Attachment) => Verb
  /** Asks for commands and does them until there are none: on the device channel, or on a user's. */
  readonly poll: (shortName?: string) => Verb<ReadonlyArray<CommandLoop.Report>>
  /** What a push does: polls. With a push token, the channel it belongs to; without, every channel. */
  readonly wake: (token?: Uint8Array) => Verb<ReadonlyArray<CommandLoop.Report>>
  /** Where to push. Empty while it is not enrolled. */
  readonly pushTargets: Effect.Effect<ReadonlyArray<PushTarget>>
  /** From now on, commands that need somebody at the device are answered `NotNow`. */
  readonly lock: () => Effect.Effect<void>
  /** Unlocks it, and polls if something was put off meanwhile. */
  readonly unlock: () => Verb<ReadonlyArray<CommandLoop.Report>>
  /** Opens a user's channel; `false` when the server does not manage that user. */
  readonly login: (user: Users.User) => Verb<boolean>
  /** Closes it. The server is not told. */
  readonly logout: (shortName: string) => Effect.Effect<void>
  /** Gets the next identity certificate, and uses it. */
  readonly renew: () => Verb
  readonly escrowBootstrapToken: () => Verb<Uint8Array>
  readonly fetchBootstrapToken: () => Verb<Uint8Array | undefined>
  readonly getToken: (service: string, parameters?: Plist.Dictionary) => Verb<Uint8Array>
  /** The profile is removed: `CheckOut` if it says so, then all is forgotten. */
  readonly checkOut: () => Verb
  /** Somebody wipes it: all is forgotten, nobody is told. */
  readonly erase: () => Effect.Effect<void>
}

const generate = (bits: number): Effect.Effect<KeyObject> =>
  Effect.callback<KeyObject>((resume) => {
    generateKeyPair("rsa", { modulusLength: bits }, (error, _, privateKey) =>
      resume(error === null ? Effect.succeed(privateKey) : Effect.die(error)),
    )
  })

/**
 * A device out of its box. Its connections close with the scope.
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
    }
    const table = { ...Commands.table, ...options.commands }
    const turn = yield* Semaphore.make(1)
    const alone = <A, E>(verb: Effect.Effect<A, E>): Effect.Effect<A, E> => turn.withPermit(verb)

    const targets = Effect.map(Ref.get(context.state), ({ enrollment }): ReadonlyArray<PushTarget> => {
      if (enrollment === undefined) return []
      const { topic } = enrollment.server
      return [...enrollment.channels.values()].map(({ name, push }) => ({ channel: name, topic, ...push }))
    })

    const wake = Effect.fnUntraced(function* (token: Uint8Array | undefined) {
      if (token === undefined) return yield* CommandLoop.pollAll(context, table)
      const target = (yield* targets).find((one) => Buffer.compare(one.token, token) === 0)
      // APNs would have said that the token is dead.
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
      enroll: (url) => alone(Enrollment.enroll(context, url)),
      install: (profile) => alone(Enrollment.install(context, profile)),
      attach: (attachment) => alone(Enrollment.attach(context, attachment)),
      poll: (shortName) =>
        alone(CommandLoop.poll(context, table, shortName === undefined ? "device" : Users.channelOf(shortName))),
      wake: (token) => alone(wake(token)),
      lock: () => alone(Ref.update(context.state, (state) => ({ ...state, locked: true }))),
      unlock: () => alone(unlock),
      login: (user) => alone(Users.login(context, user)),
      logout: (shortName) => alone(Users.logout(context, shortName)),
      renew: () => alone(Enrollment.renew(context)),
      escrowBootstrapToken: () => alone(Secrets.escrowBootstrapToken(context)),
      fetchBootstrapToken: () => alone(Secrets.fetchBootstrapToken(context)),
      getToken: (service, parameters) => alone(Secrets.getToken(context, service, parameters)),
      checkOut: () => alone(Enrollment.checkOut(context)),
      erase: () =>
        alone(
          DeviceContext.forget(context).pipe(
            Effect.andThen(Ref.update(context.state, ({ enrollments }) => ({ ...unenrolled, enrollments }))),
          ),
        ),
    }
  })
