/**
 * The registry of devices and their users.
 *
 * **Details**
 *
 * An enrollment is `Authenticate` (enrolling) → `TokenUpdate` (enrolled) → `CheckOut` (checkedOut). An `Authenticate` starts a new one, in which
 * the users must appear again, unless an enrolled device sends it under an identity that the server verified: then the device renews its identity or
 * its profile, and its enrollment continues. A device that checked out stays in the list, but webhooks about it fail with `UnknownDevice`.
 */
import { type Event, type PropertyListDictionary, type Scope, UnknownDevice, type UserScope } from "@espalier/schema"
import { Context, DateTime, Effect, Layer, Struct } from "effect"
import type { StorageError } from "../StorageError.ts"
import * as Channel from "./Channel.ts"
import type { Device, PushTarget, User } from "./Device.ts"
import type { DeviceQuery, InvalidDeviceCursor } from "./DeviceQuery.ts"
import * as DeviceSearch from "./DeviceSearch.ts"

/**
 * A user with what a push to it needs, once it has sent a `TokenUpdate`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ManagedUser extends User {
  readonly push?: PushTarget
}

/**
 * A device with what a push to it needs. `enrollmentId` is new with every enrollment.
 *
 * @category models
 * @since 0.1.0
 */
export interface ManagedDevice extends Device {
  readonly enrollmentId: string
  readonly push?: PushTarget
  readonly users: ReadonlyArray<ManagedUser>
}

/**
 * The event of a webhook with this tag.
 *
 * @category models
 * @since 0.1.0
 */
export type EventOf<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>

/**
 * @category models
 * @since 0.1.0
 */
export interface DevicesService {
  /** Starts an enrollment, or continues the one of an enrolled device that proves its identity. A user's needs a known device. */
  readonly authenticate: (
    event: EventOf<"Authenticate">,
    scope: Scope,
  ) => Effect.Effect<"started" | "continued", UnknownDevice | StorageError>
  /** Stores the push target. A user's first `TokenUpdate` creates the user. */
  readonly tokenUpdate: (
    event: EventOf<"TokenUpdate">,
    scope: Scope,
  ) => Effect.Effect<void, UnknownDevice | StorageError>
  /** Ends an enrollment; a device's ends those of its users too. A second call changes nothing. */
  readonly checkOut: (scope: Scope) => Effect.Effect<void, UnknownDevice | StorageError>
  /** Records that a managed channel sent a message now. */
  readonly seen: (scope: Scope) => Effect.Effect<Channel.Channel, UnknownDevice | StorageError>
  /** Fails unless the channel is managed. */
  readonly managed: (channel: Channel.Channel) => Effect.Effect<Channel.Channel, UnknownDevice | StorageError>
  /** Merges an answer to `DeviceInformation` into what is known of the device. */
  readonly updateInformation: (
    udid: string,
    information: PropertyListDictionary,
  ) => Effect.Effect<void, UnknownDevice | StorageError>
  /** A device, also one that checked out. */
  readonly get: (udid: string) => Effect.Effect<ManagedDevice, UnknownDevice | StorageError>
  readonly list: Effect.Effect<ReadonlyArray<ManagedDevice>, StorageError>
  /** A page of devices that match a search, sorted. */
  readonly search: (
    query: DeviceQuery,
  ) => Effect.Effect<
    { readonly devices: ReadonlyArray<ManagedDevice>; readonly total: number; readonly next?: string },
    InvalidDeviceCursor | StorageError
  >
}

/**
 * The registry of devices and their users.
 *
 * @category services
 * @since 0.1.0
 */
export class Devices extends Context.Service<Devices, DevicesService>()("@espalier/devices/Devices") {
  /** Keeps devices in memory: they are gone when the process ends. */
  static readonly layerMemory: Layer.Layer<Devices> = Layer.sync(Devices, () => makeMemory())
}

/** Stored values are immutable and replaced whole, so a reader never sees half a change. */
const makeMemory = (): DevicesService => {
  const devices = new Map<string, ManagedDevice>()

  /** Replaces the channel's part of a known device by what `change` makes of it. */
  const update = (
    scope: Scope,
    change: {
      readonly device: (device: ManagedDevice) => ManagedDevice
      readonly user: (user: ManagedUser | undefined, scope: UserScope) => ManagedUser | undefined
    },
  ): Effect.Effect<void, UnknownDevice> =>
    Effect.suspend(() => {
      const device = devices.get(scope.udid)
      if (device === undefined) return unknown
      if (scope._tag === "device") {
        devices.set(scope.udid, change.device(device))
        return Effect.void
      }
      const index = device.users.findIndex((user) => Channel.userKey(user) === Channel.userKey(scope))
      const user = isManaged(device) ? change.user(device.users[index], scope) : undefined
      if (user === undefined) return unknown
      devices.set(scope.udid, {
        ...device,
        users: index === -1 ? [...device.users, user] : device.users.with(index, user),
      })
      return Effect.void
    })

  const get = (udid: string) =>
    Effect.suspend(() => {
      const device = devices.get(udid)
      return device === undefined ? unknown : Effect.succeed(device)
    })

  const managed = (channel: Channel.Channel) =>
    Effect.flatMap(get(channel.udid), (device) => {
      const isKnown =
        channel.userId === undefined ||
        device.users.some((user) => Channel.userKey(user) === Channel.userKey(channel) && isManaged(user))
      return isManaged(device) && isKnown ? Effect.succeed(channel) : unknown
    })

  return {
    authenticate: Effect.fn("Devices.authenticate")(function* ({ _tag, ...about }, scope) {
      const lastSeen = yield* DateTime.now
      if (scope._tag === "user") {
        yield* update(scope, {
          device: (device) => device,
          user: (_, scope) => ({ ...nameOf(scope), status: "enrolling", lastSeen }),
        })
        return "started"
      }
      const known = devices.get(scope.udid)
      if (known?.status === "enrolled" && scope.identityCertificate !== undefined) {
        devices.set(scope.udid, { ...known, mdmOrigin: scope.mdmOrigin.url, about, lastSeen })
        return "continued"
      }
      devices.set(scope.udid, {
        udid: scope.udid,
        enrollmentId: crypto.randomUUID(),
        enrollmentKind: scope.enrollmentKind ?? "device",
        mdmOrigin: scope.mdmOrigin.url,
        about,
        awaitingConfiguration: false,
        status: "enrolling",
        lastSeen,
        users: [],
      })
      return "started"
    }),

    tokenUpdate: Effect.fn("Devices.tokenUpdate")(function* (event, scope) {
      const lastSeen = yield* DateTime.now
      const push = Struct.pick(event, ["pushToken", "pushMagic", "topic"])
      if (scope._tag === "device") yield* managed(Channel.fromScope(scope))
      yield* update(scope, {
        device: (device) => ({
          ...device,
          status: "enrolled",
          push,
          awaitingConfiguration: event.awaitingConfiguration ?? false,
          mdmOrigin: scope.mdmOrigin.url,
          lastSeen,
        }),
        user: (_, scope) => ({ ...nameOf(scope), status: "enrolled", push, lastSeen }),
      })
    }),

    checkOut: Effect.fn("Devices.checkOut")(function* (scope) {
      const lastSeen = yield* DateTime.now
      const left = { status: "checkedOut", lastSeen } as const
      yield* update(scope, {
        device: (device) => ({ ...device, ...left, users: device.users.map((user) => ({ ...user, ...left })) }),
        user: (user) => user && { ...user, ...left },
      })
    }),

    seen: Effect.fn("Devices.seen")(function* (scope) {
      const lastSeen = yield* DateTime.now
      const channel = yield* managed(Channel.fromScope(scope))
      yield* update(scope, {
        device: (device) => ({ ...device, lastSeen }),
        user: (user) => user && { ...user, lastSeen },
      })
      return channel
    }),

    updateInformation: (udid, information) =>
      Effect.map(get(udid), (device) => {
        devices.set(udid, { ...device, information: { ...device.information, ...information } })
      }),

    managed,
    get,
    list: Effect.sync(() => [...devices.values()]),
    search: (query) => Effect.suspend(() => DeviceSearch.page(devices.values(), query)),
  }
}

const isManaged = ({ status }: User | ManagedDevice) => status !== "checkedOut"

const nameOf = ({ userId, userShortName }: UserScope) => ({
  userId,
  ...(userShortName === undefined ? {} : { userShortName }),
})

const unknown = Effect.fail(new UnknownDevice({ message: "The device or user is not managed" }))
